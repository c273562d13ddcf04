"""The command `archivist`: everything a person does with Archivist outside of its API.

Each command is one file of `commands/`, and imports what it needs when it is called, so that `--help` is quick. How all
of them end is said in `exit_status.py`.
"""

import io
import sys

import typer

from services.console.commands import captions, embed, models, tasks
from services.console.commands.check import check
from services.console.commands.clean import clean
from services.console.commands.create_admin import create_admin
from services.console.commands.demo import demo
from services.console.commands.doctor import doctor
from services.console.commands.init import init
from services.console.commands.make_secrets import make_secrets
from services.console.commands.migrate import migrate
from services.console.commands.serve import serve
from services.console.commands.test import test
from services.console.commands.transcribe import SPELLINGS, transcribe
from services.console.commands.up import up
from services.console.exit_status import Commands

app = typer.Typer(
    name="archivist",
    cls=Commands,
    help="Recordings of public meetings become broadcast-legal captions on the station's Cablecast server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo, transcribe, up, doctor, init, make_secrets, migrate, create_admin, serve, test, check, clean):
    app.command(context_settings=SPELLINGS if command is transcribe else None)(command)
embed.register(captions.app)
app.add_typer(captions.app, name="captions")
app.add_typer(models.app, name="models")
app.add_typer(tasks.app, name="tasks")


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # A name may hold what a terminal's encoding cannot show.
    app(prog_name="archivist")


if __name__ == "__main__":
    main()
