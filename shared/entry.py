"""What every ``python -m services.<name>`` does: read the settings first, and say in a sentence what ends it."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from shared.errors import ArchivistError
from shared.logging import set_up_logging
from shared.settings import Settings

log = logging.getLogger(__name__)


@contextmanager
def saying_why(service: str, *, in_log: bool = True) -> Iterator[None]:
    """An error that was raised on purpose ends the process with its sentence and status 2, and without a trace.

    The sentence is for the person who started it; programs find the code in the log. A command has no log.
    """
    try:
        yield
    except ArchivistError as error:
        if in_log:
            if not logging.getLogger().handlers:  # it came before anything was opened
                set_up_logging(service)
            facts = {"code": error.code, "reason": error.message, **error.facts}
            log.critical("service_ended", extra={"fields": facts})
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
