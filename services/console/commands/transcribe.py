"""`archivist transcribe`: captions for recordings of your own, with nothing else running."""

from pathlib import Path
from typing import Annotated

import typer

from services.console.configuration import load_env_file

_MODEL, _HOW = "Model and machine", "Captions"

SPELLINGS = {"token_normalize_func": lambda name: name.replace("_", "-")}
"""Whisper and its relatives write --output_dir; both spellings are taken."""


def transcribe(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Recordings, video or sound; - is standard input.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            "--output-dir",
            readable=False,
            help="Folder for the captions; several files get a folder each in it. captions/<name> when left out.",
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--output-format",
            "-f",
            metavar="FORMATS",
            help="all, or some of scc, vtt, srt, txt, json, words, enrichment, summary, with commas between them; the"
            " quality report is always written.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document with files, scores and verdicts, for programs.")
    ] = False,
    language: Annotated[
        str | None,
        typer.Option(help="Language spoken, such as en or Spanish; auto finds out.", rich_help_panel=_HOW),
    ] = None,
    vocabulary: Annotated[
        Path | None, typer.Option(readable=False, help="File with names and terms, one a line.", rich_help_panel=_HOW)
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Style guide: fcc, netflix, bbc or dcmp.", rich_help_panel=_HOW)
    ] = None,
    start_tc: Annotated[
        str | None, typer.Option(help="Label of the first frame in the SCC file.", rich_help_panel=_HOW)
    ] = None,
    speakers: Annotated[
        bool,
        typer.Option(
            "--speakers",
            "--diarize",
            help="Tell speakers apart, by DIARIZATION_MODEL or else by a voice encoder.",
            rich_help_panel=_HOW,
        ),
    ] = False,
    summary: Annotated[
        bool | None,
        typer.Option(
            "--summary/--no-summary",
            help="Write a summary page, in a language model's words too if one is set; else as INCLUDE_SUMMARY says.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="A model's name or folder; WHISPER_MODEL when left out.", show_default=False, rich_help_panel=_MODEL
        ),
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="auto, faster-whisper or whisperx.", rich_help_panel=_MODEL)
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="auto, cpu, cuda, or one card such as cuda:1.", rich_help_panel=_MODEL)
    ] = None,
    compute_type: Annotated[
        str | None, typer.Option(help="Arithmetic: auto, int8, float16, ...", rich_help_panel=_MODEL)
    ] = None,
    batch_size: Annotated[
        int, typer.Option(help="Windows decoded at once; 0 fits the machine.", min=0, max=128, rich_help_panel=_MODEL)
    ] = 0,
    beam_size: Annotated[
        int,
        typer.Option(help="Hypotheses kept; 0 leaves it to the settings.", min=0, max=20, rich_help_panel=_MODEL),
    ] = 0,
    threads: Annotated[
        int, typer.Option(help="Threads of one decoder; 0 fits the machine.", min=0, max=256, rich_help_panel=_MODEL)
    ] = 0,
    workers: Annotated[
        int,
        typer.Option(
            help="Slices at work at once; 0 leaves it to the settings, which fit the machine.",
            min=0,
            max=64,
            rich_help_panel=_MODEL,
        ),
    ] = 0,
) -> None:
    """Write SCC, WebVTT, SRT, text, word times, summary and quality report for each file, which is only read.

    Ctrl-C ends it; the same command goes on from there.

    Exit status 0 all passed, 1 a person should look at some captions, 2 some files have none or the command is wrong.
    """
    load_env_file()
    try:
        from services.console.single_file import TypedOptions
        from services.console.transcribing import TranscribeOrder, run

        choice = TypedOptions(
            model=model,
            engine=engine,
            language=language,
            vocabulary=vocabulary,
            profile=profile,
            start_tc=start_tc,
            device=device,
            workers=workers,
            speakers=speakers,
            summary=summary,
            formats=tuple(formats or ()),
            compute_type=compute_type,
            batch_size=batch_size,
            threads=threads,
            beam_size=beam_size,
        )
        status = run(TranscribeOrder(tuple(files), out, choice, as_json))
    except KeyboardInterrupt:  # before anything was begun
        status = 130
    raise typer.Exit(status)
