"""``python -m services.api``: serve the API."""

import asyncio

import uvicorn

from services.api.app import create_app
from shared.db.usable import require_usable
from shared.entry import read_settings, saying_why
from shared.runtime import open_runtime
from shared.settings import Settings


def main() -> None:
    """Read the settings and serve until SIGTERM; one process, scaled by replicas."""
    settings = read_settings("api")
    with saying_why("api"):
        app = create_app(settings)
        app.openapi()  # made once, before anybody waits for it
        asyncio.run(_look(settings))
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


async def _look(settings: Settings) -> None:
    """Open once what the application will open: of an error in there uvicorn would only show the trace."""
    async with open_runtime("api", settings) as runtime:
        await require_usable(runtime.engine)


if __name__ == "__main__":
    main()
