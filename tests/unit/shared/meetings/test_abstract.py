"""What a language model is shown, and what of its answer is believed."""

from collections.abc import Callable

from shared.captions.model import Word
from shared.meetings import sentences
from shared.meetings.abstract import Statement, prompts, read_statements

Words = Callable[[str], tuple[Word, ...]]
TEXT = "Lee: I move to approve the budget.\n[pause 60]\nRay: The motion carries."


def test_a_model_sees_lines_with_their_places(words_of: Words) -> None:
    (piece,) = prompts(sentences(words_of(TEXT)), most_characters=1_000)

    assert piece == "[0:00] Lee: I move to approve the budget.\n[1:02] Ray: The motion carries."


def test_a_long_meeting_is_shown_in_pieces_that_lose_nothing(words_of: Words) -> None:
    said = sentences(words_of(TEXT * 20))
    pieces = list(prompts(said, most_characters=300))

    assert len(pieces) > 1
    assert sum(piece.count("\n") + 1 for piece in pieces) == len(said)
    assert max(map(len, pieces)) <= 300


def test_a_place_that_was_not_shown_is_no_evidence(words_of: Words) -> None:
    answer = "- The council approved the budget. [1:02]\n2) Taxes rise. [0:59:59]\nNo place at all.\n\n[1:02]"

    assert read_statements(answer, sentences(words_of(TEXT))) == (
        Statement("The council approved the budget.", 62_740),
        Statement("Taxes rise.", None),
        Statement("No place at all.", None),
    )
