"""Telling a person at the terminal how far the work has come: a live line there, plain lines in a log."""

import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from services.console.eta import Stages


class Teller:
    """Says what is going on; `fraction` moves a bar where there is a terminal to draw one."""

    def __init__(self, *, to_stderr: bool = False) -> None:
        self.console = Console(highlight=False, soft_wrap=True, stderr=to_stderr)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=self.console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._last = ""

    def __enter__(self) -> "Teller":
        if self.console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()
        if self.console.is_terminal:
            self._progress.stop()

    def say(self, text: str) -> None:
        """A line that stays."""
        self.console.print(text, markup=False)

    def step(self, text: str, fraction: float | None = None, note: str = "") -> None:
        """What is being done now; where no line can be drawn over, each new sentence is one line."""
        if not self.console.is_terminal:
            if text != self._last:
                self.say(f"  {text}")
            self._last = text
            return
        if self._task is None:
            self._task = self._progress.add_task(text, total=1.0, note=note)
        completed = fraction if fraction is not None else 0.0
        self._progress.update(self._task, description=text, completed=completed, note=note)

    def rest(self) -> None:
        """Nothing is being done now."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


class Follower:
    """Shows the stages of one recording: on a terminal a bar with its pace, in a log a line for every tenth."""

    def __init__(self, teller: Teller, duration_ms: int, now: Callable[[], float] = time.monotonic) -> None:
        self._teller = teller
        self._stages = Stages(duration_ms, now)
        self._stage = ""
        self._tenths = 0

    def __call__(self, stage: str, share: float) -> None:
        """``stage`` is going on, and ``share`` of it (0 to 1) is done."""
        pace = self._stages.at(stage, share)
        if self._teller.console.is_terminal:
            self._teller.step(stage, share, pace.text)
            return
        if stage != self._stage:
            self._stage, self._tenths = stage, 0
            self._teller.say(f"  {stage}")
        if int(share * 10) > self._tenths:
            self._tenths = int(share * 10)
            self._teller.say(f"  {stage}: {pace.text}")


def printable(text: str) -> str:
    """A name that a stranger chose may hold line feeds, codes that drive a terminal, and bytes that are no text."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
