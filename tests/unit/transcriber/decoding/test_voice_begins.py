"""The first word after a pause begins with the voice, not in the pause."""

import pytest

from services.transcriber.decoding.slice import begun_with_the_voice
from shared.captions.model import Word
from shared.quality.spans import Span

SPEECH = [Span(1_000, 3_000), Span(3_000, 5_000), Span(5_400, 8_000)]


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "begins_ms"),
    [
        pytest.param(400, 1_500, 1_120, id="far into the pause before"),
        pytest.param(1_050, 1_500, 1_120, id="where the detector adds to the voice"),
        pytest.param(1_120, 1_500, 1_120, id="with the voice"),
        pytest.param(1_300, 1_500, 1_300, id="inside"),
        pytest.param(2_900, 3_400, 2_900, id="where speech without a pause is only divided"),
        pytest.param(4_800, 5_900, 5_520, id="at the end of other speech"),
        pytest.param(4_300, 5_700, 4_300, id="more of it before the pause"),
        pytest.param(5_200, 5_570, 5_200, id="too much of it would be cut off"),
        pytest.param(200, 600, 200, id="where nobody was heard"),
    ],
)
def test_a_word_begins_where_its_voice_does(start_ms: int, end_ms: int, begins_ms: int) -> None:
    [word] = begun_with_the_voice([Word("Good", start_ms, end_ms)], SPEECH)

    assert (word.start_ms, word.end_ms) == (begins_ms, end_ms)


def test_words_are_neither_lost_nor_put_out_of_order() -> None:
    words = [Word("a", 2_000, 5_300), Word("b", 5_300, 5_700), Word("c", 5_700, 6_000)]

    found = begun_with_the_voice(words, SPEECH)

    assert [word.text for word in found] == ["a", "b", "c"]
    assert [word.start_ms for word in found] == [2_000, 5_520, 5_700]
