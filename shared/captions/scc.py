"""Write SCC: cues in media time become the file a playout server sends, and the cues as a viewer will see them.

The text is never cut and never changed in silence: rows that are too long are wrapped, captions of too many rows are
shown one after the other, characters outside the set get a stand-in, and everything that differs from what was asked
for is a finding. Times change only where the channel leaves no choice (:mod:`shared.captions.schedule`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, zip_longest
from typing import Final, Literal

from shared.captions.codes import EDM, RU2, RU3, RU4, Channel, codes_of
from shared.captions.layout import Region, RowCode, lead_columns, row_code, row_numbers, wrapped
from shared.captions.model import PLAIN, Cue, Finding, Severity, Style, Styled
from shared.captions.painted import paint_on, roll_up
from shared.captions.scc_lines import HEADER, needs_mark, start_frame
from shared.captions.schedule import LATE, Caption, Part, Sent, schedule
from shared.captions.styling import chained, joined, letters, runs
from shared.captions.timecode import frame, frames_per_day, label, parse, seconds
from shared.captions.together import without_overlap
from shared.captions.transliterate import Cleaned, clean

Mode = Literal["pop-on", "roll-up-2", "roll-up-3", "roll-up-4", "paint-on"]

_ONE_SECOND = 30
_FASTEST, _SHORTEST = 25, 20
"""Characters a second and frames at which the validator warns by default."""
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
    captions = without_overlap(
        list(_captions(cues, options, start, report)), report.warn, has_places=options.mode == "pop-on"
    )
    if options.mode == "pop-on":
        sent, parts = schedule(captions, codes, start)
    elif options.mode == "paint-on":
        sent, parts = paint_on(captions, codes, start)
    else:
        sent, parts = roll_up(captions, codes, start, *_DEPTH[options.mode])
    shown = ((part.on, part.off) for part in parts)
    if sent and needs_mark(start, sent[0].frame, shown, drop_frame=drop_frame):
        # Nothing is on the screen yet, so that erasing it changes nothing.
        sent = [Sent(start, codes.misc[EDM]), *sent]
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

    def stand_ins(self, cleaned: Cleaned, number: int, on: int) -> None:
        """Say which characters the set does not have."""
        for original, stand_in in cleaned.changes:
            name = f"{original!r} (U+{ord(original[0]):04X})"
            done = f"written as {stand_in!r}" if stand_in else "left out"
            self.warn("transliterated", f"{name} is not in the CEA-608 set and was {done}.", number, on)


def _captions(cues: Sequence[Cue], options: SccOptions, start: int, report: _Report) -> Iterator[Caption]:
    """Cues in time order, clean, wrapped and on the frames that were asked for."""
    codes = codes_of(options.channel)
    offset = options.media_start
    for index in sorted(range(len(cues)), key=lambda index: cues[index].start):
        cue, number = cues[index], index + 1
        on = start + frame(cue.start - offset if offset else cue.start)
        off = start + frame(cue.end - offset if offset else cue.end)
        rows, styles = _clean_rows(cue, number, on, report)
        if not rows:
            report.warn("empty_cue", "Nothing of this cue can be shown.", number, on)
            continue
        fitting = wrapped(rows, lead=lead_columns(styles))
        if len(fitting) != len(rows):
            report.warn("wrapped", f"Its rows do not fit the screen and became {len(fitting)}.", number, on)
        if off <= on:
            report.warn("no_duration", "It ends before it has begun and is shown for a second at most.", number, on)
            off = on + _ONE_SECOND
        if on < start:
            report.warn("before_start", "It begins before the first frame of the video.", number, on)
            on, off = start, max(off, start + 2)
        region = Region(number, cue.placement)
        shifts = cue.placement.shifts if len(cue.placement.shifts) == len(fitting) else [0] * len(fitting)
        coded = [
            row_code(row, found, region, codes, shift=shift)
            for row, found, shift in zip(fitting, runs(fitting, styles), shifts, strict=True)
        ]
        yield Caption(on, off, coded, (number,))


def _clean_rows(cue: Cue, number: int, on: int, report: _Report) -> tuple[list[str], tuple[Styled, ...]]:
    """Rows in characters of the set, and how their letters look; styles change between words only."""
    result: list[str] = []
    if not cue.styles:
        for row in cue.rows:
            for line in row.splitlines() if "\n" in row or "\r" in row else (row,):
                cleaned = clean(line)
                report.stand_ins(cleaned, number, on)
                if cleaned.text:
                    result.append(cleaned.text)
        return result, ()
    styles: list[Styled] = []
    count = 0
    for stretches in runs(cue.rows, cue.styles):
        for line_of_styles in _words_of_one_style(stretches):
            pieces: list[str] = []
            for text, style in line_of_styles:
                cleaned = clean(text)
                report.stand_ins(cleaned, number, on)
                styles.append(Styled(count, count := count + letters(cleaned.text), style))
                if cleaned.text:
                    pieces.append(cleaned.text)
            if pieces:
                result.append(" ".join(pieces))
    return result, joined(styles)


def _words_of_one_style(stretches: list[tuple[str, Style]]) -> Iterator[list[tuple[str, Style]]]:
    """The lines of a row as runs of whole words: a code takes the place of a blank, so a word has one style.

    It is the style that most of its letters have.
    """
    letters_of: list[tuple[str, Style]] = [(letter, style) for text, style in stretches for letter in text]
    line: list[tuple[str, Style]] = []
    word: list[tuple[str, Style]] = []
    for letter, style in [*letters_of, ("\n", PLAIN)]:
        if not letter.isspace():
            word.append((letter, style))
            continue
        if word:
            text = "".join(letter for letter, _style in word)
            style_of_word = Counter(style for _letter, style in word).most_common(1)[0][0]
            if line and line[-1][1] == style_of_word:
                line[-1] = (f"{line[-1][0]} {text}", style_of_word)
            else:
                line.append((text, style_of_word))
            word = []
        if letter in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029" and line:
            yield line
            line = []


def _report_parts(parts: list[Part], report: _Report, *, tells_splits: bool) -> None:
    counts = Counter(id(part.caption) for part in parts if not part.is_repeat)
    for part, following in zip_longest(parts, parts[1:]):
        caption = part.caption
        if tells_splits and (counts[id(caption)] > 1 or _is_late(part) or _is_late(following)):
            _report_haste(part, report)
        if not part.is_first:
            continue
        if tells_splits and counts[id(caption)] > 1:
            message = f"It is shown in {counts[id(caption)]} parts, one after the other."
            report.warn("split", message, caption.number, part.on)
        late = part.on - caption.on
        if late > LATE:
            why = part.why_late or "the channel is busy"
            for number in caption.begins:
                report.warn("late", f"It appears {late} frames late: {why}.", number, part.on)


def _is_late(part: Part | None) -> bool:
    return part is not None and part.is_first and part.on - part.caption.on > LATE


def _report_haste(part: Part, report: _Report) -> None:
    """Say what the validator will say of a caption that the channel gave too little time."""
    shown = part.off - part.on
    characters = sum(len(row.text) for row in part.rows)
    if characters * 30000 > _FASTEST * 1001 * shown:
        speed = characters * 30000 // (1001 * max(shown, 1))
        report.warn("reading_speed", f"{speed} characters a second.", part.caption.number, part.on)
    if shown < _SHORTEST:
        report.warn("too_short", f"It stands for {shown} frames.", part.caption.number, part.on)


def _as_seen(parts: list[Part], cues: Sequence[Cue], start: int, options: SccOptions) -> list[Cue]:
    """Cues with the times of their parts; one that stays while others come and go is one cue."""
    offset = options.media_start
    found: list[Cue] = []
    standing: dict[Region, int] = {}
    for part in parts:
        on, off = seconds(part.on - start), seconds(part.off - start)
        if offset:
            on, off = on + offset, off + offset
        before, standing = standing, {}
        numbers = iter(row_numbers(part.rows))
        for region, group in groupby(part.rows, key=lambda row: row.region):
            rows = list(group)
            *_, base_row = [next(numbers) for _row in rows]
            texts = tuple([row.text for row in rows])
            at = before.get(region)
            place = replace(region.placement, base_row=base_row) if part.caption.is_whole else region.placement
            if at is not None and found[at].end == on and (found[at].rows, found[at].placement) == (texts, place):
                found[at] = replace(found[at], end=off)
            else:
                at = len(found)
                speaker = cues[region.number - 1].speaker
                found.append(Cue(on, off, texts, speaker, place, _styles_of(rows)))
            standing[region] = at
    return found


def _styles_of(rows: list[RowCode]) -> tuple[Styled, ...]:
    if not any(row.styles for row in rows):
        return ()
    return chained((row.text, row.styles) for row in rows)


def _text(sent: list[Sent], drop_frame: bool) -> str:
    lines = [f"{label(at, drop_frame=drop_frame)}\t{data.hex(' ', 2)}\n" for at, data in sent]
    return "\n".join([HEADER + "\n", *lines])
