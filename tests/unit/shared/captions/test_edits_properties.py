"""Any edits of any captions: taken back they are nothing, carried over they lose nothing, and nothing ever raises."""

import json
import os
import random
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.captions import Cue, Placement
from shared.captions.carrying import merge, rebase
from shared.captions.edits import IdentifiedCue, apply, change, identified
from shared.captions.edits_json import edits_from_json, edits_to_json
from shared.captions.model import ITALIC, Align, Style, Styled
from shared.captions.operations import (
    Delete,
    Insert,
    Merge,
    Operation,
    RenameSpeaker,
    Retime,
    SetLook,
    SetText,
    Shift,
    Split,
    cue_words,
)
from shared.captions.styling import letters
from shared.errors import InvalidInput

MANY = 3_000 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 150
VOCABULARY = ["the", "The", "a", "aye.", "motion", "Street", "budget,", ">>", "x", "is", "Reed:", ""]
SPEAKERS = ["S1", "S2", "Mayor Reed", None]

KINDS = [SetText, SetText, SetText, Retime, Split, Merge, Insert, Delete, Shift, RenameSpeaker, SetLook]
Captions = tuple[IdentifiedCue, ...]


def rows(chance: random.Random) -> tuple[str, ...]:
    count = chance.choice([0, 1, 1, 1, 2, 2, 3])
    return tuple(" ".join(chance.choices(VOCABULARY, k=chance.randint(1, 6))) for _ in range(count))


def styles(chance: random.Random, own: tuple[str, ...]) -> tuple[Styled, ...]:
    count = letters(" ".join(own))
    if count < 4 or chance.random() < 0.6:
        return ()
    one, two, three = sorted(chance.sample(range(count + 1), 3))
    return (Styled(one, two, ITALIC), Styled(two, three, Style(underline=True)))


def placement(chance: random.Random) -> Placement:
    shifts = (0, 2) if chance.random() < 0.2 else ()
    return Placement(chance.randint(1, 15), chance.choice(list(Align)), chance.choice([None, 0, 7]), shifts)


def made(chance: random.Random, start: int) -> Cue:
    own = rows(chance)
    begin = Fraction(start, 1000)
    look = chance.choice([Placement(), placement(chance)])
    end = begin + Fraction(chance.randint(1, 3000), chance.choice([1000, 1001]))
    return Cue(begin, end, own, chance.choice(SPEAKERS), look, styles(chance, own))


def captions(chance: random.Random) -> Captions:
    at, cues = chance.randint(0, 5000), []
    for _ in range(chance.randint(0, 8)):
        cues.append(made(chance, at))
        at += chance.choice([0, 300, 1500, 3000])
    return identified(cues)


def operation(chance: random.Random, table: dict[str, Cue], allowed: list[str], name: str) -> Operation | None:
    """One that fits, on allowed cues only."""
    ids = [id for id in allowed if id in table]
    kind = chance.choice(
        [SetText, SetText, SetText, Retime, Split, Merge, Insert, Delete, Shift, RenameSpeaker, SetLook]
    )
    if kind is Insert:
        return Insert(name, made(chance, chance.randint(0, 9000)))
    if not ids:
        return None
    id = chance.choice(ids)
    cue, words = table[id], cue_words(table[id])
    middle = cue.start + cue.duration / 2
    if kind is SetText:
        first = chance.randint(0, len(words))
        old = words[first : chance.randint(first, len(words))]
        new = chance.choices([*VOCABULARY, "\nrow", *words], k=chance.randint(0, 4))
        return SetText(id, first, old, tuple(new))
    if kind is Retime:
        start = Fraction(chance.randint(0, 9000), 1000)
        return Retime(id, start, start + Fraction(chance.randint(1, 4000), 1000))
    if kind is Split:
        return Split(id, chance.randint(0, len(words)), name, chance.choice([middle, cue.end]), middle)
    if kind is Merge:
        later = [other for other in ids if other != id and table[other].start >= cue.start]
        return Merge(id, chance.choice(later), breaks=chance.random() < 0.5) if later else None
    if kind is Delete:
        return Delete(id)
    if kind is SetLook:
        return SetLook(id, chance.choice(SPEAKERS), placement(chance), styles(chance, cue.rows))
    several = tuple(chance.sample(ids, chance.randint(1, len(ids))))
    if kind is Shift:
        return Shift(several, Fraction(chance.randint(-300, 3000), 1000))
    return RenameSpeaker(tuple(one for one in several if table[one].speaker == cue.speaker), cue.speaker, "Reed")


