"""Write SCC: cues in media time become the file a playout server sends, and the cues as a viewer will see them.

The text is never cut and never changed in silence: rows that are too long are wrapped, captions of too many rows are
shown one after the other, characters outside the set get a stand-in, and everything that differs from what was asked
for is a finding. Times change only where the channel leaves no choice (:mod:`shared.captions.schedule`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from shared.captions.codes import MOST_ROWS, RU2, RU3, RU4, Channel, codes_of
from shared.captions.layout import row_code, wrapped
from shared.captions.model import Cue, Finding, Severity
from shared.captions.painted import paint_on, roll_up
from shared.captions.scc_lines import HEADER, start_frame
from shared.captions.schedule import LATE, Caption, Part, Sent, schedule
from shared.captions.timecode import frame, frames_per_day, label, parse, seconds
from shared.captions.transliterate import clean

Mode = Literal["pop-on", "roll-up-2", "roll-up-3", "roll-up-4", "paint-on"]

_TOGETHER = 15
"""Cues that overlap and begin within this many frames are shown as rows of one caption."""
_ONE_SECOND = 30
_DEPTH: Final = {"roll-up-2": (RU2, 2), "roll-up-3": (RU3, 3), "roll-up-4": (RU4, 4)}


@dataclass(frozen=True, slots=True)
class SccOptions:
    """What a target expects of its files."""

    start_tc: str = "00:00:00;00"
    """Label of the first video frame. Its separator says how labels are counted, unless ``drop_frame`` does."""
    drop_frame: bool | None = None
    mode: Mode = "pop-on"
    channel: Channel = "CC1"
    """CC1 for the first language, CC3 (the second field) for another; one file carries one channel."""
    media_start: Fraction = Fraction(0)
    """Media time at which the first video frame is shown, where picture and sound do not begin together: a video
    stream that starts 0.5 s after the recording's time zero has 1/2 here, and every caption moves 0.5 s ahead."""

    @property
    def counts_drop_frame(self) -> bool:
        """Whether labels are drop-frame."""
        return parse(self.start_tc).drop_frame if self.drop_frame is None else self.drop_frame

    @property
    def start(self) -> int:
        """Frame number of the first video frame, counted from label zero.

        Raises:
            InvalidInput: ``start_tc`` is no label, or one that this counting leaves out.
        """
        return start_frame(self.start_tc, drop_frame=self.counts_drop_frame)


DEFAULT: Final = SccOptions()


@dataclass(frozen=True, slots=True)
class SccFile:
    """A file ready to be written, as ASCII, and what it will look like on air."""

    text: str
    cues: tuple[Cue, ...]
    """As seen: wrapped, cut and timed, exact to the frame. Decoding ``text`` gives these."""
    findings: tuple[Finding, ...]
    """All warnings: where the file differs from the cues that were asked for, and why."""


def write_scc(cues: Sequence[Cue], options: SccOptions = DEFAULT) -> SccFile:
    """Write cues as SCC; any cues give a legal file with all their text.

    Raises:
        InvalidInput: the options name no possible start label.
    """
    start, drop_frame = options.start, options.counts_drop_frame
    codes = codes_of(options.channel)
    report = _Report(drop_frame)
    captions = _without_overlap(list(_captions(cues, options, start, report)), report)
    if options.mode == "pop-on":
        sent, parts = schedule(captions, codes, start)
    elif options.mode == "paint-on":
        sent, parts = paint_on(captions, codes, start)
    else:
        sent, parts = roll_up(captions, codes, start, *_DEPTH[options.mode])
    _report_parts(parts, report, tells_splits=options.mode == "pop-on")
    if sent and sent[-1].frame >= frames_per_day(drop_frame=drop_frame):
        report.warn("midnight", "Labels pass midnight and go on from 00:00:00.", None, None)
    return SccFile(_text(sent, drop_frame), tuple(_as_seen(parts, cues, start, options)), tuple(report.findings))


class _Report:
    """Findings in the making."""

    def __init__(self, drop_frame: bool) -> None:
        self.findings: list[Finding] = []
        self._drop_frame = drop_frame

    def warn(self, code: str, message: str, number: int | None, at: int | None) -> None:
        timecode = None if at is None else label(at, drop_frame=self._drop_frame)
        self.findings.append(Finding(code, message, Severity.WARNING, number, timecode))


