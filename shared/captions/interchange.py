"""One format of captions into another, and what is wrong with a file of any of them.

Pure like the rest of the package: the bytes of a file and the ending of its name come in, values and texts go out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from shared.captions.caption_services import field_of, main_channel, words_of_channel
from shared.captions.clock_times import clock
from shared.captions.codes import FILLER, Channel
from shared.captions.cue_quality import check_cues
from shared.captions.cuelist import CueList, read_cue_list, write_cue_list
from shared.captions.encoding import decode
from shared.captions.legible import illegible
from shared.captions.linebreak import fit
from shared.captions.mcc import read_mcc, write_mcc
from shared.captions.mcc_rate import MccRate
from shared.captions.model import Cue, Finding, Severity
from shared.captions.profiles import PROFILES, Profile
from shared.captions.recognise import require_format
from shared.captions.scc import Mode, SccOptions, write_scc
from shared.captions.scc_check import check_scc, has_errors
from shared.captions.scc_lines import read_paper, start_frame, usual_start
from shared.captions.scc_reader import read_scc, words_by_frame
from shared.captions.scc_words import scc_of_words
from shared.captions.speaker_labels import named
from shared.captions.srt import read_srt, write_srt
from shared.captions.timecode import frame, frames_per_day, label, parse
from shared.captions.transcript import write_text
from shared.captions.unshown import NameOf, listed
from shared.captions.vtt import read_vtt, write_vtt
from shared.errors import InvalidInput

READABLE = (".scc", ".mcc", ".vtt", ".srt", ".json")
WRITABLE = (*READABLE, ".txt")
DEFAULT_START = "00:00:00;00"
_LATE_START = 58 * 60 * 30
"""A first caption this many frames after label zero is worth a question."""
_OF_ANOTHER_CHANNEL = frozenset({"other_channel", "no_captions", "no_mode", "no_pac", "not_cleared"})


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
    channel: Channel = "CC1"
    """Which channel of an SCC or MCC the cues are."""
    start: int = 0
    """Frame of 29.97 at which media time 0 stands in an SCC or MCC, counted from label zero."""


def format_of(name: str, allowed: tuple[str, ...]) -> str:
    """The format a file name asks for, in small letters; InvalidInput when it is not one of ``allowed``."""
    dot = name.rfind(".")
    ending = name[dot:].lower() if dot >= 0 else ""
    if ending not in allowed:
        raise InvalidInput(
            f"{name} is not a caption file; its name ends in one of {', '.join(allowed)}.", code="not_captions"
        )
    return ending


def read_captions(content: bytes, ending: str, start_tc: str | None = None, channel: Channel = "CC1") -> Loaded:
    """Read a caption file; ``start_tc`` is the label of media time 0 where the format itself does not say.

    ``channel`` chooses among the captions of an SCC or MCC.

    Raises InvalidInput for text that is another format than its name says, or is not a cue list; the other formats give
    findings.
    """
    text, encoding = decode(content)
    require_format(text, ending)
    if ending == ".json":
        document = read_cue_list(text)
        return Loaded(document.cues, (), encoding, document.start_tc, text)
    if ending == ".scc":
        return _loaded_scc(text, encoding, start_tc, channel)
    if ending == ".mcc":
        return _loaded_mcc(text, encoding, start_tc, channel)
    cues, found = read_vtt(text) if ending == ".vtt" else read_srt(text)
    return Loaded(cues, found, encoding, start_tc or DEFAULT_START, text)


def _loaded_scc(text: str, encoding: tuple[Finding, ...], start_tc: str | None, channel: Channel) -> Loaded:
    reading = read_scc(text, start_tc=start_tc or DEFAULT_START, channel=channel)
    first = parse(reading.first_label).frame if reading.first_label else 0
    is_drop = reading.drop_frame is not False
    start, hint = _start_of(start_tc, first, reading.cues, drop_frame=is_drop)
    if start != (start_tc or DEFAULT_START):
        reading = read_scc(text, start_tc=start, channel=channel)
    if reading.drop_frame is None:
        is_drop = parse(start).drop_frame
    found = reading.findings if reading.cues else _pointed_elsewhere(_scc_words(text), channel, reading.findings)
    # Labels count as the file counts, whichever separator the caller happened to write.
    label_of_start = _separated(start, drop_frame=is_drop)
    frame_of_start = start_frame(start, drop_frame=is_drop)
    cues, late = _from_the_beginning(reading.cues, lambda at: label(frame_of_start + at, drop_frame=is_drop))
    return Loaded(cues, (*hint, *found, *late), encoding, label_of_start, text, channel, frame_of_start)


def _loaded_mcc(text: str, encoding: tuple[Finding, ...], start_tc: str | None, channel: Channel) -> Loaded:
    inner = _unwrapped(text, start_tc or DEFAULT_START, channel)
    if not inner.text:
        return Loaded((), _check_mcc(inner, channel), encoding, inner.counted_start_tc, text, channel, inner.start)
    reading = read_scc(inner.text, start_tc=inner.start_tc, channel=channel)
    start, hint = _start_of(start_tc, inner.first, reading.cues, drop_frame=inner.rate.is_clock)
    if start != (start_tc or DEFAULT_START):
        inner = replace(inner, start=inner.rate.nearest_slot(inner.rate.frame(start)))
        reading = read_scc(inner.text, start_tc=inner.start_tc, channel=channel)
    cues, late = _from_the_beginning(reading.cues, lambda at: inner.rate.label(inner.start + at))
    findings = (*hint, *inner.findings, *_relabelled(reading.findings, inner), *late)
    return Loaded(cues, findings, encoding, inner.counted_start_tc, text, channel, inner.start)


def _start_of(
    start_tc: str | None, first: int, cues: tuple[Cue, ...], *, drop_frame: bool
) -> tuple[str, tuple[Finding, ...]]:
    """The label of media time 0: what the caller says, or what files usually mean that begin so late.

    ``cues`` are timed from label zero. Those that would be lost ahead of the recording speak against a start.
    """
    if start_tc is not None:
        return start_tc, ()
    shown = ((frame(cue.start), frame(cue.end)) for cue in cues)
    usual = usual_start(first, shown, drop_frame=drop_frame)
    if usual is None and first < _LATE_START:
        return DEFAULT_START, ()
    start = usual or DEFAULT_START
    message = (
        f"The labels begin at {label(first, drop_frame=drop_frame)}, and the recording is taken to begin at {start}; "
        "if it begins at another label, name that (--start-tc; in convert --input-start-tc)."
    )
    return start, (Finding("start_label", message, Severity.WARNING),)


def _from_the_beginning(cues: tuple[Cue, ...], name_of: NameOf) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    """No text format has times before zero; what is shown ahead of the recording is shown at its beginning."""
    early = [cue for cue in cues if cue.start < 0]
    if not early:
        return cues, ()
    zero, least = Fraction(0), Fraction(1)
    moved = tuple(
        replace(cue, start=zero, end=cue.end if cue.end > 0 else least) if cue.start < 0 else cue for cue in cues
    )
    message = (
        f"{len(early)} captions are shown before the label of the first frame; they are moved to the beginning: "
        f"{listed(early, name_of)}."
    )
    return moved, (Finding("before_start", message, Severity.WARNING),)


def main_channel_of(content: bytes, ending: str) -> Channel | None:
    """The channel in which an SCC or MCC has most to say; None for other formats, and where nobody speaks."""
    if ending not in (".scc", ".mcc"):
        return None
    text, _ = decode(content)
    if ending == ".scc":
        return main_channel(_scc_words(text))
    reading = read_mcc(text)
    return main_channel(word for _, word in (*reading.field_1, *reading.field_2))


def check_captions(loaded: Loaded, ending: str, profile: Profile, start_tc: str | None = None) -> tuple[Finding, ...]:
    """Everything wrong with a caption file that was read."""
    if ending == ".scc":
        options = SccOptions(start_tc=loaded.start_tc, channel=loaded.channel) if start_tc else None
        found = check_scc(loaded.text, options=options, channel=loaded.channel)
        return loaded.encoding + (
            found if loaded.cues else _pointed_elsewhere(_scc_words(loaded.text), loaded.channel, found)
        )
    if ending == ".mcc":
        inner = _unwrapped(loaded.text, loaded.start_tc, loaded.channel)
        return loaded.encoding + _check_mcc(inner, loaded.channel)
    if not loaded.cues:
        nothing = Finding("no_captions", "There are no captions in this file.")
        return (*loaded.encoding, *loaded.findings, nothing)
    nothing_said = illegible(row for cue in loaded.cues for row in cue.rows)
    found = (*loaded.encoding, *loaded.findings, *check_cues(loaded.cues, profile.for_web()))
    return (*found, nothing_said) if nothing_said else found


def written(
    loaded: CueList, ending: str, profile: Profile, mode: Mode, *, now: datetime, channel: Channel = "CC1"
) -> tuple[str, tuple[Finding, ...]]:
    """The text of a file in another format, and how it differs from the cues it was made of."""
    if ending == ".vtt":
        return write_vtt(loaded.cues), ()
    if ending == ".json":
        return write_cue_list(loaded.cues, start_tc=loaded.start_tc, drop_frame=loaded.drop_frame), ()
    if ending == ".txt":
        # A transcript knows names by the form that broadcasters write.
        return write_text(named(loaded.cues, PROFILES["fcc"])), ()
    loaded = replace(loaded, cues=named(loaded.cues, profile))
    if ending == ".srt":
        return write_srt(loaded.cues), ()
    return _scc(loaded, profile, mode, channel) if ending == ".scc" else _mcc(loaded, profile, mode, channel, now)


def _scc(document: CueList, profile: Profile, mode: Mode, channel: Channel) -> tuple[str, tuple[Finding, ...]]:
    if nothing_said := illegible(row for cue in document.cues for row in cue.rows):
        raise InvalidInput(nothing_said.message, code=nothing_said.code)
    options = SccOptions(start_tc=document.start_tc, drop_frame=document.drop_frame, mode=mode, channel=channel)
    made = write_scc(fit(document.cues, min(profile.columns, 32), 4), options)
    _refuse_days(made.cues, options)
    proof = check_scc(made.text, made.cues, options=options)
    if has_errors(proof):
        # Nothing replaces a file before it has been read back.
        reasons = " ".join(finding.message for finding in proof[:3])
        raise InvalidInput(f"The captions do not survive being written as SCC: {reasons}")
    return made.text, made.findings


def _refuse_days(cues: tuple[Cue, ...], options: SccOptions) -> None:
    """Readers know midnight by a fall of the labels of more than half a day; past longer silences the day is lost."""
    day = frames_per_day(drop_frame=options.counts_drop_frame)
    before = options.start
    for cue in cues:
        at = options.start + frame(cue.start)
        if at // day != before // day and at - before > day // 2:
            raise InvalidInput(
                "Labels begin again at midnight, and nobody could tell the day of the caption at "
                f"{clock(cue.start)} after so long a silence."
            )
        before = max(before, options.start + frame(cue.end))


def _mcc(
    document: CueList, profile: Profile, mode: Mode, channel: Channel, now: datetime
) -> tuple[str, tuple[Finding, ...]]:
    """The words of the SCC file in packets; read back, they have to be the same words."""
    scc, findings = _scc(document, profile, mode, channel)
    start = start_frame(document.start_tc, drop_frame=document.drop_frame)
    words = tuple(words_by_frame(scc, start_tc=document.start_tc))
    field = field_of(channel)
    text = write_mcc(words, start_frame=start, drop_frame=document.drop_frame, field=field, created_at=now)
    back = read_mcc(text)
    if back.findings or [(frame - start, word) for frame, word in back.words(channel)] != [
        one for one in words if one[1] != FILLER
    ]:
        raise InvalidInput("The captions do not survive being written as MCC.")
    return text, findings


def _check_mcc(inner: "_Unwrapped", channel: Channel) -> tuple[Finding, ...]:
    if inner.text:
        return inner.findings + _relabelled(check_scc(inner.text, channel=channel), inner)
    if any(finding.code in ("header", "rate") for finding in inner.findings):
        return inner.findings
    nothing = Finding("no_captions", f"There are no captions in {channel} of this file.")
    return _pointed_elsewhere(inner.others, channel, (*inner.findings, nothing))


@dataclass(frozen=True, slots=True)
class _Unwrapped:
    """The words of an MCC file as SCC, on the same frames."""

    text: str
    start: int
    """Frame of 29.97 that media time 0 has in ``text``."""
    rate: MccRate
    """How the MCC file counts."""
    findings: tuple[Finding, ...]
    others: tuple[int, ...]
    """Words of both fields, where the channel has none."""
    first: int
    """Frame of 29.97 of the channel's first word."""

    @property
    def start_tc(self) -> str:
        """Label of media time 0 in ``text``, which is always drop-frame."""
        return label(self.start, drop_frame=True)

    @property
    def counted_start_tc(self) -> str:
        """Label of media time 0 for an SCC that counts as this file does."""
        return label(self.start, drop_frame=self.rate.is_clock)


