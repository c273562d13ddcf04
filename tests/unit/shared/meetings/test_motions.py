"""Motions and votes, phrase by phrase."""

from collections.abc import Callable

import pytest

from shared.captions.model import Word
from shared.meetings import sentences
from shared.meetings.motion import Motion, MotionOutcome, Tally
from shared.meetings.motions import motions, read_tally

Words = Callable[[str], tuple[Word, ...]]
CARRIED, FAILED, UNKNOWN = MotionOutcome.CARRIED, MotionOutcome.FAILED, MotionOutcome.UNKNOWN


def found(words_of: Words, text: str) -> list[Motion]:
    return list(motions(sentences(words_of(text))))


@pytest.mark.parametrize(
    ("said", "text", "mover", "seconder"),
    [
        ("Lee: I move to approve the minutes.\nRay: Second.", "approve the minutes", "Lee", "Ray"),
        ("Lee: I move that we adopt the resolution.\nRay: I'll second that.", "adopt the resolution", "Lee", "Ray"),
        ("Cho: Is there a motion to adjourn?\nLee: So moved.\nRay: I second.", "adjourn", "Lee", "Ray"),
        ("Cho: Moved by Council Member Garza, seconded by Council Member Ramirez.", "", "Garza", "Ramirez"),
        (
            "Cho: Motion to approve the lease by Trustee O'Brien, second by Trustee Lee.",
            "approve the lease",
            "O'Brien",
            "Lee",
        ),
        (
            "Cho: Council Member Delgado moves to approve item nine.\nRay: Second.",
            "approve item nine",
            "Delgado",
            "Ray",
        ),
        ("Lee: I'd like to make a motion to deny the appeal.\nRay: Seconded.", "deny the appeal", "Lee", "Ray"),
        ("I move the staff recommendation. Second.", "the staff recommendation", None, None),
    ],
)
def test_who_moved_what(words_of: Words, said: str, text: str, mover: str | None, seconder: str | None) -> None:
    motion = found(words_of, said)[0]

    assert (motion.text, motion.mover, motion.seconder, motion.outcome) == (text, mover, seconder, UNKNOWN)


@pytest.mark.parametrize(
    "said",
    [
        "We need to move forward with this plan.",
        "I think it moves the city in the right direction.",
        "I moved here in March and I like it.",
        "The parks board met on Monday and voted five to two in favor.",
        "The measure passed last year.",
        "Second, I would like to hear more about the trees.",
        "Is there a motion?",
        "That motion picture was nice.",
        "Council Member Garza?\nHere.",
    ],
)
def test_what_is_no_motion(words_of: Words, said: str) -> None:
    assert found(words_of, said) == []


@pytest.mark.parametrize(
    ("said", "outcome", "tally"),
    [
        ("The motion carries five to two.", CARRIED, Tally(5, 2)),
        ("The motion passes 4-1.", CARRIED, Tally(4, 1)),
        ("Passes 7-0.", CARRIED, Tally(7, 0)),
        ("The motion fails two to five.", FAILED, Tally(2, 5)),
        ("The motion fails five to two.", FAILED, Tally(2, 5)),
        ("With five in favor and two opposed, the motion carries.", CARRIED, Tally(5, 2)),
        ("The motion carries 6 ayes, 0 noes, 1 abstention.", CARRIED, Tally(6, 0, 1)),
        ("The motion passes three to one with one absent.", CARRIED, Tally(3, 1, 0, 1)),
        ("Let the record show that the vote was six to one. The motion carries.", CARRIED, Tally(6, 1)),
        ("The motion carries. Let the record show that the vote was six to one.", CARRIED, Tally(6, 1)),
        ("The ordinance is adopted.", CARRIED, None),
        ("The minutes of the last meeting are approved. The motion carries.", CARRIED, None),
        ("The ayes have it.", CARRIED, None),
        ("The motion does not pass.", FAILED, None),
    ],
)
def test_how_a_vote_went(words_of: Words, said: str, outcome: MotionOutcome, tally: Tally | None) -> None:
    (motion,) = found(words_of, f"I move to approve the budget. Second. {said}")

    assert (motion.outcome, motion.tally) == (outcome, tally)


