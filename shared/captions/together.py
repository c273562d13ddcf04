"""Cues at one time: what one screen can show of them together, and who makes way where it cannot.

CEA-608 has one screen of at most four rows. Cues in different places stand on it at once, as often as one of them
begins or ends the whole is sent again. Cues in one place become rows of one caption if they begin together, else the
first makes way for the second.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from shared.captions.codes import MOST_ROWS
from shared.captions.layout import Region, row_numbers
from shared.captions.model import Placement
from shared.captions.schedule import LATE, Caption

TOGETHER: Final = 15
"""Frames (half a second) by which cues may miss each other and still begin or end together; what overlaps for less
was not meant to."""

Warn = Callable[[str, str, int, int], None]
"""Takes a code, a sentence, the number of a cue and a frame."""


def without_overlap(captions: Sequence[Caption], warn: Warn, *, has_places: bool) -> list[Caption]:
    """Captions of one region each, sorted by ``on``, as captions that follow each other.

    ``has_places``: whether the way they are shown lets text stand in several places of the screen.
    """
    result: list[Caption] = []
    cluster: list[Caption] = []
    active: list[Caption] = []
    for caption in captions:
        active = [one for one in active if one.off > caption.on]
        if len(cluster) == len(active) == 1 and _joins(active[0], caption, warn):
            continue
        for one in active:
            if not (has_places and _are_apart(one, caption)):
                _make_way(one, caption, warn)
        active = _with_room([one for one in active if one.off > caption.on], caption, warn)
        if not active:
            result += _timeline(cluster)
            cluster = []
        cluster.append(caption)
        active.append(caption)
    return result + _timeline(cluster)


def _joins(before: Caption, caption: Caption, warn: Warn) -> bool:
    """Whether it could be added to a caption in the same place that begins with it."""
    if (
        caption.on - before.on >= TOGETHER
        or _place(before) != _place(caption)
        or len(before.rows) + len(caption.rows) > MOST_ROWS
    ):
        return False
    region = before.rows[0].region
    before.rows = before.rows + [row._replace(region=region) for row in caption.rows]
    before.off = max(before.off, caption.off)
    warn("merged", f"It is shown together with cue {before.number}.", caption.number, caption.on)
    return True


def _are_apart(before: Caption, caption: Caption) -> bool:
    """Whether both can stand on the screen: in rows of their own, and long enough to be meant so."""
    in_rows = _place(before).base_row != _place(caption).base_row
    begin_together = caption.on - before.on < TOGETHER and _place(before) != _place(caption)
    lasts = min(before.off, caption.off) - caption.on >= min(TOGETHER, caption.off - caption.on)
    return (in_rows or begin_together) and lasts and len(before.rows) + len(caption.rows) <= MOST_ROWS


def _with_room(active: list[Caption], caption: Caption, warn: Warn) -> list[Caption]:
    """Those that may stay; the captions that have stood longest go until the rows fit the screen."""
    rows = len(caption.rows) + sum(len(one.rows) for one in active)
    while active and rows > MOST_ROWS:
        rows -= len(active[0].rows)
        _make_way(active.pop(0), caption, warn)
    return active


def _make_way(before: Caption, caption: Caption, warn: Warn) -> None:
    if before.off - caption.on > LATE:
        warn("overlap", f"It ends early, when cue {caption.number} begins.", before.number, before.on)
    before.off = caption.on


def _place(caption: Caption) -> Placement:
    return caption.rows[0].region.placement


def _timeline(cluster: list[Caption]) -> list[Caption]:
    """Captions that overlap, cut wherever one of them begins or ends."""
    if len(cluster) < 2:
        return cluster
    moment = _agreed(cluster)
    # One that had to make way at once has no time of its own; it is sent all the same, ahead of the others.
    found = [one for one in cluster if one.off <= one.on]
    waiting = iter(sorted((one for one in cluster if one.off > one.on), key=lambda one: moment[one.on]))
    coming = next(waiting, None)
    edges = sorted({moment[at] for one in cluster if one.off > one.on for at in (one.on, one.off)})
    shown: list[Caption] = []
    for on, off in pairwise(edges):
        shown = [one for one in shown if moment[one.off] > on]
        begins: list[int] = []
        while coming is not None and moment[coming.on] <= on:
            shown.append(coming)
            begins += coming.begins
            coming = next(waiting, None)
        if shown:
            ordered = sorted(shown, key=lambda one: _place(one).base_row)
            rows = [row for one in ordered for row in one.rows]
            found.append(Caption(on, off, rows, tuple(begins), is_whole=True))
    return _settled(sorted(found, key=lambda one: one.on))


def _agreed(cluster: list[Caption]) -> dict[int, int]:
    """The frames at which something changes, those that nearly agree made one unless a caption would have no time."""
    agreed: dict[int, int] = {}
    last: int | None = None
    for moment in sorted({moment for one in cluster for moment in (one.on, one.off)}):
        last = moment if last is None or moment - last >= TOGETHER else last
        agreed[moment] = last
    if any(agreed[one.off] <= agreed[one.on] for one in cluster if one.off > one.on):
        return {moment: moment for moment in agreed}
    return agreed


def _settled(captions: list[Caption]) -> list[Caption]:
    """Let a cue that has to make way for another one stand there from its beginning, instead of jumping."""
    moved: dict[Region, Region] = {}
    for caption in captions:
        lowest = dict(zip([row.region for row in caption.rows], row_numbers(caption.rows), strict=True))
        for region, number in lowest.items():
            if caption.is_whole and number != region.placement.base_row:
                moved[region] = Region(region.number, replace(region.placement, base_row=number))
    for caption in captions:
        caption.rows = [row._replace(region=moved.get(row.region, row.region)) for row in caption.rows]
    return captions
