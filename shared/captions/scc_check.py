"""Is this SCC file fit for air? The validator that runs before any file replaces another.

Errors are what receivers get wrong or viewers never see: paper, labels, codes, transmission, decoded text and times.
Warnings are for people: reading speed, short and long captions, blanks that flicker.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from shared.captions.codes import CHANNELS, Channel
from shared.captions.decoder import Decoded, Decoder
from shared.captions.legible import illegible
from shared.captions.model import Cue, Finding, Severity
from shared.captions.scc import SccOptions
from shared.captions.scc_lines import SccText, read_paper, start_frame
from shared.captions.scc_reader import play, sending
from shared.captions.screen import Mode, Screen
from shared.captions.timecode import frame

LONGEST_SILENCE: Final = 480
"""Frames (16 s) without data after which players may take a standing caption off."""

MOST_SIDECAR_BYTES: Final = 16 * 1024 * 1024
"""A day of SCC in which every frame carries a word has 13 MB; a longer file beside a recording is not read."""
_WORDS_AT_ONCE = 1000

UNSEEN: Final = frozenset({
    "header", "not_scc", "line_syntax", "parity", "illegal_word", "no_captions", "not_shown",
    "no_mode",
})  # fmt: skip
"""Errors through which text reaches no viewer; a sidecar with one of them does not count as captions."""


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What makes captions hard to read; beyond these a warning is given."""

    characters_per_second: Fraction = Fraction(25)
    """25 is where Netflix's and others' guides stop; 17 to 20 is what they aim at."""
    shortest_frames: int = 20
    """Two thirds of a second; guides ask for 5/6 s to 2 s, roll calls need less."""
    longest_frames: int = 240
    """8 s: what stands longer is read twice."""
    smallest_blank: int = 2
    """A blank of one frame flickers (Netflix timing guide: at least two)."""


DEFAULT_LIMITS: Final = ReadingLimits()


def check_scc(
    text: str,
    cues: Sequence[Cue] | None = None,
    *,
    options: SccOptions | None = None,
    channel: Channel = "CC1",
    limits: ReadingLimits = DEFAULT_LIMITS,
) -> tuple[Finding, ...]:
    """Everything wrong with an SCC text, errors and warnings in the order of the file; empty for a perfect one.

    With ``cues``, the cues as they should be seen (``SccFile.cues``), the text is decoded and compared with them:
    every row, every on and off frame, none missing and none too many. ``options`` then says where media time 0 lies;
    without ``options`` that is label 00:00:00 in the file's own counting, and the channel is ``channel``.

    Raises:
        InvalidInput: ``options`` name no possible start label.
    """
    paper, decoded, found = play(text, *((options.channel, options.start_tc) if options else (channel,)))
    findings = list(found)
    findings += _agreement(paper, options)
    findings += _transmission(paper, decoded)
    if cues is not None:
        findings += _comparison(paper, decoded, cues, options or SccOptions())
    nothing_said = illegible(row.text for screen in decoded.screens for row in screen.rows)
    findings += [nothing_said] if nothing_said else _reading(paper, decoded.screens, limits)
    return tuple(findings)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether anything found keeps the file from replacing another."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def is_captioned(text: str) -> bool:
    """Whether an SCC text found beside a recording shows its captions to viewers; a broken one does not count.

    Flaws that leave the text readable (single control codes, a late or overlapping caption) are forgiven here, and any
    of the four channels will do. Text of a script that CEA-608 cannot write is no captions.
    """
    paper = read_paper(text)
    if not paper.lines or any(_hides(finding.severity, finding.code) for finding in paper.findings):
        return False
    return any(_is_seen(paper, channel) for channel in CHANNELS)


def _is_seen(paper: SccText, channel: Channel) -> bool:
    """Stops at the first fault that hides text: junk of any length costs little."""
    decoder = Decoder(channel)
    judged = 0
    for first, words, _line in sending(paper):
        for start in range(0, len(words), _WORDS_AT_ONCE):
            decoder.feed(first + start, words[start : start + _WORDS_AT_ONCE])
            if any(fault.code in UNSEEN for fault in decoder.faults[judged:]):
                return False
            judged = len(decoder.faults)
    decoded = decoder.finish()
    if not decoded.screens or any(fault.code in UNSEEN for fault in decoded.faults[judged:]):
        return False
    return illegible(row.text for screen in decoded.screens for row in screen.rows) is None


def _hides(severity: Severity, code: str) -> bool:
    return severity is Severity.ERROR and code in UNSEEN


def _agreement(paper: SccText, options: SccOptions | None) -> Iterable[Finding]:
    if options is None or paper.drop_frame is None:
        return
    if paper.drop_frame is not options.counts_drop_frame:
        names = ("non-drop", "drop-frame")
        yield Finding(
            "labelling", f"Labels are {names[paper.drop_frame]}, the target counts {names[not paper.drop_frame]}."
        )
        return
    line = paper.lines[0]
    if line.frame < options.start:
        message = f"The first line is sent before the programme starts at {options.start_tc}."
        yield Finding("before_start", message, timecode=paper.label(line.frame), line=line.number)


