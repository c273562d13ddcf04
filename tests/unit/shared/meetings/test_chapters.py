"""Which sentences begin a chapter, and which only mention a matter."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from shared.captions.model import Sound, SoundKind, Word
from shared.meetings import sentences
from shared.meetings.chapters import chapters

Words = Callable[[str], tuple[Word, ...]]
LATER = 60_000


def found(words_of: Words, text: str) -> list[tuple[str, str]]:
    said = sentences(words_of(f"Good evening.\n[pause 20]\n{text}"))
    return [(one.kind.value, one.title) for one in chapters(said, duration_ms=said[-1].end_ms + LATER)][1:]


@pytest.mark.parametrize(
    ("said", "kind", "title"),
    [
        ("Let's move on to item twenty three.", "item", "Item 23"),
        ("That brings us to item 4B, the annual budget.", "item", "Item 4B: Annual budget"),
        ("Item nine is a public hearing on water rates.", "item", "Item 9: Public hearing on water rates"),
        ("Madam Clerk, please read item C-2.", "item", "Item C2"),
        ("Item 7: Second reading of the tree ordinance.", "item", "Item 7: Second reading of the tree ordinance"),
        ("We are now on agenda item twelve, potholes.", "item", "Item 12: Potholes"),
        ("The next item on the agenda is the audit report.", "item", "The audit report"),
        ("I call this meeting to order at six.", "opening", "Call to order"),
        ("Will the clerk please call the roll?", "roll_call", "Roll call"),
        ("Next is the consent calendar.", "consent_calendar", "Consent calendar"),
        ("We will now open public comment.", "public_comment", "Public comment"),
        ("The public hearing is now open.", "public_hearing", "Public hearing"),
        ("Let's take a short break of ten minutes.", "recess", "Recess"),
        ("The council will now go into closed session.", "closed_session", "Closed session"),
        ("Is there a motion to adjourn?", "adjournment", "Adjournment"),
        ("This meeting is adjourned.", "adjournment", "Adjournment"),
    ],
)
def test_taking_up_a_matter_begins_a_chapter(words_of: Words, said: str, kind: str, title: str) -> None:
    assert found(words_of, said) == [(kind, title)]


@pytest.mark.parametrize(
    "said",
    [
        "Item 12 has been continued to Monday.",
        "Item nine has been pulled from the consent calendar.",
        "I urge you to vote no on item 4B.",
        "I move to approve item twenty three.",
        "We will take item six before item nine.",
        "Item five affects every neighborhood in the city.",
        "Does anyone wish to pull an item from the consent calendar?",
        "I have a comment about the public park.",
        "We broke for lunch on Tuesday.",
        "What was in item 4?",
    ],
)
def test_mentioning_a_matter_does_not(words_of: Words, said: str) -> None:
    assert found(words_of, said) == []


def test_the_title_may_come_in_the_next_sentence(words_of: Words) -> None:
    text = "That brings us to item 4B. This is a public hearing on short term rentals."

    assert found(words_of, text) == [("item", "Item 4B: Public hearing on short term rentals")]


def test_an_item_goes_on_after_its_hearing(words_of: Words) -> None:
    lines = (
        "Let's move on to item 4B.",
        "The public hearing is now open.",
        "The public hearing is now closed.",
    )
    kinds = found(words_of, "\n[pause 15]\n".join(lines))

    assert [title for _, title in kinds] == ["Item 4B", "Public hearing on item 4B", "Item 4B (continued)"]


def test_a_recess_that_only_the_sound_tells_of_is_a_chapter(words_of: Words) -> None:
    said = sentences(words_of("Let's move on to item 3.\n[pause 600]\nThank you all for waiting."))
    sound = Sound(SoundKind.RECESS, 10_000, 600_000)

    titles = [one.title for one in chapters(said, duration_ms=700_000, sounds=[sound])]

    assert titles == ["Item 3", "Recess", "Item 3 (continued)"]


def test_a_roll_called_for_a_vote_is_no_chapter(words_of: Words) -> None:
    assert found(words_of, "Let's go to item 3.\n[pause 12]\nPlease call the roll.") == [("item", "Item 3")]


def test_chapters_have_no_gap_and_no_overlap(words_of: Words) -> None:
    said = sentences(words_of("I call this meeting to order.\nNow item 1.\nLet's go to item 2.\nWe are adjourned."))

    made = chapters(said, duration_ms=90_000)

    assert made[0].start_ms == 0
    assert made[-1].end_ms == 90_000
    assert all(one.end_ms == other.start_ms for one, other in pairwise(made))


def test_a_talk_without_an_agenda_has_no_chapters(words_of: Words) -> None:
    assert chapters(sentences(words_of("Good evening. I like trees.")), duration_ms=9_000) == ()
