"""Why a child process ended: exit statuses and standard error become reasons that people and programs understand."""

import contextlib
import signal
from dataclasses import dataclass
from pathlib import Path

from shared.errors import ArchivistError, Killed, RanShort, Temporary

_MEMORY_MARKS = (
    "out of memory",
    "out_of_memory",  # CUDA_ERROR_OUT_OF_MEMORY
    "alloc_failed",  # CUBLAS_STATUS_ALLOC_FAILED, and cuDNN's
    "cudaerrormemoryallocation",
    "bad_alloc",
    "bad allocation",
    "allocate memory",
    "memoryerror",
    "memory object",
)


@dataclass(frozen=True, slots=True)
class ExitReason:
    """A stable code, a sentence, and whether less memory might have helped."""

    code: str
    message: str
    is_out_of_memory: bool = False
    was_killed: bool = False
    """By somebody else: neither by us, nor by the kernel because memory ran out."""

    def error(self) -> ArchivistError:
        """To raise: the slice is kept and tried again."""
        if self.is_out_of_memory:
            return RanShort(self.message, code=self.code)
        return (Killed if self.was_killed else Temporary)(self.message, code=self.code)


def reason_of_exit(
    status: int, stderr: str, *, kernel_killed_for_memory: bool | None, memory_is_capped: bool = False
) -> ExitReason:
    """``status`` as asyncio gives it (negative for a signal) or as a shell does (128 + signal).

    ``kernel_killed_for_memory`` tells whether the kernel's own count of such kills rose while the child ran; None when
    the count cannot be read, and then a SIGKILL that we did not send is taken for one. Where we cap the child's memory,
    a crash is taken for its effect: native code often uses an allocation without looking whether it got one.
    """
    number = -status if status < 0 else status - 128 if status > 128 else 0
    crashed = number in {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}
    starved = tells_of_exhausted_memory(stderr) or (memory_is_capped and (crashed or number == signal.SIGABRT))
    if number == signal.SIGKILL and kernel_killed_for_memory is not False:
        return ExitReason("engine_out_of_memory", "The kernel ended the speech engine because memory ran out.", True)
    if number == signal.SIGKILL:
        return ExitReason("engine_killed", "Somebody ended the speech engine's process.", was_killed=True)
    if starved:
        return ExitReason("engine_out_of_memory", "The speech engine ended because it got no more memory.", True)
    if number == signal.SIGABRT:
        return ExitReason("engine_aborted", "The speech engine gave up inside its own library.")
    if crashed:
        return ExitReason("engine_crashed", f"The speech engine crashed ({signal.Signals(number).name}).")
    return ExitReason("engine_exited", f"The speech engine's process ended with status {status}.")


def tells_of_exhausted_memory(text: str) -> bool:
    """Whether a library's words mean that it got no memory; each library has its own."""
    text = text.lower()
    return any(mark in text for mark in _MEMORY_MARKS)


def kernel_memory_kills() -> int | None:
    """How many processes the kernel has killed for memory since it started; None where it does not tell."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(" ")
            if name == "oom_kill":
                return int(value)
    return None
