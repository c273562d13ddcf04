"""``python -m services.ingest``: watch the mounts."""

import asyncio

from services.ingest.worker import run
from shared.entry import read_settings


def main() -> None:
    """Read the settings and work until SIGTERM."""
    asyncio.run(run(read_settings("ingest")))


if __name__ == "__main__":
    main()
