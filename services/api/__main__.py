"""``python -m services.api``: serve the API."""

import uvicorn

from services.api.app import create_app
from shared.entry import read_settings, saying_why


def main() -> None:
    """Read the settings and serve until SIGTERM; one process, scaled by replicas."""
    settings = read_settings("api")
    with saying_why("api"):
        app = create_app(settings)
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