@pytest.mark.parametrize(
    "said",
    [
        "If the motion passes, we will need more staff.",
        "I wonder whether the ordinance is approved by the state.",
        "The tree ordinance was adopted in 2019.",
        "That item was approved last month.",
        "The resolution passed three years ago.",
        "The budget, which was approved in March, is fine.",
        "Do you think the motion carries?",
        "I will support the motion.",
    ],
)
def test_talk_of_other_decisions_decides_nothing(words_of: Words, said: str) -> None:
    (motion,) = found(words_of, f"I move to approve the lease. Second. {said}")

    assert motion.outcome is UNKNOWN


ROLL = """
Ann: I move to adopt the plan.
Bob: Second.
Chair: Roll call vote, please.
Clerk: Council Member Ames?
Ann: Aye.
Clerk: Council Member Bond?
Bob: Yes.
Clerk: Council Member Cole?
Cy: No.
Clerk: Mayor Dunn?
Chair: Abstain.
"""


def test_a_roll_call_is_counted_member_by_member(words_of: Words) -> None:
    (motion,) = found(words_of, ROLL + "Clerk: The motion carries two to one.")

    assert [(vote.name, vote.vote) for vote in motion.votes] == [
        ("Ames", "aye"),
        ("Bond", "aye"),
        ("Cole", "no"),
        ("Dunn", "abstain"),
    ]
    assert motion.counted == Tally(2, 1, 1)
    assert not motion.is_disputed


def test_a_count_that_differs_from_the_announcement_is_kept_beside_it(words_of: Words) -> None:
    (motion,) = found(words_of, ROLL + "Clerk: The motion carries three to one.")

    assert motion.is_disputed
    assert (motion.announced, motion.counted) == (Tally(3, 1), Tally(2, 1, 1))


def test_bare_names_are_votes_only_while_a_roll_is_called(words_of: Words) -> None:
    (motion,) = found(words_of, "I move to adopt it. Second. Roll call. Smith? Aye. Jones? Nay. Lee? I. It passes 2-1.")

    assert motion.counted == Tally(2, 1)


def test_an_amendment_is_decided_before_the_main_motion(words_of: Words) -> None:
    main, amendment = found(
        words_of,
        "I move to adopt the plan. Second. I move to amend the motion to add a report. Second. "
        "The amendment fails one to four. The motion carries five to zero.",
    )

    assert (main.text, main.outcome, main.tally) == ("adopt the plan", CARRIED, Tally(5, 0))
    assert (amendment.outcome, amendment.tally) == (FAILED, Tally(1, 4))
    assert main.is_unanimous


def test_motions_can_be_withdrawn_or_die(words_of: Words) -> None:
    withdrawn, died = found(
        words_of,
        "I move to table the lease. I withdraw my motion. I move to deny the permit. "
        "The motion dies for lack of a second.",
    )

    assert withdrawn.outcome is MotionOutcome.WITHDRAWN
    assert died.outcome is MotionOutcome.NO_SECOND


def test_a_decision_without_a_motion_heard_is_still_reported(words_of: Words) -> None:
    (motion,) = found(words_of, "The motion carries five to two.")

    assert (motion.text, motion.mover, motion.tally) == ("", None, Tally(5, 2))


def test_a_motion_without_a_decision_is_said_to_have_none(words_of: Words) -> None:
    (motion,) = found(words_of, "I move to approve the lease. Second. Thank you all.")

    assert motion.outcome is UNKNOWN


def test_every_motion_rests_on_sentences_with_times(words_of: Words) -> None:
    for motion in found(words_of, ROLL + "Clerk: The motion carries two to one."):
        assert [heard.what for heard in motion.heard] == ["motion", "second", *["vote"] * 5, "outcome"]
        assert motion.start_ms == motion.heard[0].start_ms < motion.end_ms


@pytest.mark.parametrize("plain", ["the motion carries", "on march 21 we met", "item 4b"])
def test_not_every_number_is_a_tally(plain: str) -> None:
    assert read_tally(plain) is None
