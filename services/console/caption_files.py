"""Caption files on disk: read whatever is there, write what was asked for in one step."""

import os
import stat
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from shared.captions import (
    CueList,
    SccOptions,
    check_cues,
    check_scc,
    decode,
    fit,
    has_errors,
    label,
    parse,
    read_cue_list,
    read_mcc,
    read_scc,
    read_srt,
    read_vtt,
    words_by_frame,
    write_cue_list,
    write_mcc,
    write_scc,
    write_srt,
    write_text,
    write_vtt,
)
from shared.captions.codes import FILLER
from shared.captions.encoding import MAX_BYTES
from shared.captions.model import Cue, Finding
from shared.captions.profiles import Profile
from shared.captions.scc import Mode
from shared.captions.scc_lines import start_frame
from shared.captions.scc_words import scc_of_words
from shared.errors import InvalidInput

READABLE = (".scc", ".mcc", ".vtt", ".srt", ".json")
WRITABLE = (*READABLE, ".txt")
DEFAULT_START = "00:00:00;00"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Cues of a file in media time, and what was wrong with it."""

    cues: tuple[Cue, ...]
    findings: tuple[Finding, ...]
    """What the reader had to put right or leave out."""
    encoding: tuple[Finding, ...]
    """What was odd before a reader saw the text."""
    start_tc: str
    """Label of media time 0, as the file or the caller says."""
    text: str


def format_of(path: Path, allowed: tuple[str, ...]) -> str:
    """The format a file name asks for, as its ending in small letters."""
    ending = path.suffix.lower()
    if ending not in allowed:
        raise InvalidInput(f"{path.name} is not a caption file; its name ends in one of {', '.join(allowed)}.")
    return ending


def load(path: Path, start_tc: str | None) -> Loaded:
    """Read a caption file; ``start_tc`` is the label of media time 0 where the format itself does not say."""
    ending = format_of(path, READABLE)
    text, encoding = decode(_content(path))
    if ending == ".json":
        document = read_cue_list(text)
        return Loaded(document.cues, (), encoding, document.start_tc, text)
    start = start_tc or DEFAULT_START
    if ending == ".scc":
        reading = read_scc(text, start_tc=start)
        is_drop = parse(start).drop_frame if reading.drop_frame is None else reading.drop_frame
        # Labels count as the file counts, whichever separator the caller happened to write.
        return Loaded(reading.cues, reading.findings, encoding, _separated(start, drop_frame=is_drop), text)
    if ending == ".mcc":
        inner = _unwrapped(text, start)
        reading = read_scc(inner.text, start_tc=inner.start_tc)
        findings = inner.findings + _relabelled(reading.findings, inner)
        return Loaded(reading.cues, findings, encoding, _separated(start, drop_frame=inner.drop_frame), text)
    cues, found = read_vtt(text) if ending == ".vtt" else read_srt(text)
    return Loaded(cues, found, encoding, start, text)


def check(path: Path, profile: Profile, start_tc: str | None) -> tuple[Finding, ...]:
    """Everything wrong with a caption file."""
    loaded = load(path, start_tc)
    if format_of(path, READABLE) == ".scc":
        options = SccOptions(start_tc=loaded.start_tc) if start_tc else None
        return loaded.encoding + check_scc(loaded.text, options=options)
    if format_of(path, READABLE) == ".mcc":
        inner = _unwrapped(loaded.text, loaded.start_tc)
        return loaded.encoding + inner.findings + _relabelled(check_scc(inner.text), inner)
    if not loaded.cues:
        nothing = Finding("no_captions", "There are no captions in this file.")
        return (*loaded.encoding, *loaded.findings, nothing)
    return loaded.encoding + loaded.findings + check_cues(loaded.cues, profile.for_web())


def written(
    loaded: CueList, ending: str, profile: Profile, mode: Mode, *, now: datetime
) -> tuple[str, tuple[Finding, ...]]:
    """The text of a file in another format, and how it differs from the cues it was made of."""
    cues = loaded.cues
    if ending == ".scc":
        return _scc(loaded, profile, mode)
    if ending == ".mcc":
        return _mcc(loaded, profile, mode, now)
    if ending == ".vtt":
        return write_vtt(cues), ()
    if ending == ".srt":
        return write_srt(cues), ()
    if ending == ".txt":
        return write_text(cues), ()
    return write_cue_list(cues, start_tc=loaded.start_tc, drop_frame=loaded.drop_frame), ()


def _scc(document: CueList, profile: Profile, mode: Mode) -> tuple[str, tuple[Finding, ...]]:
    options = SccOptions(start_tc=document.start_tc, drop_frame=document.drop_frame, mode=mode)
    made = write_scc(fit(document.cues, min(profile.columns, 32), 4), options)
    proof = check_scc(made.text, made.cues, options=options)
    if has_errors(proof):
        # Nothing replaces a file before it has been read back.
        reasons = "; ".join(finding.message for finding in proof[:3])
        raise InvalidInput(f"The captions do not survive being written as SCC: {reasons}")
    return made.text, made.findings


def _mcc(document: CueList, profile: Profile, mode: Mode, now: datetime) -> tuple[str, tuple[Finding, ...]]:
    """The words of the SCC file in packets; read back, they have to be the same words."""
    scc, findings = _scc(document, profile, mode)
    start = start_frame(document.start_tc, drop_frame=document.drop_frame)
    words = tuple(words_by_frame(scc, start_tc=document.start_tc))
    text = write_mcc(words, start_frame=start, drop_frame=document.drop_frame, created_at=now)
    back = read_mcc(text)
    if back.findings or [(frame - start, word) for frame, word in back.field_1] != [
        one for one in words if one[1] != FILLER
    ]:
        raise InvalidInput("The captions do not survive being written as MCC.")
    return text, findings


@dataclass(frozen=True, slots=True)
class _Unwrapped:
    """The words of an MCC file as SCC, on the same frames."""

    text: str
    start_tc: str
    """Label that media time 0 has in ``text``, which is always drop-frame."""
    drop_frame: bool
    """How the MCC file counts."""
    findings: tuple[Finding, ...]


def _unwrapped(text: str, start_tc: str) -> _Unwrapped:
    reading = read_mcc(text)
    start = start_frame(start_tc, drop_frame=reading.drop_frame)
    scc = scc_of_words(reading.field_1) or ""
    return _Unwrapped(scc, label(start, drop_frame=True), reading.drop_frame, reading.findings)


def _relabelled(findings: tuple[Finding, ...], inner: _Unwrapped) -> tuple[Finding, ...]:
    """Findings with labels as the MCC file counts them, and without lines it does not have."""

    def named(timecode: str | None) -> str | None:
        if timecode is None or inner.drop_frame:
            return timecode
        return label(parse(timecode).frame, drop_frame=False)

    return tuple(replace(finding, line=None, timecode=named(finding.timecode)) for finding in findings)


def _separated(label: str, *, drop_frame: bool) -> str:
    return label[:8] + (";" if drop_frame else ":") + label[9:]


def _content(path: Path) -> bytes:
    """The bytes of a regular file of sensible size; a pipe or device could keep us waiting for ever."""
    try:
        # Not to be held up by a pipe that nobody writes to.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise InvalidInput(f"{path} is not a file.")
            if state.st_size > MAX_BYTES:
                raise InvalidInput(f"{path} has {state.st_size} bytes; a caption file has at most {MAX_BYTES}.")
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from None
