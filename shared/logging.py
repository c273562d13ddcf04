"""One JSON object a line, with the identity of the request or job already attached.

``log.info("slice_done", extra={"fields": {"words": 812}})``: the event name is constant, the facts are fields.
Transcript text and secrets are never logged.
"""

import fcntl
import json
import logging
import logging.handlers
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from shared.errors import InvalidInput

_context: ContextVar[dict[str, Any]] = ContextVar("log_context", default={})  # noqa: B039 - never mutated


@contextmanager
def log_context(**fields: Any) -> Iterator[None]:
    """Attach ``fields`` to every line logged inside, in this task and the tasks it starts."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


class JsonLines(logging.Formatter):
    """Lines for machines."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "event": record.getMessage(),
            **_context.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class TextLines(logging.Formatter):
    """The same facts for eyes."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {**_context.get(), **getattr(record, "fields", {})}
        tail = " ".join(f"{key}={value}" for key, value in facts.items())
        line = f"{datetime.now(UTC):%H:%M:%S} {record.levelname:<7} {record.getMessage()} {tail}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up_logging(
    service: str,
    *,
    level: str = "INFO",
    style: str = "json",
    file: Path | None = None,
    max_bytes: int = 100 * 1024 * 1024,
    keep: int = 5,
) -> None:
    """Send every log line of this process to standard output, and to a rotating file of its own when one is named.

    Raises `InvalidInput` when that file cannot be written.
    """
    formatter: logging.Formatter = JsonLines(service) if style == "json" else TextLines()
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stdout)]
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            own = file_of(file, service)
            handlers.append(logging.handlers.RotatingFileHandler(own, maxBytes=max_bytes, backupCount=keep))
        except OSError as error:
            raise InvalidInput(
                f"LOG_FILE: {file} cannot be written ({error.strerror}).", code="log_unwritable"
            ) from error
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=handlers, force=True)
    # ARQ and httpx announce every poll and request; ours say what happened.
    for noisy in ("arq", "httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


_held: dict[Path, TextIO] = {}
"""Locks on the files that this process writes to; the kernel lets go when it ends."""


def file_of(file: Path, service: str) -> Path:
    """``archivist.log`` as ``archivist-vod.log``, and ``archivist-vod-2.log`` for a second process of that service.

    Two processes that turned the pages of one file would lose lines: whoever is late writes into what the other has
    put away.
    """
    for number in count(1):
        own = file.with_name(f"{file.stem}-{service}{'' if number == 1 else f'-{number}'}{file.suffix}")
        if own in _held:
            return own
        lock = own.with_name(f".{own.name}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        _held[own] = lock
        return own
    raise AssertionError  # counting does not end
