"""Words become cues: the cheapest way to cut a meeting into captions, found by dynamic programming.

Every place between two words may end a cue. A cue costs something when it is too short, too fast, badly cut, unevenly
filled or bridges a sentence; the cut with the least total cost wins, so a good break is never missed because an earlier
one was taken greedily. What may never happen is not priced but left out: a row wider than the profile's columns, more
rows than it allows, a cue across a long pause or longer than its longest time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.captions.cuetiming import UntimedCue, time_cues
from shared.captions.model import Cue, Sound, Word
from shared.captions.phrases import boundary, kind_of
from shared.captions.profiles import Profile
from shared.captions.tokens import Tokens, tokens_of
from shared.captions.wholes import CUE_TORN, inside_numbers, inside_tallies

_CUE = 30.0
"""Cost of having a cue at all: fuller cues are calmer."""
_SENTENCE_INSIDE = 42.0
"""A sentence end ends a caption (DCMP, Netflix), unless the sentences are too short to stand alone."""
_TURN_INSIDE = 30.0
_ANSWER_INSIDE = 6.0
"""Question and answer of a roll call read better as two rows of one cue."""
_ANSWER_APART = 25.0
_TURN_CUT = 80.0
"""A speaker who joins somebody else's cue shall have finished in it."""
_TURN_CUT_AT_SENTENCE = 20.0
_LABEL_ALONE = 300.0
_SOUND_INSIDE = 35.0
_LONE_WORD = 20.0
_STUMP = 90.0
"""A new sentence begun with one or two words at the end of a cue; the words belong to the next one."""
_STUMP_WORDS = 2
_ROW_TOO_MANY = 40.0
_TOO_SHORT = 150.0
_TOO_FAST = 30.0
_TOO_FAST_EACH = 25.0
"""For each character a second above the most: worth a sentence end in the cue, not a torn name."""
_WORST_CPS = 60.0
_NEVER = 1e18


def segment(words: Sequence[Word], profile: Profile, sounds: Sequence[Sound] = ()) -> tuple[Cue, ...]:
    """Cut words and sounds into cues in time order that never overlap; every word appears exactly once.

    A cue starts within a frame of its first word and stays up to half a second after its last one when there is room.
    Words whose times make no sense keep their place in the text and get times between their neighbours'.
    """
    tokens = tokens_of(words, sounds, profile)
    if not tokens.start:
        return ()
    cuts = _cheapest_cuts(tokens, profile)
    spans = [_span(tokens, one, two, profile) for one, two in pairwise(cuts)]
    return time_cues(spans, profile)


@dataclass(slots=True)
class _Prices:
    """Costs per place between two tokens; place k stands before token k."""

    ending: list[float]
    """A cue ends here."""
    inside: list[float]
    """Sum of what lies inside a cue, up to and without place k."""
    forced: list[int]
    """Number of forced row starts before place k."""
    last_forced: list[int]
    """The last forced row start before place k."""
    cut: list[float]
    """A cue with several speakers begins or ends here in the middle of what one of them says."""
    labels: list[int]
    """Columns of speaker labels before place k; they are glanced at, not read."""
    stump: list[int]
    """Where the sentence begins of which only a word or two stand before place k; -1 when there is none."""
    block: list[int]
    """First token of the stretch without a long pause that token k belongs to."""


def _cheapest_cuts(tokens: Tokens, profile: Profile) -> list[int]:  # noqa: C901, PLR0912, PLR0915 - one hot loop
    """Where cues begin, and the end of the last one.

    The hot loop, run some ten times for each word: hence the local names, and the early ``continue`` before anything
    that costs more than an addition.
    """
    count = len(tokens.start)
    prices = _prices(tokens, profile)
    ending, inside, forced, block = prices.ending, prices.inside, prices.forced, prices.block
    cut, labels, last_forced, stump = prices.cut, prices.labels, prices.last_forced, prices.stump
    start, left, right = tokens.start, tokens.run.left, tokens.run.right
    columns, rows = profile.columns, profile.max_rows
    most, crowd = columns * rows, columns * profile.crowd_rows
    hurry = 2 * profile.min_ms  # below this, more rows than usual are better than cues nobody can read
    aim, fast, min_ms, good_ms, max_ms = (
        profile.aim_cps,
        profile.max_cps,
        profile.min_ms,
        profile.good_ms,
        profile.max_ms,
    )
    best = [0.0] + [_NEVER] * count
    came = [0] * (count + 1)
    for stop in range(1, count + 1):
        said = tokens.end[stop - 1]
        seen = said + profile.hold_ms
        if stop < count and start[stop] < seen:
            seen = start[stop]
        edge, within, forced_here, begun_late = right[stop - 1], inside[stop], forced[stop], stump[stop]
        low, choice = _NEVER, stop - 1
        for first in range(stop - 1, block[stop - 1] - 1, -1):
            width = edge - left[first]
            begun = start[first]
            time = seen - begun
            breaks = forced_here - forced[first + 1]
            if first < stop - 1:
                if said - begun > max_ms:
                    break
                if (width > most or breaks >= rows) and (time > hurry or width > crowd):
                    break
            cost = best[first] + _CUE + within - inside[first + 1]
            if first <= begun_late:
                cost += _STUMP
            if cost >= low:
                continue
            if time < good_ms:
                cost += (good_ms - time) * 0.03
                if time < min_ms:
                    cost += _TOO_SHORT + (min_ms - time) * 0.2
            read = (width - labels[stop] + labels[first]) * 1000
            if read > aim * time:
                cps = min(read / time, _WORST_CPS) if time > 0 else _WORST_CPS
                cost += (cps - aim) ** 2 * 0.8
                if cps > fast:
                    cost += _TOO_FAST + (cps - fast) * _TOO_FAST_EACH
            if cost >= low:
                continue
            if breaks or width > most:
                turn = last_forced[stop]
                # By far the most frequent case is one change of speaker, with a row for each.
                if breaks > 1 or rows != 2 or right[turn - 1] - left[first] > columns or edge - left[turn] > columns:
                    if breaks == 1 and rows == 2 and time > hurry:
                        continue
                    cost += _cost_of_rows(tokens, first, stop, profile, most_rows=rows if time > hurry else None)
                if breaks:
                    cost += cut[stop] + cut[first] / 2
            elif width > columns:
                cost += tokens.run.two_rows(first, stop, columns)[0] if rows > 1 else _NEVER
            elif first == stop - 1 and not tokens.sound[first] and ending[stop] > 0:
                cost += _LONE_WORD
            if cost < low:
                low, choice = cost, first
        best[stop] = low + ending[stop]
        came[stop] = choice
    cuts = [count]
    while cuts[-1]:
        cuts.append(came[cuts[-1]])
    return cuts[::-1]


