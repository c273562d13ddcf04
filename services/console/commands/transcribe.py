"""`archivist transcribe`: captions for one file of your own, with nothing else running."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from services.console.configuration import load_env_file
from shared.errors import InvalidInput


def transcribe(
    file: Annotated[Path, typer.Argument(help="A recording: video or sound.", exists=True, dir_okay=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the captions; captions/<name> in this folder when left out.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A model's name or folder; WHISPER_MODEL when left out.", show_default=False)
    ] = None,
    engine: Annotated[str | None, typer.Option(help="auto, faster-whisper or whisperx.")] = None,
    language: Annotated[str | None, typer.Option(help="Language spoken, such as en.")] = None,
    vocabulary: Annotated[
        Path | None, typer.Option(help="Names and terms, one a line.", exists=True, dir_okay=False)
    ] = None,
    profile: Annotated[str | None, typer.Option(help="Style guide: fcc, netflix, bbc or dcmp.")] = None,
    start_tc: Annotated[str | None, typer.Option(help="Label of the first frame in the SCC file.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda.")] = None,
    speakers: Annotated[
        bool, typer.Option("--speakers", help="Tell speakers apart with DIARIZATION_MODEL; takes long on a processor.")
    ] = False,
    workers: Annotated[int, typer.Option(help="Slices at work at once; 0 fits the machine.", min=0, max=64)] = 0,
) -> None:
    """Write SCC, WebVTT, SRT, text, word times, summary and quality report for one file. The file is only read."""
    from services.console.single_file import Choice, run_single

    load_env_file()
    if out is not None and out.resolve() == file.resolve().parent:
        raise InvalidInput("Choose another folder than the recording's own: nothing is written beside it.")
    chosen = Choice(
        file,
        out or Path("captions") / file.stem,
        model,
        engine,
        language,
        vocabulary,
        profile,
        start_tc,
        device,
        workers,
        speakers,
    )
    raise typer.Exit(asyncio.run(run_single(chosen)))
