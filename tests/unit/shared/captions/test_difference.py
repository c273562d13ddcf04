"""What makes one version of another: applied to the first it gives the second, and it says the least."""

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings

from shared.captions import Cue
from shared.captions.difference import difference
from shared.captions.edits import IdentifiedCue, apply, identified
from shared.captions.model import ITALIC, Styled
from shared.captions.operations import Delete, Insert, Operation, Retime, SetLook, SetText
from tests.unit.shared.captions.test_edits_linear import EDITS
from tests.unit.shared.captions.test_edits_linear import captions as many
from tests.unit.shared.captions.test_edits_properties import CHANCES, MANY, captions, edits
from tests.unit.shared.captions.test_linear import MOST, growth


def said(*texts: str) -> tuple[IdentifiedCue, ...]:
    return identified(Cue(Fraction(2 * n), Fraction(2 * n + 2), tuple(text.split("/"))) for n, text in enumerate(texts))


def same(one: tuple[IdentifiedCue, ...], two: tuple[IdentifiedCue, ...]) -> bool:
    """The same cues, whatever they are called."""
    return sorted(map(repr, (cue.cue for cue in one))) == sorted(map(repr, (cue.cue for cue in two)))


MEETING = said("Good evening", "The motion caries", "Aye", "Any other/business")


@pytest.mark.parametrize(
    ("operations", "told"),
    [
        ((), ()),
        ((SetText("000002", 0, ("The", "motion", "caries"), ("The", "motion", "carries")),),
         (SetText("000002", 2, ("caries",), ("carries",)),)),
        ((Retime("000003", Fraction(4), Fraction(5)),), (Retime("000003", Fraction(4), Fraction(5)),)),
        ((Delete("000001"),), (Delete("000001"),)),
        ((Insert("x", Cue(Fraction(9), Fraction(10), ("[Gavel]",))),),
         (Insert("x", Cue(Fraction(9), Fraction(10), ("[Gavel]",))),)),
    ],
    ids=["nothing", "one word of three", "a time", "a cue less", "a cue more"],
)  # fmt: skip
def test_what_was_edited_is_told_and_nothing_else(
    operations: tuple[Operation, ...], told: tuple[Operation, ...]
) -> None:
    assert difference(MEETING, apply(MEETING, operations).cues) == told


def test_a_look_is_told_without_the_words() -> None:
    after = tuple(replace(one, cue=replace(one.cue, styles=(Styled(0, 3, ITALIC),))) for one in MEETING[:1])

    assert difference(MEETING[:1], after) == (
        SetLook("000001", None, MEETING[0].cue.placement, (Styled(0, 3, ITALIC),)),
    )


def test_cues_of_another_result_are_matched_by_their_words_and_not_by_their_numbers() -> None:
    again = said("Welcome", "Good evening", "The motion carries", "Aye")

    told = difference(MEETING, again)

    texts = [one for one in told if isinstance(one, SetText)]
    assert texts == [SetText("000002", 2, ("caries",), ("carries",))]
    assert [one.cue for one in told if isinstance(one, Insert)] == ["new-1"]
    assert [one.cue for one in told if isinstance(one, Delete)] == ["000004"]
    assert same(apply(MEETING, told).cues, again)


@settings(max_examples=MANY)
@given(CHANCES)
def test_the_difference_makes_the_one_of_the_other(chance: random.Random) -> None:
    one = captions(chance)
    two = apply(one, edits(chance, one, "m")).cues if chance.random() < 0.7 else captions(chance)

    assert same(apply(one, difference(one, two)).cues, two)


@pytest.mark.parametrize("edit", EDITS)
def test_a_difference_costs_what_the_captions_are_long(edit: str) -> None:
    def make(size: int) -> Callable[[], None]:
        cues = many(size)
        changed = apply(cues, EDITS[edit](cues)).cues

        def work() -> None:
            difference(cues, changed)

        return work

    assert growth(make) <= MOST
