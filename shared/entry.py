"""What every ``python -m services.<name>`` does: read the settings first, and say in a sentence what ends it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from shared.errors import ArchivistError
from shared.settings import Settings


@contextmanager
def saying_why(service: str) -> Iterator[None]:
    """An error that was raised on purpose ends the process with its sentence and status 2, and without a trace."""
    try:
        yield
    except ArchivistError as error:
        print(f"{service}: {error.message}", file=sys.stderr)
        raise SystemExit(2) from None


def read_settings(service: str) -> Settings:
    """The settings of this process; ends it with status 2 and one line per mistake. Values are never printed."""
    try:
        return Settings()
    except ValidationError as error:
        print(f"{service}: the settings are not usable:", file=sys.stderr)
        for item in error.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in item["loc"]).upper() or "settings"
            print(f"  {name}: {item['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        raise SystemExit(2) from None
