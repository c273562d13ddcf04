"""`archivist clean`: remove everything that Archivist keeps on this machine beside its own files."""

import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from services.console.paths import ROOT, VAR
from services.console.stack.postgres import FOLDER_FOR_ROOT
from shared.errors import InvalidInput


def clean(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="The Python environment (.venv) too.")] = False,
) -> None:
    """Remove var/: databases, captions that were made here, logs. Recordings and sidecars on mounts stay."""
    from services.console.stack.lock import only_one

    if not VAR.exists():
        typer.echo("There is nothing to remove.")
    elif not yes and not sys.stdin.isatty():
        raise InvalidInput(
            f"This removes {VAR} with all its databases and captions, and nobody can be asked: say --yes.",
            code="not_confirmed",
        )
    elif yes or typer.confirm(f"Remove {VAR} with all its databases and captions?"):
        with ExitStack() as held:
            for lock in VAR.glob("*/lock"):
                held.enter_context(only_one(lock.parent))
            for stand_in in stand_ins(VAR):
                shutil.rmtree(stand_in)
            shutil.rmtree(VAR)
        typer.echo(f"Removed {VAR}.")
    if everything:
        shutil.rmtree(ROOT / ".venv", ignore_errors=True)
        typer.echo("Removed .venv; the next ./archivist makes it anew.")


def stand_ins(var: Path) -> list[Path]:
    """Folders outside of var/ that hold a root user's databases, found by the links that lead to them."""
    links = [path for path in var.glob("*/postgres") if path.is_symlink()]
    return [path for path in (link.resolve() for link in links) if path.parent == FOLDER_FOR_ROOT and path.is_dir()]
