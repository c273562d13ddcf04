"""`archivist models try`: which recordings, tried on them, and what is told of it."""

import asyncio
import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from services.console.accounts import asking_the_database
from services.console.exit_status import ERROR, INTERRUPTED, sentence, unforeseen
from services.console.progress_display import Teller
from services.console.single_file import TypedOptions, order_for
from services.console.trial_recordings import TrialRecording, files_to_try, newest_to_try
from services.console.trial_report import document, exit_status, require_ending, text, write_page
from services.console.trial_run import ModelTrial, TriedRecording, run_trial
from shared.errors import ArchivistError, InvalidInput, NotFound, Unusable
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class TrialOrder:
    """What was typed."""

    trial: ModelTrial
    files: tuple[str, ...]
    recordings: int
    """So many of a station's newest; 0 with files."""
    report: Path | None = None
    as_json: bool = False


def run(wish: TrialOrder, settings_of: Callable[[], Settings]) -> int:
    """Try the model; the exit status. ``settings_of`` gives the settings, a station's with its database."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    done: list[TriedRecording] = []
    failure: ArchivistError | None = None
    with Teller(to_stderr=True) as teller:
        try:
            _try(wish, settings_of, teller, done)
            status = exit_status(done)
        except ArchivistError as error:
            failure, status = error, ERROR
        except KeyboardInterrupt:
            status = INTERRUPTED
        except Exception as error:  # A border: a program that asked for JSON gets it, whatever happens.
            failure, status = unforeseen(error), ERROR
        teller.rest()
        if failure is not None:
            teller.say(f"archivist: {sentence(failure)}")
        if wish.as_json:
            typer.echo(json.dumps(document(wish.trial, done, status=status, error=failure), indent=2))
        elif done:
            typer.echo("\n".join(text(wish.trial, done)))
        if status == INTERRUPTED:
            teller.say("Stopped. Nothing is left behind.")
    return status


def _try(wish: TrialOrder, settings_of: Callable[[], Settings], teller: Teller, done: list[TriedRecording]) -> None:
    if bool(wish.files) == bool(wish.recordings):
        raise InvalidInput("Name files, or say with --recordings how many of a station's newest.")
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        raise Unusable("ffmpeg and ffprobe are needed: install the package ffmpeg.", code="ffmpeg_missing")
    require_ending(wish.report)
    settings = settings_of()
    if wish.files and not wish.trial.beside:
        raise Unusable(
            "No speech model is chosen to try it beside: set WHISPER_MODEL, or name one with --beside.",
            code="model_not_chosen",
        )
    recordings = _recordings(wish, settings)
    try:
        asyncio.run(run_trial(wish.trial, recordings, settings, teller, done))
    finally:
        if wish.report is not None and any(one.difference for one in done):
            write_page(wish.report, wish.trial, done)
            teller.say(f"The report is in {wish.report}.")


def _recordings(wish: TrialOrder, settings: Settings) -> list[TrialRecording]:
    station = order_for(TypedOptions(model=wish.trial.model, language=settings.default_language), settings).choices
    if wish.files:
        return files_to_try(wish.files, station, settings.caption_start_tc)
    with asking_the_database(settings):
        found = asyncio.run(newest_to_try(settings, wish.recordings, station))
    if not found:
        raise NotFound("The station has no recordings yet whose captions are finished.", code="no_captions")
    return found
