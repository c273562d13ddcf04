"""Telling a person at the terminal how far the work has come: a live line there, plain lines in a log."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Teller:
    """Says what is going on; `fraction` moves a bar where there is a terminal to draw one."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TimeElapsedColumn(),
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
        self._progress.stop()

    def say(self, text: str) -> None:
        """A line that stays."""
        self.console.print(text, markup=False)

    def step(self, text: str, fraction: float | None = None) -> None:
        """What is being done now; where no line can be drawn over, each new sentence is one line."""
        if not self.console.is_terminal:
            if text != self._last:
                self.say(f"  {text}")
            self._last = text
            return
        if self._task is None:
            self._task = self._progress.add_task(text, total=1.0)
        completed = fraction if fraction is not None else 0.0
        self._progress.update(self._task, description=text, completed=completed)

    def rest(self) -> None:
        """Nothing is being done now."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