def _unwrapped(text: str, start_tc: str, channel: Channel) -> _Unwrapped:
    reading = read_mcc(text)
    words = list(words_of_channel(reading.words(channel), channel))
    scc = scc_of_words(words) or ""
    others = () if scc else tuple(word for _, word in (*reading.field_1, *reading.field_2))
    first = words[0][0] if words else 0
    return _Unwrapped(scc, reading.start_frame(start_tc), reading.rate, reading.findings, others, first)


def _relabelled(findings: tuple[Finding, ...], inner: _Unwrapped) -> tuple[Finding, ...]:
    """Findings with labels as the MCC file counts them, and without lines it does not have."""

    def named(timecode: str | None) -> str | None:
        return None if timecode is None else inner.rate.label(parse(timecode).frame)

    return tuple(replace(finding, line=None, timecode=named(finding.timecode)) for finding in findings)


def _pointed_elsewhere(words: Iterable[int], channel: Channel, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Instead of a complaint about every word of another channel, one that says which channel has the captions."""
    other = main_channel(words)
    if other in (None, channel):
        return findings
    said = tuple(one for one in findings if one.code not in _OF_ANOTHER_CHANNEL)
    return (*said, Finding("other_channel", f"This file has no captions in {channel}, but in {other}."))


def _scc_words(text: str) -> Iterator[int]:
    return (word for line in read_paper(text).lines for word in line.words)


def _separated(label: str, *, drop_frame: bool) -> str:
    return label[:8] + (";" if drop_frame else ":") + label[9:]
