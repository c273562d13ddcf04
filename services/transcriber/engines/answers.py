"""What a child process says to its parent: one line of JSON for each answer, and for what went wrong."""

import json
from typing import Any, TextIO

from services.transcriber.engines.exits import tells_of_exhausted_memory
from shared.errors import ArchivistError, Temporary


def failure(error: BaseException) -> dict[str, Any]:
    """What went wrong as an answer: ``known`` is one of ours, after anything else the process is not to be trusted."""
    text = f"{type(error).__name__}: {error}"
    if tells_of_exhausted_memory(text):
        return {"event": "failed", "kind": "out_of_memory", "code": "engine_out_of_memory", "message": text[:500]}
    if isinstance(error, ArchivistError):
        again = isinstance(error, Temporary)
        return {
            "event": "failed", "kind": "known", "temporary": again,
            "outside": isinstance(error, Temporary) and error.outside,
            "code": error.code, "message": error.message,
        }  # fmt: skip
    return {"event": "failed", "kind": "unknown", "code": "engine_failed", "message": text[:500]}


def answer(answers: TextIO, **what: Any) -> None:
    """Send one line to the parent."""
    answers.write(json.dumps(what) + "\n")
