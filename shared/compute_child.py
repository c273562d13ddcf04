"""The child's side of :mod:`shared.compute`: reads one order after another, calls the function, and says what came.

It is bounded in memory, holds none of our secrets, and ends with whoever started it.
"""

import os
import pickle
import resource
import signal
import sys
import traceback
from typing import IO, Any

from shared.children import die_with, peak_memory
from shared.errors import ArchivistError, Temporary

_LENGTH = 8
_MOST_MEMORY = 2 * 2**30
_KEPT_MEMORY = 300 * 2**20
"""Whoever needed more than this once is replaced by a fresh process: Python gives little of it back."""


def main() -> None:
    """Serve until the orders end."""
    die_with(int(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a function prints is no answer
        _say(answers, "ready")
        while (order := _order(sys.stdin.buffer)) is not None:
            outcome, value = _do(order)
            is_fit = peak_memory() < _KEPT_MEMORY
            _say(answers, (outcome, value, is_fit))


def _do(order: bytes) -> tuple[str, Any]:
    try:
        function, arguments, limit_s = pickle.loads(order)  # noqa: S301 - our own parent wrote it
        # By the processor's clock, which stands still while others have it. Its signal ends us in whatever we do.
        signal.setitimer(signal.ITIMER_PROF, limit_s)
        return "done", function(*arguments)
    except ArchivistError as error:
        facts = {"code": error.code, **error.facts}
        if isinstance(error, Temporary):
            facts |= {"retry_after_s": error.retry_after_s, "outside": error.outside}
        return "refused", (type(error), error.message, facts)
    except (MemoryError, RecursionError):
        return "memory", None
    except Exception:
        return "failed", traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _order(orders: IO[bytes]) -> bytes | None:
    length = int.from_bytes(orders.read(_LENGTH))
    return orders.read(length) if length else None


def _say(answers: IO[bytes], message: Any) -> None:
    packed = pickle.dumps(message)
    answers.write(len(packed).to_bytes(_LENGTH))
    answers.write(packed)
    answers.flush()


if __name__ == "__main__":
    main()