def edits(chance: random.Random, cues: Captions, mark: str, allowed: list[str] | None = None) -> tuple[Operation, ...]:
    table = {one.id: one.cue for one in cues}
    mine = list(table) if allowed is None else list(allowed)
    done: list[Operation] = []
    for number in range(chance.randint(0, 10)):
        one = operation(chance, table, mine, f"{mark}{number}")
        if one is None:
            continue
        try:
            change(table, one)
        except InvalidInput:  # before the beginning, or a cue between that would overlap its own end
            continue
        mine += [id for id in one.touched if id not in mine]
        done.append(one)
    return tuple(done)


CHANCES = st.integers(0, 2**63).map(random.Random)


@settings(max_examples=MANY)
@given(CHANCES)
def test_what_is_taken_back_is_as_it_was(chance: random.Random) -> None:
    cues = captions(chance)
    mine = edits(chance, cues, "m")

    edited = apply(cues, mine)

    assert apply(edited.cues, edited.inverse).cues == cues
    assert apply(edited.cues, edited.inverse).inverse is not None
    assert edits_from_json(json.loads(json.dumps(edits_to_json(mine)))) == mine
    assert edits_from_json(json.loads(json.dumps(edits_to_json(edited.inverse)))) == edited.inverse


@settings(max_examples=MANY)
@given(CHANCES)
def test_edits_of_different_cues_come_to_the_same_in_either_order(chance: random.Random) -> None:
    cues = captions(chance)
    ids = [one.id for one in cues]
    mine = edits(chance, cues, "m", ids[::2])
    theirs = edits(chance, cues, "t", ids[1::2])

    first, second = rebase(cues, mine, theirs), rebase(cues, theirs, mine)

    assert first.left_out == second.left_out == ()
    assert first.cues == second.cues
    assert apply(apply(cues, theirs).cues, first.operations).cues == first.cues


@settings(max_examples=MANY)
@given(CHANCES)
def test_any_two_edits_of_the_same_cues_end_without_an_error_and_account_for_each(chance: random.Random) -> None:
    cues = captions(chance)
    mine, theirs = edits(chance, cues, "m"), edits(chance, cues, "t")

    done = rebase(cues, mine, theirs)

    assert apply(apply(cues, theirs).cues, done.operations).cues == done.cues
    assert all(one.operation in mine and one.message for one in done.left_out)
    assert rebase(cues, mine, ()).cues == apply(cues, mine).cues
    assert rebase(cues, (), theirs).cues == apply(cues, theirs).cues


@settings(max_examples=MANY)
@given(CHANCES)
def test_what_the_machine_hears_as_before_has_all_edits(chance: random.Random) -> None:
    cues = captions(chance)
    mine = edits(chance, cues, "m")

    done = merge(cues, mine, cues)

    assert done.left_out == ()
    assert done.cues == apply(cues, mine).cues


@settings(max_examples=MANY)
@given(CHANCES)
def test_a_new_result_gets_what_can_be_placed_and_nothing_else(chance: random.Random) -> None:
    cues = captions(chance)
    mine = edits(chance, cues, "m")
    heard = captions(chance)
    if chance.random() < 0.7:  # nearly the same, cut and heard a little otherwise
        heard = identified([one.cue for one in apply(cues, edits(chance, cues, "h")).cues])

    done = merge(cues, mine, heard)

    assert merge(cues, (), heard).cues == heard
    assert apply(heard, done.operations).cues == done.cues
    assert all(one.operation in mine and one.message for one in done.left_out)
