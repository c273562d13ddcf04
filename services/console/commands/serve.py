"""`archivist serve`: become one of the services, as a container does."""

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer


class Service(StrEnum):
    """The four programs of Archivist."""

    API = "api"
    INGEST = "ingest"
    TRANSCRIBER = "transcriber"
    VOD = "vod"


def serve(service: Annotated[Service, typer.Argument(help="Which of the four.")]) -> None:
    """Run one service in this process, with the settings of its environment."""
    os.execv(sys.executable, [sys.executable, "-m", f"services.{service}"])  # noqa: S606 - no shell is wanted
