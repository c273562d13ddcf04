"""Styles of a cue's letters: stretches cut, joined and carried along when rows are broken or parted anew."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from shared.captions.model import PLAIN, Cue, Style, Styled


def letters(text: str) -> int:
    """How many letters a text has, blanks left out."""
    return sum(map(len, text.split()))


def styled(cue: Cue, style: Style) -> Cue:
    """The cue with one style for all its letters."""
    return replace(cue, styles=joined([Styled(0, letters(cue.text), style)]))


def uniform(cue: Cue) -> Style | None:
    """The style that all letters of a cue share; None when there are several."""
    if not cue.styles:
        return PLAIN
    first = cue.styles[0]
    return first.style if first.start == 0 and first.end >= letters(cue.text) else None


def joined(stretches: Iterable[Styled]) -> tuple[Styled, ...]:
    """Stretches in rising order without the plain and empty ones, neighbours of one style made one."""
    result: list[Styled] = []
    for one in stretches:
        if one.style == PLAIN or one.end <= one.start:
            continue
        if result and result[-1].end == one.start and result[-1].style == one.style:
            one = Styled(result.pop().start, one.end, one.style)
        result.append(one)
    return tuple(result)


def chained(rows: Iterable[tuple[str, Sequence[Styled]]]) -> tuple[Styled, ...]:
    """The styles of a cue out of those of its rows, each counted in the letters of its row."""
    styles: list[Styled] = []
    count = 0
    for text, own in rows:
        styles += (Styled(one.start + count, one.end + count, one.style) for one in own)
        count += letters(text)
    return joined(styles)


def between(styles: Sequence[Styled], first: int, stop: int) -> tuple[Styled, ...]:
    """What is styled among the letters ``first`` up to ``stop``, counted from ``first``."""
    inside = (one for one in styles if one.end > first and one.start < stop)
    return joined(Styled(max(one.start, first) - first, min(one.end, stop) - first, one.style) for one in inside)


def restyled(cue: Cue, rows: tuple[str, ...]) -> Cue:
    """The cue with other words: a style of the whole text stays, those of single words go with the words."""
    style = uniform(cue)
    return styled(replace(cue, rows=rows), style) if style else replace(cue, rows=rows, styles=())


def runs(rows: Iterable[str], styles: Sequence[Styled]) -> Iterator[list[tuple[str, Style]]]:
    """Each row as runs of one style. Blanks belong to the run before them, leading ones to the first."""
    if not styles:
        for row in rows:
            yield [(row, PLAIN)]
        return
    at = number = 0
    for row in rows:
        found: list[tuple[str, Style]] = []
        begin = 0
        for column, character in enumerate(row):
            if character.isspace():
                continue
            while number < len(styles) and styles[number].end <= at:
                number += 1
            inside = number < len(styles) and styles[number].start <= at
            style = styles[number].style if inside else PLAIN
            at += 1
            if not found:
                found.append(("", style))
            elif found[-1][1] != style:
                found[-1] = (row[begin:column], found[-1][1])
                found.append(("", style))
                begin = column
        style = found[-1][1] if found else PLAIN
        yield [*found[:-1], (row[begin:], style)]