def _transmission(paper: SccText, decoded: Decoded) -> Iterable[Finding]:
    """How the stream as a whole serves viewers."""
    if not decoded.screens:
        if paper.lines:
            yield Finding("no_captions", "The file holds words, but no viewer would see a caption.")
        return
    lines = sorted(paper.lines, key=lambda line: line.frame)
    silences = [(a.end, b.frame) for a, b in pairwise(lines) if b.frame - a.end > LONGEST_SILENCE]
    screens = iter(decoded.screens)
    screen = next(screens)
    for begin, end in silences:
        while screen.off <= begin:
            following = next(screens, None)
            if following is None:
                return
            screen = following
        if screen.on <= begin and min(screen.off, end) - begin > LONGEST_SILENCE:
            yield Finding(
                "too_long",
                "The caption stands for more than 16 seconds without data; players may take it off.",
                timecode=paper.label(screen.on),
            )


def _comparison(paper: SccText, decoded: Decoded, cues: Sequence[Cue], options: SccOptions) -> Iterable[Finding]:
    drop_frame = paper.drop_frame is not False
    start = options.start if paper.drop_frame is None else start_frame(options.start_tc, drop_frame=drop_frame)
    offset = options.media_start
    wanted = _screens(
        [
            (
                start + frame(cue.start - offset if offset else cue.start),
                start + frame(cue.end - offset if offset else cue.end),
                cue,
            )
            for cue in cues
        ]
    )
    seen = [(screen.on, screen.off, tuple([row.text for row in screen.rows])) for screen in decoded.screens]
    if wanted == seen:
        return
    yield from _differences(paper, wanted, seen)


_Seen = tuple[int, int, tuple[str, ...]]


def _screens(cues: Sequence[tuple[int, int, Cue]]) -> list[_Seen]:
    """What stands on the screen together, from top to bottom, as often as it changes."""
    if all(one[1] <= two[0] for one, two in pairwise(cues)):
        return [(on, off, cue.rows) for on, off, cue in cues]
    screens: list[_Seen] = []
    waiting = iter(sorted(cues, key=lambda one: one[0]))
    coming = next(waiting, None)
    standing: list[tuple[int, int, Cue]] = []
    for at, until in pairwise(sorted({moment for on, off, _cue in cues for moment in (on, off)})):
        standing = [one for one in standing if one[1] > at]
        while coming is not None and coming[0] <= at:
            standing.append(coming)
            coming = next(waiting, None)
        ordered = sorted(standing, key=lambda one: one[2].placement.base_row)
        rows = tuple([row for _on, _off, cue in ordered for row in cue.rows])
        if screens and screens[-1][1:] == (at, rows):
            screens[-1] = (screens[-1][0], until, rows)
        elif rows:
            screens.append((at, until, rows))
    return screens


def _differences(paper: SccText, wanted: list[_Seen], seen: list[_Seen]) -> Iterable[Finding]:
    """Say what differs, matching by order and taking a caption that is absent for absent instead of shifting all."""
    at = 0
    for number, (on, off, rows) in enumerate(wanted, start=1):
        label = paper.label(on)
        match = next((k for k in range(at, min(at + 4, len(seen))) if seen[k][0] == on or seen[k][2] == rows), None)
        if match is None:
            yield Finding("missing", f"The file does not show {' / '.join(rows)!r}.", cue=number, timecode=label)
            continue
        yield from _surplus(paper, seen[at:match])
        shown_on, shown_off, shown = seen[match]
        at = match + 1
        if shown != rows:
            message = f"The file shows {' / '.join(shown)!r} instead of {' / '.join(rows)!r}."
            yield Finding("text_differs", message, cue=number, timecode=label)
        if shown_on != on:
            yield Finding("on_differs", f"It appears {_apart(shown_on - on)}.", cue=number, timecode=label)
        if shown_off != off:
            yield Finding("off_differs", f"It leaves {_apart(shown_off - off)}.", cue=number, timecode=label)
    yield from _surplus(paper, seen[at:])


def _apart(frames: int) -> str:
    return f"{abs(frames)} frame{'s' * (abs(frames) != 1)} {'late' if frames > 0 else 'early'}"


def _surplus(paper: SccText, screens: Iterable[_Seen]) -> Iterable[Finding]:
    for on, _off, rows in screens:
        yield Finding("surplus", f"The file shows {' / '.join(rows)!r}, which no cue says.", timecode=paper.label(on))


def _reading(paper: SccText, screens: Sequence[Screen], limits: ReadingLimits) -> Iterable[Finding]:
    fastest = limits.characters_per_second.numerator * 1001
    scale = limits.characters_per_second.denominator * 30000
    off_before: int | None = None
    for number, (on, off, rows, mode) in enumerate(screens, start=1):
        shown = off - on
        if mode is not Mode.ROLL_UP:
            characters = sum([len(row.text) for row in rows])
            if characters * scale > fastest * shown:
                speed = characters * 30000 // (1001 * max(shown, 1))
                yield _warn("reading_speed", f"{speed} characters a second.", number, paper.label(on))
            if shown < limits.shortest_frames:
                yield _warn("too_short", f"It stands for {shown} frames.", number, paper.label(on))
            if shown > limits.longest_frames:
                yield _warn("long", f"It stands for {shown * 1001 // 30000} seconds.", number, paper.label(on))
            if off_before is not None and 0 < on - off_before < limits.smallest_blank:
                yield _warn("flicker", f"The blank before it is {on - off_before} frame.", number, paper.label(on))
        off_before = off


def _warn(code: str, message: str, number: int, timecode: str) -> Finding:
    return Finding(code, message, Severity.WARNING, number, timecode)
