"""`archivist captions embed | extract | burn | mux`: captions into a copy of a video, and out of one again.

Exit status: 0 done, 1 done but something is missing (said on standard error), 2 not possible. PyAV takes long to
import, so the commands import it when they run.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from services.console.caption_files import channel_of, load
from services.console.channel_option import ChannelName, ChannelOption
from services.console.exit_status import LOOK
from shared.captions import Cue, CueList, Finding, parse, profile, read_scc
from shared.captions.gathering import gathered
from shared.captions.interchange import written
from shared.captions.unchanged import unchanged
from shared.errors import Conflict, InvalidInput, NotFound
from shared.storage.files import write_atomically

if TYPE_CHECKING:
    from services.console.gateways.embedding import Embedded

Video = Annotated[Path, typer.Argument(help="The recording; it is only read.")]
Captions = Annotated[Path, typer.Argument(help="Captions: .scc, .mcc, .vtt, .srt or a .json cue list.")]
Out = Annotated[Path, typer.Argument(help="The copy; its ending names the container. Not in the recording's folder.")]
StartTc = Annotated[str | None, typer.Option("--start-tc", help="Label of the first picture in an .scc file.")]
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


def embed(
    video: Video,
    captions: Captions,
    out: Out,
    start_tc: StartTc = None,
    channel: Annotated[
        ChannelName | None,
        typer.Option(
            "--channel", case_sensitive=False, help="Caption channel; without it the one of the file, or CC1."
        ),
    ] = None,
    only: Annotated[bool, typer.Option("--only", help="Leave out all other captions that the video has.")] = False,
    overwrite: Overwrite = False,
) -> None:
    """Put CEA-608 captions into the pictures of a copy, without re-encoding, and read them back.

    Other captions of the video (CC1 to CC4, CEA-708) stay; what is replaced is named.
    """
    from services.console.gateways.embedding import EmbedChoices, embed_captions

    with _progress("Embedding") as told:
        scc, label = _scc(captions, start_tc, channel)
        choices = EmbedChoices(label, channel.value if channel else None, keeps_others=not only, overwrite=overwrite)
        result = embed_captions(video, scc, out, choices, progress=told)
    typer.echo(f"{out}: {result.words} caption words in {result.pictures} pictures, read back and equal.")
    for line in _changes(result):
        typer.echo(line, err=True)
    _tell(captions, result.findings)
    if result.unsent_words or result.left_out or result.findings:
        raise typer.Exit(LOOK)


def _changes(result: "Embedded") -> Iterator[str]:
    """What is different from before, and what is missing."""
    if result.replaced:
        yield f"Captions that the video had already were taken out: {', '.join(result.replaced)}."
    if result.kept:
        yield f"Captions that the video had already were kept: {', '.join(result.kept)}."
    if result.replaced and any(name.startswith("CEA-708") for name in result.kept):
        yield "Televisions prefer CEA-708, so they may go on showing the earlier captions; --only leaves them out."
    for name in result.not_taken:
        yield f"{name} of the caption file was not put in: one channel at a time."
    for stream in result.left_out:
        yield f"Left out, because the container cannot hold it: {stream}."
    if result.late_words:
        yield f"{result.late_words} words came late: a picture stays on screen too long."
    if result.unsent_words:
        yield f"{result.unsent_words} words are due after the end of the video and are not in it."


def extract(
    video: Video,
    out: Annotated[Path, typer.Argument(help="The .scc file to write; - is standard output.")],
    channel: ChannelOption = ChannelName.CC1,
    overwrite: Overwrite = False,
) -> None:
    """Read the CEA-608 captions out of the pictures of a video, or out of its c608 track, into an .scc file."""
    from services.console.gateways.extraction import extract_captions

    if not video.is_file():
        raise NotFound(f"There is no video {video}.", code="video_not_found")
    text = extract_captions(video, channel.value)
    if out == Path("-"):
        sys.stdout.write(text)
        return
    if out.exists() and not overwrite:
        raise Conflict(f"{out} is already there; name another file or use --overwrite.", code="output_exists")
    write_atomically(out, text.encode("ascii"))
    typer.echo(f"{out}: {len(read_scc(text, channel=channel.value).cues)} captions.")


def burn(video: Video, captions: Captions, out: Out, start_tc: StartTc = None, overwrite: Overwrite = False) -> None:
    """Make a re-encoded copy with the captions painted into its pictures."""
    from services.console.gateways.subtitling import CopyOptions, burn_in

    with _progress("Burning in") as told:
        run = CopyOptions(overwrite=overwrite, progress=told)
        missing = burn_in(video, _cues(captions, start_tc), out, run=run)
    typer.echo(f"{out}: captions burned in.")
    _tell_missing(captions, missing)


def mux(
    video: Video,
    captions: Captions,
    out: Out,
    track: Annotated[Track, typer.Option(help="text: shown by players; c608: QuickTime for editing.")] = Track.TEXT,
    language: Language = "eng",
    start_tc: StartTc = None,
    overwrite: Overwrite = False,
) -> None:
    """Add the captions as a track that viewers can switch on, without re-encoding."""
    from services.console.gateways.subtitling import CopyOptions, caption_track, soft_subtitle

    with _progress("Copying") as told:
        run = CopyOptions(overwrite=overwrite, progress=told)
        if track is Track.C608:
            scc, label = _scc(captions, start_tc)
            missing = caption_track(video, scc, out, start_tc=label, language=language, run=run)
        else:
            missing = soft_subtitle(video, _cues(captions, start_tc), out, language=language, run=run)
    typer.echo(f"{out}: captions are a {track} track.")
    _tell_missing(captions, missing)


def _tell_missing(captions: Path, missing: Sequence[Finding]) -> None:
    _tell(captions, missing)
    if missing:
        raise typer.Exit(LOOK)


def _cues(captions: Path, start_tc: str | None) -> Sequence[Cue]:
    loaded = load(captions, start_tc)
    _tell(captions, loaded.findings)
    return loaded.cues


def _scc(captions: Path, start_tc: str | None, channel: ChannelName | None = None) -> tuple[str, str]:
    """SCC text and the label of its first picture: the file as it stands, or other captions written as SCC."""
    name = channel.value if channel else channel_of(captions)
    loaded = load(captions, start_tc, name)
    _tell(captions, loaded.findings)
    if not loaded.cues:
        raise InvalidInput(f"There are no captions in {captions.name}.", code="no_captions")
    if captions.suffix.lower() == ".scc":
        return loaded.text, loaded.start_tc
    document = CueList(loaded.cues, loaded.start_tc, parse(loaded.start_tc).drop_frame)
    now = datetime.now(UTC)
    if captions.suffix.lower() == ".mcc":
        text, findings = unchanged(loaded, ".mcc", ".scc", loaded.start_tc, now)
    else:
        text, findings = written(document, ".scc", profile("fcc"), "pop-on", now=now, channel=name)
    _tell(captions, findings)
    return text, loaded.start_tc


def _tell(captions: Path, findings: Iterable[Finding]) -> None:
    found = gathered(findings)
    for finding in found.listed:
        where = f" at {finding.timecode}" if finding.timecode else ""
        typer.echo(f"{captions.name}{where}: {finding.message}", err=True)
    for code, count in found.unlisted.items():
        typer.echo(f"{captions.name}: {count} more of {code}.", err=True)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[float], None]]:
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=1.0)
        yield lambda done: bar.update(task, completed=done)