def _cost_of_rows(tokens: Tokens, first: int, stop: int, profile: Profile, *, most_rows: int | None) -> float:
    """Cost of a cue with speaker changes, sound tags or more rows than usual; prohibitive when it has too many."""
    starts = tokens.run.best_rows(first, stop, profile.columns)
    if len(starts) > (most_rows or profile.crowd_rows):
        return _NEVER
    cost = max(0, len(starts) - profile.max_rows) * _ROW_TOO_MANY
    must = tokens.run.starts_row
    return cost + sum(tokens.run.costs[at] * 0.7 for at in starts[1:] if not must[at])


def _prices(tokens: Tokens, profile: Profile) -> _Prices:
    """What it costs to end a cue at each place, and to have the place inside a cue."""
    ending: list[float] = [0.0]
    inside: list[float] = [0.0, 0.0]
    forced: list[int] = [0, 0]
    last_forced: list[int] = [0, 0]
    cut: list[float] = [0.0]
    labels: list[int] = [0]
    stump = [-1]
    block = [0]
    torn = {k for k, _ in inside_numbers(tokens.run.pieces)} | set(inside_tallies(tokens.run.pieces))
    costs, must, start, end = tokens.run.costs, tokens.run.starts_row, tokens.start, tokens.end
    kinds = [kind_of(piece) for piece in tokens.run.pieces]
    total = 0.0
    sentence = spoken = 0
    for k in range(1, len(start)):
        pause = start[k] - end[k - 1]
        verdict = boundary(kinds[k - 1], kinds[k])
        leave, keep = _LABEL_ALONE if tokens.label[k - 1] else costs[k], 0.0
        if tokens.turn[k]:
            answer = verdict.ends_question
            leave, keep = (_ANSWER_APART, _ANSWER_INSIDE) if answer else (0.0, _TURN_INSIDE)
            keep += max(0, pause - 700) * 0.03
        elif must[k]:
            leave, keep = 0.0, _SOUND_INSIDE
        elif verdict.ends_sentence:
            keep = _SENTENCE_INSIDE
        if pause > 250 and not tokens.turn[k]:
            keep += min(60.0, (pause - 250) * 0.05)
            if verdict.rule is None:
                leave *= max(0.25, 1 - pause / 1500)
        if k in torn:
            leave += CUE_TORN
        total += keep
        spoken += not tokens.label[k - 1]
        if tokens.turn[k] or must[k] or verdict.ends_sentence:
            sentence, spoken = k, 0
        stump.append(sentence if 0 < spoken <= _STUMP_WORDS else -1)
        ending.append(leave)
        inside.append(total)
        forced.append(forced[-1] + must[k])
        last_forced.append(k if must[k] else last_forced[-1])
        cut.append(0.0 if must[k] else _TURN_CUT_AT_SENTENCE if verdict.ends_sentence else _TURN_CUT)
        labels.append(labels[-1] + (len(tokens.run.pieces[k - 1]) + 1 if tokens.label[k - 1] else 0))
        block.append(k if pause > profile.pause_ms else block[-1])
    ending.append(0.0)
    stump.append(-1)
    cut.append(0.0)
    labels.append(labels[-1])
    return _Prices(ending, inside, forced, last_forced, cut, labels, stump, block)


def _span(tokens: Tokens, first: int, stop: int, profile: Profile) -> UntimedCue:
    """The rows and the speech of a cue; exact times come when its neighbours are known."""
    run = tokens.run
    starts = run.best_rows(first, stop, profile.columns)
    rows = run.rows(first, stop, starts)
    marked = [row for row, at in enumerate(starts) if tokens.mark[at]]
    if sum(tokens.turn[first:stop]) < 2:
        for row in marked:
            rows[row] = rows[row][tokens.mark[starts[row]] :]
    speakers = {tokens.speaker[at] for at in range(first, stop) if not tokens.sound[at]}
    speaker = speakers.pop() if len(speakers) == 1 else None
    said = max(tokens.end[first:stop])
    letters = run.width(first, stop) - sum(len(run.pieces[at]) + 1 for at in range(first, stop) if tokens.label[at])
    return UntimedCue(tokens.start[first], said, tuple(rows), speaker, letters)
