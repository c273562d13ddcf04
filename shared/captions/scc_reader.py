"""Read SCC: which cues a viewer of the file would see, and what is wrong with it.

Two steps that others can use alone: :func:`words_by_frame` is the stream an encoder would put into the picture, and
:func:`play` runs that stream through the decoder.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from shared.captions.codes import Channel
from shared.captions.decoder import Decoded, Decoder, decode
from shared.captions.layout import placed
from shared.captions.model import Cue, Finding
from shared.captions.scc_lines import Line, SccText, read_paper, start_frame
from shared.captions.screen import Mode, Row, Screen
from shared.captions.styling import chained
from shared.captions.timecode import label, seconds


@dataclass(frozen=True, slots=True)
class SccReading:
    """What an SCC file says: cues in seconds of media time, findings, and how its labels count."""

    cues: tuple[Cue, ...]
    findings: tuple[Finding, ...]
    drop_frame: bool | None
    """None when the file holds no label."""
    first_label: str | None
    """Label of the first word; a file for a programme that starts at 01:00:00;00 has one shortly before or after it."""
    mode: Mode | None
    """How the first cue gets onto the screen."""


def read_scc(
    text: str,
    *,
    start_tc: str = "00:00:00:00",
    media_start: Fraction = Fraction(0),
    channel: Channel = "CC1",
) -> SccReading:
    """Read the captions of one channel; never raises for the text, whatever it is.

    ``start_tc`` is the label of the first video frame and ``media_start`` the media time at which that frame is shown;
    labels are counted as the file counts them, so the separator in ``start_tc`` does not matter.

    Raises:
        InvalidInput: ``start_tc`` is no label, or one that the file's counting leaves out.
    """
    paper, decoded, findings = play(text, channel, start_tc)
    start = start_frame(start_tc, drop_frame=paper.drop_frame is not False)
    return SccReading(
        cues=cues_of_screens(decoded.screens, start, media_start),
        findings=findings,
        drop_frame=paper.drop_frame,
        first_label=paper.label(paper.lines[0].frame) if paper.lines else None,
        mode=decoded.screens[0].mode if decoded.screens else None,
    )


def words_by_frame(text: str, *, start_tc: str = "00:00:00:00") -> Iterator[tuple[int, int]]:
    """The words of an SCC text as an encoder sends them: (frame, word), at most one word a frame, frames rising.

    Frame 0 is the frame that ``start_tc`` names, counted as the file counts; frames before it are negative. Where a
    line is due before the line ahead of it has been sent, its words wait, as they would in an encoder's queue. Frames
    without a pair are filler (0x8080) for the sender to add.
    """
    paper = read_paper(text, start_tc)
    start = start_frame(start_tc, drop_frame=paper.drop_frame is not False)
    for frame, words, _line in sending(paper):
        yield from enumerate(words, start=frame - start)


def cues_of_words(
    words: Iterable[tuple[int, int]],
    *,
    start: int = 0,
    media_start: Fraction = Fraction(0),
    channel: Channel = "CC1",
) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    """Cues of (frame, word) pairs in rising frames, found in pictures or in an MCC file, and what is wrong with them.

    ``start`` is the frame number of the first video frame, which is shown at ``media_start`` of media time.
    """
    decoded = decode(words, channel)
    findings = tuple(
        Finding(code, message, timecode=label(frame, drop_frame=True)) for code, message, frame in decoded.faults
    )
    return cues_of_screens(decoded.screens, start, media_start), (*findings, *_more(decoded))


def play(
    text: str, channel: Channel = "CC1", start_tc: str = "00:00:00:00"
) -> tuple[SccText, Decoded, tuple[Finding, ...]]:
    """Read and decode: the lines, what the decoder saw, and everything found on the way, in the order of the file."""
    paper = read_paper(text, start_tc)
    findings = list(paper.findings)
    decoder = Decoder(channel)
    for frame, words, line in sending(paper):
        if frame > line.frame:
            late = frame - line.frame
            findings.append(
                Finding(
                    "overlap",
                    f"The line is due {late} frames before the line ahead of it has been sent.",
                    timecode=paper.label(line.frame),
                    line=line.number,
                )
            )
        decoder.feed(frame, words)
    decoded = decoder.finish()
    findings += (Finding(code, message, timecode=paper.label(frame)) for code, message, frame in decoded.faults)
    findings += _more(decoded)
    return paper, decoded, tuple(findings)


def _more(decoded: Decoded) -> Iterator[Finding]:
    for code, count in decoded.unlisted.items():
        yield Finding(code, f"There are {count} more of these.", count=count)


def cues_of_screens(screens: Iterable[Screen], start: int, media_start: Fraction) -> tuple[Cue, ...]:
    """What viewers saw as cues in media time, when the first video frame has the frame number ``start``.

    Rows with a gap between them are cues of their own, at one time; one that stays while others come and go is one cue.
    """
    found: list[Cue] = []
    standing: dict[tuple[Row, ...], int] = {}
    for screen in screens:
        on, off = seconds(screen.on - start), seconds(screen.off - start)
        if media_start:
            on, off = on + media_start, off + media_start
        before, standing = standing, {}
        for rows in _blocks(screen.rows):
            at = before.get(rows)
            if at is not None and screen.mode is Mode.POP_ON and found[at].end == on:
                found[at] = replace(found[at], end=off)
            else:
                at = len(found)
                found.append(_cue(on, off, rows))
            standing[rows] = at
    return tuple(found)


def _blocks(rows: tuple[Row, ...]) -> list[tuple[Row, ...]]:
    """Rows that stand below each other without a gap."""
    if rows[-1].number - rows[0].number == len(rows) - 1:
        return [rows]
    blocks = [rows[:1]]
    for row in rows[1:]:
        if row.number == blocks[-1][-1].number + 1:
            blocks[-1] += (row,)
        else:
            blocks.append((row,))
    return blocks


def _cue(on: Fraction, off: Fraction, rows: tuple[Row, ...]) -> Cue:
    place = placed(rows[-1].number, [row.column for row in rows], [len(row.text) for row in rows])
    styles = chained((row.text, row.styles) for row in rows) if any(row.styles for row in rows) else ()
    return Cue(on, off, tuple([row.text for row in rows]), placement=place, styles=styles)


def sending(paper: SccText) -> Iterator[tuple[int, tuple[int, ...], Line]]:
    """Every line's words with the frame in which the first of them really goes out, and the line."""
    clear: int | None = None
    for line in sorted(paper.lines, key=lambda line: line.frame):
        frame = line.frame if clear is None or clear <= line.frame else clear
        yield frame, line.words, line
        clear = frame + len(line.words)
