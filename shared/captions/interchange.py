"""One format of captions into another, and what is wrong with a file of any of them.

Pure like the rest of the package: the bytes of a file and the ending of its name come in, values and texts go out.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.captions.check import check_scc, has_errors
from shared.captions.codes import FILLER
from shared.captions.cue_quality import check_cues
from shared.captions.cuelist import CueList, read_cue_list, write_cue_list
from shared.captions.encoding import decode
from shared.captions.linebreak import fit
from shared.captions.mcc import read_mcc, write_mcc
from shared.captions.mcc_rate import MccRate
from shared.captions.model import Cue, Finding
from shared.captions.profiles import Profile
from shared.captions.scc import Mode, SccOptions, write_scc
from shared.captions.scc_lines import start_frame
from shared.captions.scc_reader import read_scc, words_by_frame
from shared.captions.scc_words import scc_of_words
from shared.captions.srt import read_srt, write_srt
from shared.captions.timecode import label, parse
from shared.captions.transcript import write_text
from shared.captions.vtt import read_vtt, write_vtt
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


def format_of(name: str, allowed: tuple[str, ...]) -> str:
    """The format a file name asks for, as its ending in small letters; InvalidInput when it is none of ``allowed``."""
    dot = name.rfind(".")
    ending = name[dot:].lower() if dot >= 0 else ""
    if ending not in allowed:
        raise InvalidInput(
            f"{name} is not a caption file; its name ends in one of {', '.join(allowed)}.", code="not_captions"
        )
    return ending


def read_captions(content: bytes, ending: str, start_tc: str | None = None) -> Loaded:
    """Read a caption file; ``start_tc`` is the label of media time 0 where the format itself does not say.

    Raises InvalidInput for a cue list that is none; the other formats give findings.
    """
    text, encoding = decode(content)
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
        return Loaded(reading.cues, findings, encoding, inner.counted_start_tc, text)
    cues, found = read_vtt(text) if ending == ".vtt" else read_srt(text)
    return Loaded(cues, found, encoding, start, text)


def check_captions(loaded: Loaded, ending: str, profile: Profile, start_tc: str | None = None) -> tuple[Finding, ...]:
    """Everything wrong with a caption file that was read."""
    if ending == ".scc":
        options = SccOptions(start_tc=loaded.start_tc) if start_tc else None
        return loaded.encoding + check_scc(loaded.text, options=options)
    if ending == ".mcc":
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
    start: int
    """Frame of 29.97 that media time 0 has in ``text``."""
    rate: MccRate
    """How the MCC file counts."""
    findings: tuple[Finding, ...]

    @property
    def start_tc(self) -> str:
        """Label of media time 0 in ``text``, which is always drop-frame."""
        return label(self.start, drop_frame=True)

    @property
    def counted_start_tc(self) -> str:
        """Label of media time 0 for an SCC that counts as this file does."""
        return label(self.start, drop_frame=self.rate.is_clock)


def _unwrapped(text: str, start_tc: str) -> _Unwrapped:
    reading = read_mcc(text)
    scc = scc_of_words(reading.field_1) or ""
    return _Unwrapped(scc, reading.start_frame(start_tc), reading.rate, reading.findings)


def _relabelled(findings: tuple[Finding, ...], inner: _Unwrapped) -> tuple[Finding, ...]:
    """Findings with labels as the MCC file counts them, and without lines it does not have."""

    def named(timecode: str | None) -> str | None:
        return None if timecode is None else inner.rate.label(parse(timecode).frame)

    return tuple(replace(finding, line=None, timecode=named(finding.timecode)) for finding in findings)


def _separated(label: str, *, drop_frame: bool) -> str:
    return label[:8] + (";" if drop_frame else ":") + label[9:]
