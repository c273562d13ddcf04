"""`archivist captions` as a person calls it, and a file for it."""

from pathlib import Path

from typer.testing import CliRunner, Result

from services.console.commands.captions import app

VTT = """WEBVTT

00:00:03.000 --> 00:00:05.500
<v Mayor Lee>&gt;&gt; MAYOR LEE: Good evening.

00:00:06.000 --> 00:00:09.000
Please rise for the pledge.
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])
