"""``archivist captions``: check caption files, and turn one format into another, without any service running."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from services.console.caption_files import check, load
from services.console.channel_option import ChannelName, ChannelOption
from services.console.exit_status import ERROR, LOOK, PASSED, tell
from services.console.progress_display import printable
from shared.captions import PROFILES, CueList, Finding, parse, profile
from shared.captions.codes import Channel
from shared.captions.gathering import gathered
from shared.captions.interchange import READABLE, WRITABLE, Loaded, format_of, written
from shared.captions.unchanged import WORDED, unchanged
from shared.errors import ArchivistError, InvalidInput
from shared.storage.files import write_atomically

app = typer.Typer(
    help="Check and convert caption files; put captions into copies of videos, and read them out again.",
    no_args_is_help=True,
)

SCHEMA = "archivist.captions-check/1"
_FORMATS = " ".join(READABLE)


class ModeName(StrEnum):
    """How captions get onto the screen."""

    POP_ON = "pop-on"
    ROLL_UP_2 = "roll-up-2"
    ROLL_UP_3 = "roll-up-3"
    ROLL_UP_4 = "roll-up-4"
    PAINT_ON = "paint-on"


ProfileOption = Annotated[str, typer.Option("--profile", help=f"Style guide: {', '.join(PROFILES)}.")]


@app.command("check")
def check_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=f"Caption files: {_FORMATS}.")],
    profile_name: ProfileOption = "fcc",
    start_tc: Annotated[
        str | None, typer.Option("--start-tc", help="Label of the first video frame, for SCC and MCC.", metavar="LABEL")
    ] = None,
    channel: ChannelOption = ChannelName.CC1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead, for programs.")] = False,
) -> None:
    """Say what is wrong with caption files, a line each on standard error.

    Exit status 0 clean, 1 findings, 2 unusable input.
    """
    status, checked = PASSED, []
    for path in files:
        findings: tuple[Finding, ...] = ()
        trouble: ArchivistError | None = None
        try:
            findings = check(path, profile(profile_name), start_tc, channel.value)
        except ArchivistError as error:
            trouble = error
            tell(error, str(path))
        if not as_json:
            _report(path, findings)
        checked.append(_as_object(path, findings, trouble))
        status = max(status, ERROR if trouble else LOOK if findings else PASSED)
    if as_json:
        typer.echo(json.dumps({"schema": SCHEMA, "exit_status": status, "files": checked}, indent=2))
    raise typer.Exit(status)


@app.command("convert")
def convert_file(
    source: Annotated[Path, typer.Argument(metavar="IN", help=f"Caption file: {_FORMATS}.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help=f"File to write: {' '.join(WRITABLE)}.")],
    start_tc: Annotated[
        str | None,
        typer.Option("--start-tc", help="Label of media time 0 in OUT; with ; labels are drop-frame.", metavar="LABEL"),
    ] = None,
    input_start_tc: Annotated[
        str | None,
        typer.Option(
            "--input-start-tc", help="The same for IN, if it is SCC or MCC; otherwise as OUT.", metavar="LABEL"
        ),
    ] = None,
    profile_name: ProfileOption = "fcc",
    mode: Annotated[
        ModeName | None,
        typer.Option("--mode", help="How SCC and MCC captions appear; pop-on, unless IN is one of them."),
    ] = None,
    retime: Annotated[
        bool, typer.Option("--retime", help="Write SCC or MCC anew from SCC or MCC, instead of keeping every word.")
    ] = False,
    channel: Annotated[
        ChannelName,
        typer.Option("--channel", case_sensitive=False, help="Caption channel of OUT, if it is SCC or MCC."),
    ] = ChannelName.CC1,
    input_channel: Annotated[
        ChannelName | None,
        typer.Option("--input-channel", case_sensitive=False, help="The same for IN; otherwise as OUT."),
    ] = None,
) -> None:
    """Turn a caption file into another format; what had to be changed is said on standard error.

    Between SCC and MCC no word changes, only labels, unless --retime or --mode asks for it.

    Exit status 0 clean, 1 findings, 2 unusable input (nothing is written).
    """
    try:
        loaded = _loaded(source, target, input_start_tc or start_tc, (input_channel or channel).value)
        ending = format_of(source.name, READABLE)
        if {ending, format_of(target.name, WRITABLE)} <= set(WORDED) and not (
            retime or mode or input_channel not in (None, channel)
        ):
            findings = _keep_words(loaded, ending, target, start_tc or loaded.start_tc)
        else:
            mode = mode or ModeName.POP_ON
            findings = _convert(loaded, target, start_tc, profile_name=profile_name, mode=mode, channel=channel.value)
    except ArchivistError as error:
        tell(error, str(source))
        raise typer.Exit(ERROR) from None
    _report(source, findings)
    raise typer.Exit(LOOK if findings else PASSED)


def _loaded(source: Path, target: Path, start_tc: str | None, channel: Channel) -> Loaded:
    format_of(target.name, WRITABLE)
    if target.exists() and source.exists() and target.samefile(source):
        raise InvalidInput(f"{target} is the file to be read; write to another name.", code="output_is_input")
    loaded = load(source, start_tc, channel)
    if not loaded.cues:
        _report(source, [*loaded.encoding, *loaded.findings])
        raise InvalidInput("There are no captions in this file; nothing is written.", code="no_captions")
    return loaded


def _keep_words(loaded: Loaded, ending: str, target: Path, start_tc: str) -> list[Finding]:
    text, findings = unchanged(loaded, ending, format_of(target.name, WRITABLE), start_tc, datetime.now(UTC))
    write_atomically(target, text.encode())
    return [*loaded.encoding, *loaded.findings, *findings]


def _convert(
    loaded: Loaded, target: Path, start_tc: str | None, *, profile_name: str, mode: ModeName, channel: Channel
) -> list[Finding]:
    label = start_tc or loaded.start_tc
    document = CueList(loaded.cues, label, parse(label).drop_frame)
    ending, rules = format_of(target.name, WRITABLE), profile(profile_name)
    text, findings = written(document, ending, rules, mode.value, now=datetime.now(UTC), channel=channel)
    write_atomically(target, text.encode())
    return [*loaded.encoding, *loaded.findings, *findings]


def _report(path: Path, findings: Iterable[Finding]) -> None:
    found = gathered(findings)
    for finding in found.listed:
        where = f"{path}:{finding.line}" if finding.line else f"{path}"
        cue = f" cue {finding.cue}" if finding.cue else ""
        moment = f" at {finding.timecode}" if finding.timecode else ""
        _say(f"{where}:{cue}{moment} {finding.severity.value} {finding.code}: {finding.message}")
    for code, count in found.unlisted.items():
        _say(f"{path}: {count} more of {code}.")


def _as_object(path: Path, findings: Iterable[Finding], error: ArchivistError | None) -> dict[str, Any]:
    found = gathered(findings)
    return {
        "file": str(path),
        "error": {"code": error.code, "message": error.message} if error else None,
        "findings": [
            {
                "severity": finding.severity.value,
                "code": finding.code,
                "message": finding.message,
                "line": finding.line,
                "cue": finding.cue,
                "timecode": finding.timecode,
            }
            for finding in found.listed
        ],
        "findings_left_out": found.left_out,
        "counts": found.counts,
    }


def _say(line: str) -> None:
    """A file's own text may hold codes that drive a terminal; only what can be printed is."""
    typer.echo(printable(line), err=True)
