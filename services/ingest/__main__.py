"""``python -m services.ingest``: watch the mounts."""

import asyncio

from services.ingest.startup import run
from shared.entry import read_settings, saying_why


def main() -> None:
    """Read the settings and work until SIGTERM."""
    with saying_why("ingest"):
        asyncio.run(run(read_settings("ingest")))


if __name__ == "__main__":
    main()
