"""How every command ends: one set of exit statuses, and one form for what went wrong.

    archivist: meeting.scc: The file is not text: it contains zero bytes. [not_text]

The sentence is for a person, the code in brackets for a program; lines of a log may follow. docs/commands.md has both
for whoever calls us.
"""

import contextlib
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from services.console.paths import VAR
from services.console.progress_display import printable
from shared.errors import ArchivistError, Unusable

PASSED, LOOK, ERROR, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses: done; done, and a person should look; not done; ended by Ctrl-C, as a shell has it."""

TRACES = VAR / "log" / "unforeseen.log"


class Commands(TyperGroup):
    """The commands, of which none ends with a bare trace."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command line; what the library itself has to say about it, it says with the same statuses."""
        with ending():
            return super().main(*args, **options)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """A question that is not answered is an interruption; the library counts it as status 1."""
        try:
            return super().invoke(ctx)
        except typer.Abort:
            typer.echo("Stopped.", err=True)
            raise typer.Exit(INTERRUPTED) from None


@contextmanager
def ending(traces: Path = TRACES) -> Iterator[None]:
    """An error ends the process with its sentence and ``ERROR``; one that nobody foresaw leaves its trace in a file."""
    try:
        yield
    except ArchivistError as error:
        tell(error)
    except Exception as error:  # A border: above us is only the shell.
        tell(unforeseen(error, traces))
    else:
        return
    sys.exit(ERROR)


def tell(error: ArchivistError, about: str = "") -> None:
    """Say on standard error what went wrong, ``about`` one of several things if need be."""
    print(f"archivist: {printable(about)}{': ' if about else ''}{sentence(error)}", file=sys.stderr)


def sentence(error: ArchivistError) -> str:
    """What went wrong, with the stable code and, where there is one, what the tool below us said.

    One line; where the message has more of them, the end of a log mostly, they follow.
    """
    first, *others = error.message.splitlines() or [""]
    said = detail(error)
    stop = "" if first.endswith(":") else "."
    lines = [f"{first.rstrip('.')}{f' ({said})' if said else ''}{stop} [{error.code}]", *others]
    return "\n".join(printable(line) for line in lines)


def detail(error: ArchivistError) -> str | None:
    """ffmpeg's own words, without the address in memory that it puts before them."""
    said = error.facts.get("detail")
    return re.sub(r"^\[[^]]* @ 0x[0-9a-f]+\] ", "", said) if said else None


def unforeseen(error: Exception, traces: Path = TRACES) -> Unusable:
    """What an error becomes that is none of ours; its trace goes into a file, which the sentence names."""
    what = printable(f"{type(error).__name__}: {error}")
    text = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n{''.join(traceback.format_exception(error))}\n"
    return Unusable(
        f"Something nobody foresaw went wrong ({what}). Please report it with the details in {_keep(text, traces)}.",
        code="unforeseen",
    )


def _keep(text: str, file: Path) -> str:
    """Where the text is; a container's own files cannot be written, and a full disk takes nothing."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8", errors="replace") as log:
            log.write(text)
        return str(file)
    except OSError:
        pass
    with contextlib.suppress(OSError):
        with tempfile.NamedTemporaryFile(
            "w", prefix="archivist-", suffix=".log", encoding="utf-8", errors="replace", delete=False
        ) as another:
            another.write(text)
        return another.name
    print(text, file=sys.stderr)
    return "the lines above"
