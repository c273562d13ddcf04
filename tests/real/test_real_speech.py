"""Real voices through the whole of `archivist transcribe`, with the weights that stations use.

The bounds are what was measured, and room for another processor's arithmetic: a sentence that is lost costs more.
"""

import pytest

from tests.real.conftest import Captioned

Every = dict[tuple[str, str], Captioned]

BOUNDS = [
    ("packed", "base", 13.0, 20),
    ("packed", "tiny.en", 16.0, 25),
    ("meeting", "base", 13.0, 20),
    ("meeting", "tiny.en", 16.0, 25),
]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("recording", "model", "most_errors", "most_lost"), BOUNDS)
def test_words_are_found_within_a_bound_of_errors_and_losses(
    captioned: Every, recording: str, model: str, most_errors: float, most_lost: int
) -> None:
    found = captioned[recording, model].score

    assert found.wer <= most_errors
    assert found.lost <= most_lost


@pytest.mark.timeout(900)
def test_no_sentence_is_lost_without_a_doubt_that_is_shown(captioned: Every) -> None:
    unseen = {pair: [text for _, _, text in one.score.unseen(one.doubts)] for pair, one in captioned.items()}

    assert not any(unseen.values()), unseen


@pytest.mark.timeout(900)
def test_clicks_of_a_microphone_are_no_gavel_and_the_gavel_is_one(captioned: Every) -> None:
    for (recording, _), one in captioned.items():
        gavels = [start_s for kind, start_s, _ in one.sounds if "gavel" in kind]
        fell_s = one.meeting.gavel_s[:1] if recording == "meeting" else ()
        assert len(gavels) == len(fell_s), one.sounds
        assert all(abs(at - fell) < 0.3 for at, fell in zip(gavels, fell_s, strict=True))


@pytest.mark.timeout(900)
def test_nothing_is_said_in_music_and_applause(captioned: Every) -> None:
    assert {pair: one.score.invented for pair, one in captioned.items() if len(one.score.invented) > 1} == {}


@pytest.mark.timeout(900)
def test_the_report_knows_how_many_words_are_right(captioned: Every, in_a_hall: Captioned) -> None:
    every = {**captioned, ("hall", "base"): in_a_hall}
    wrong_by = {pair: one.estimate - (1 - one.score.wer / 100) for pair, one in every.items()}

    assert {pair: round(by, 3) for pair, by in wrong_by.items() if abs(by) > 0.05} == {}


@pytest.mark.timeout(900)
def test_most_wrong_words_lie_where_the_report_says_that_words_are_uncertain(captioned: Every) -> None:
    assert {pair: one.listed for pair, one in captioned.items() if one.listed < 65} == {}


@pytest.mark.timeout(900)
def test_words_of_which_a_sixth_is_wrong_go_to_a_person(captioned: Every, in_a_hall: Captioned) -> None:
    bad = [one for one in (*captioned.values(), in_a_hall) if one.score.wer > 15]

    assert in_a_hall in bad
    assert {one.outcome for one in bad} == {"needs_review"}
