"""What every program of ours does: read the settings first, and say in a sentence what ends it."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.errors import ArchivistError, InvalidInput
from shared.logging import set_up_logging
from shared.setting_sources import SettingsChanged
from shared.settings import Settings

log = logging.getLogger(__name__)


@contextmanager
def saying_why(service: str, *, in_log: bool = True) -> Iterator[None]:
    """An error that was raised on purpose ends the process with its sentence and status 2, and without a trace.

    The sentence is for the person who started it; programs find the code in the log. A command has no log.

    Other settings in the settings file begin the same program anew in this process. Were it to end, and be started by
    whoever keeps it running, a container would look ill for that moment, and compose gives up at the first look at one.
    """
    try:
        yield
    except SettingsChanged:
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the command line of this very process
    except ArchivistError as error:
        if in_log:
            if not logging.getLogger().handlers:  # it came before anything was opened
                set_up_logging(service)
            facts = {"code": error.code, "reason": error.message, **error.facts}
            log.critical("service_ended", extra={"fields": facts})
        print(f"{service}: {error.message}", file=sys.stderr)
        raise SystemExit(2) from None


def read_settings(service: str) -> Settings:
    """The settings of this service; ends it with status 2 and one line per mistake."""
    with saying_why(service, in_log=False):  # how the log is written is one of the settings
        return usable_settings()


def usable_settings() -> Settings:
    """The settings of this process. Raises InvalidInput with one line per mistake; values are never told."""
    try:
        return Settings()
    except ValidationError as error:
        mistakes = []
        for item in error.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in item["loc"]).upper()
            mistakes.append(f"  {name}{': ' if name else ''}{_expected(item)}")
        told = "\n".join(("The settings are not usable:", *mistakes))
        raise InvalidInput(told, code="settings_unusable") from None


def _expected(item: ErrorDetails) -> str:
    """What the value has to be, in words of ours where the library has its own."""
    facts = item.get("ctx", {})
    if item["type"] in ("literal_error", "enum"):
        return f"it may be {facts['expected'].replace(chr(39), '')}"
    words = _WORDS.get(item["type"])
    return item["msg"].removeprefix("Value error, ") if words is None else words.format(**facts)


_WORDS = {
    "int_parsing": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "float_parsing": "it must be a number",
    "bool_parsing": "it may be true or false",
    "greater_than": "it must be more than {gt:g}",
    "greater_than_equal": "it must be at least {ge:g}",
    "less_than_equal": "it must be at most {le:.15g}",
}
