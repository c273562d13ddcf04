"""`archivist captions embed | extract | burn | mux`: captions into a copy of a video, and out of one again.

Exit status: 0 done, 1 done but something is missing (said on standard error), 2 not possible. PyAV takes long to
import, so the commands import it when they run.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from shared.captions import Cue, SccOptions, decode, read_cue_list, read_scc, read_srt, read_vtt, write_scc
from shared.errors import ArchivistError, Conflict, InvalidInput, NotFound

_START = "00:00:00;00"

Video = Annotated[Path, typer.Argument(help="The recording; it is only read.")]
Captions = Annotated[Path, typer.Argument(help="Captions: .scc, .vtt, .srt or a .json cue list.")]
Out = Annotated[Path, typer.Argument(help="The copy; its ending names the container. Not in the recording's folder.")]
StartTc = Annotated[str, typer.Option("--start-tc", help="Label of the first picture in an .scc file.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a file that is already there.")]
Language = Annotated[str, typer.Option("--language", help="Language of the track, three letters (ISO 639-2).")]


class Track(StrEnum):
    """What kind of caption track a copy gets."""

    TEXT = "text"
    C608 = "c608"


def register(app: typer.Typer) -> None:
    """Add the four commands to ``archivist captions``."""
    app.command("embed")(embed)
    app.command("extract")(extract)
    app.command("burn")(burn)
    app.command("mux")(mux)


def embed(video: Video, captions: Captions, out: Out, start_tc: StartTc = _START, overwrite: Overwrite = False) -> None:
    """Put CEA-608 captions into the pictures of a copy, without re-encoding, and read them back."""
    with _said():
        from services.transcriber.gateways.embedding import embed_captions

        with _progress("Embedding") as told:
            scc = _scc(captions, start_tc)
            result = embed_captions(video, scc, out, start_tc=start_tc, overwrite=overwrite, progress=told)
        typer.echo(f"{out}: {result.words} caption words in {result.pictures} pictures, read back and equal.")
        if result.replaced:
            typer.echo(f"Captions already inside {result.replaced} pictures were replaced.", err=True)
        for stream in result.left_out:
            typer.echo(f"Left out, because the container cannot hold it: {stream}.", err=True)
        if result.late_words:
            typer.echo(f"{result.late_words} words came late: a picture stays on screen too long.", err=True)
        if result.unsent_words:
            typer.echo(f"{result.unsent_words} words are due after the end of the video and are not in it.", err=True)
        if result.unsent_words or result.left_out:
            raise typer.Exit(1)


def extract(
    video: Video,
    out: Annotated[Path, typer.Argument(help="The .scc file to write; - is standard output.")],
    overwrite: Overwrite = False,
) -> None:
    """Read the CEA-608 captions out of the pictures of a video into an .scc file."""
    with _said():
        from services.transcriber.gateways.embedding import extract_captions

        if not video.is_file():
            raise NotFound(f"There is no video {video}.", code="video_not_found")
        text = extract_captions(video)
        if out == Path("-"):
            sys.stdout.write(text)
            return
        if out.exists() and not overwrite:
            raise Conflict(f"{out} is already there; name another file or use --overwrite.", code="output_exists")
        out.write_text(text, encoding="ascii")
        typer.echo(f"{out}: {len(read_scc(text).cues)} captions.")


def burn(video: Video, captions: Captions, out: Out, start_tc: StartTc = _START, overwrite: Overwrite = False) -> None:
    """Make a re-encoded copy with the captions painted into its pictures."""
    with _said():
        from services.transcriber.gateways.subtitling import Run, burn_in

        with _progress("Burning in") as told:
            burn_in(video, _cues(captions, start_tc), out, run=Run(overwrite=overwrite, progress=told))
        typer.echo(f"{out}: captions burned in.")


def mux(
    video: Video,
    captions: Captions,
    out: Out,
    track: Annotated[Track, typer.Option(help="text: shown by players; c608: QuickTime for editing.")] = Track.TEXT,
    language: Language = "eng",
    start_tc: StartTc = _START,
    overwrite: Overwrite = False,
) -> None:
    """Add the captions as a track that viewers can switch on, without re-encoding."""
    with _said():
        from services.transcriber.gateways.subtitling import Run, caption_track, soft_subtitle

        with _progress("Copying") as told:
            run = Run(overwrite=overwrite, progress=told)
            if track is Track.C608:
                scc = _scc(captions, start_tc)
                caption_track(video, scc, out, start_tc=start_tc, language=language, run=run)
            else:
                soft_subtitle(video, _cues(captions, start_tc), out, language=language, run=run)
        typer.echo(f"{out}: captions are a {track} track.")


def _cues(captions: Path, start_tc: str) -> Sequence[Cue]:
    text = _text(captions)
    readers: dict[str, Callable[[], Sequence[Cue]]] = {
        ".scc": lambda: read_scc(text, start_tc=start_tc).cues,
        ".vtt": lambda: read_vtt(text)[0],
        ".srt": lambda: read_srt(text)[0],
        ".json": lambda: read_cue_list(text).cues,
    }
    if captions.suffix.lower() not in readers:
        raise InvalidInput(f"{captions.name} should end in {', '.join(readers)}.", code="captions_unknown")
    return readers[captions.suffix.lower()]()


def _scc(captions: Path, start_tc: str) -> str:
    """The words as they stand in an .scc file; other captions are written as one first."""
    if captions.suffix.lower() == ".scc":
        return _text(captions)
    written = write_scc(_cues(captions, start_tc), SccOptions(start_tc=start_tc))
    for finding in written.findings:
        typer.echo(f"{finding.timecode or ''} {finding.message}".strip(), err=True)
    return written.text


def _text(captions: Path) -> str:
    if not captions.is_file():
        raise NotFound(f"There are no captions {captions}.", code="captions_not_found")
    return decode(captions.read_bytes())[0]


@contextmanager
def _said() -> Iterator[None]:
    """Turn what went wrong on purpose into a sentence and exit status 2."""
    try:
        yield
    except ArchivistError as problem:
        typer.echo(problem.message, err=True)
        raise typer.Exit(2) from None


@contextmanager
def _progress(name: str) -> Iterator[Callable[[float], None]]:
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=1.0)
        yield lambda done: bar.update(task, completed=done)