def _captions(cues: Sequence[Cue], options: SccOptions, start: int, report: _Report) -> Iterator[Caption]:
    """Cues in time order, clean, wrapped and on the frames that were asked for."""
    codes = codes_of(options.channel)
    offset = options.media_start
    for index in sorted(range(len(cues)), key=lambda index: cues[index].start):
        cue, number = cues[index], index + 1
        on = start + frame(cue.start - offset if offset else cue.start)
        off = start + frame(cue.end - offset if offset else cue.end)
        rows = _clean_rows(cue.rows, number, on, report)
        if not rows:
            report.warn("empty_cue", "Nothing of this cue can be shown.", number, on)
            continue
        fitting = wrapped(rows, italic=cue.italic)
        if len(fitting) != len(rows):
            report.warn("wrapped", f"Its rows do not fit the screen and became {len(fitting)}.", number, on)
        if off <= on:
            report.warn("no_duration", "It ends before it has begun and is shown for a second at most.", number, on)
            off = on + _ONE_SECOND
        if on < start:
            report.warn("before_start", "It begins before the first frame of the video.", number, on)
            on, off = start, max(off, start + 2)
        coded = [row_code(row, cue.placement, codes, italic=cue.italic) for row in fitting]
        yield Caption(number, on, off, coded, cue.placement)


def _clean_rows(rows: Iterable[str], number: int, on: int, report: _Report) -> list[str]:
    result = []
    for row in rows:
        for line in row.splitlines() if "\n" in row or "\r" in row else (row,):
            cleaned = clean(line)
            if cleaned.text:
                result.append(cleaned.text)
            for original, stand_in in cleaned.changes:
                name = f"{original!r} (U+{ord(original[0]):04X})"
                done = f"written as {stand_in!r}" if stand_in else "left out"
                report.warn("transliterated", f"{name} is not in the CEA-608 set and was {done}.", number, on)
    return result


def _without_overlap(captions: list[Caption], report: _Report) -> list[Caption]:
    """Two cues at one time become rows of one caption if they begin together, else the first makes way."""
    result: list[Caption] = []
    for caption in captions:
        before = result[-1] if result else None
        if before is None or caption.on >= before.off:
            result.append(caption)
        elif (
            caption.on - before.on < _TOGETHER
            and len(before.rows) + len(caption.rows) <= MOST_ROWS
            and before.placement == caption.placement
        ):
            before.rows = before.rows + caption.rows
            before.off = max(before.off, caption.off)
            report.warn("merged", f"It is shown together with cue {before.number}.", caption.number, caption.on)
        else:
            if before.off - caption.on > LATE:
                report.warn("overlap", f"It ends early, when cue {caption.number} begins.", before.number, before.on)
            before.off = caption.on
            result.append(caption)
    return result


def _report_parts(parts: list[Part], report: _Report, *, tells_splits: bool) -> None:
    counts: dict[int, int] = {}
    for part in parts:
        if not part.is_repeat:
            counts[part.caption.number] = counts.get(part.caption.number, 0) + 1
    for part in parts:
        caption = part.caption
        if not part.is_first:
            continue
        if tells_splits and counts[caption.number] > 1:
            message = f"It is shown in {counts[caption.number]} parts, one after the other."
            report.warn("split", message, caption.number, part.on)
        late = part.on - caption.on
        if late > LATE:
            why = part.why_late or "the channel is busy"
            report.warn("late", f"It appears {late} frames late: {why}.", caption.number, part.on)


def _as_seen(parts: list[Part], cues: Sequence[Cue], start: int, options: SccOptions) -> Iterator[Cue]:
    offset = options.media_start
    for index, part in enumerate(parts):
        if part.is_repeat:
            continue
        end = index
        while end + 1 < len(parts) and parts[end + 1].is_repeat:
            end += 1
        on, off = seconds(part.on - start), seconds(parts[end].off - start)
        cue = cues[part.caption.number - 1]
        yield Cue(
            on + offset if offset else on,
            off + offset if offset else off,
            tuple([row.text for row in part.rows]),
            cue.speaker,
            cue.placement,
            cue.italic,
        )


def _text(sent: list[Sent], drop_frame: bool) -> str:
    lines = [f"{label(at, drop_frame=drop_frame)}\t{data.hex(' ', 2)}\n" for at, data in sent]
    return "\n".join([HEADER + "\n", *lines])
