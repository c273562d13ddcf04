from itertools import pairwise

from services.transcriber.engines.whisperx import has_lost_its_way, spread_over, words_from_alignment
from shared.captions.model import Word
from shared.quality.spans import Span

SPAN = Span(1000, 5000)


def entry(
    word: str, start: float | None = None, end: float | None = None, score: float | None = None
) -> dict[str, object]:
    given = {"word": word, "start": start, "end": end, "score": score}
    return {name: value for name, value in given.items() if value is not None}


def test_words_keep_the_times_and_scores_of_the_aligner() -> None:
    words = words_from_alignment([entry("motion", 1.2, 1.6, 0.91), entry("carries.", 1.6, 2.25, 0.8)], SPAN)

    assert words == (Word("motion", 1200, 1600, confidence=0.91), Word("carries.", 1600, 2250, confidence=0.8))


def test_words_that_cannot_be_timed_share_the_room_between_their_neighbours() -> None:
    words = words_from_alignment(
        [entry("item", 1.2, 1.5), entry("42"), entry("$5,000"), entry("passes", 2.5, 3.0)], SPAN
    )

    assert [(word.start_ms, word.end_ms) for word in words] == [(1200, 1500), (1500, 2000), (2000, 2500), (2500, 3000)]


def test_numbers_at_both_ends_stay_in_the_sentence() -> None:
    words = words_from_alignment([entry("2026"), entry("budget", 2.0, 3.0), entry("100")], SPAN)

    assert [(word.start_ms, word.end_ms) for word in words] == [(1000, 2000), (2000, 3000), (3000, 5000)]


def test_a_sentence_without_any_time_is_spread_evenly() -> None:
    words = words_from_alignment([entry("1"), entry("2"), entry("3"), entry("4")], SPAN)

    assert [word.start_ms for word in words] == [1000, 2000, 3000, 4000]


def test_not_a_number_is_no_time() -> None:
    nan = float("nan")

    assert words_from_alignment([entry("a", nan, nan), entry("b", 3.0, 4.0)], SPAN)[0] == Word("a", 1000, 3000)


def test_words_without_times_of_their_own_share_the_speech_and_none_stands_in_a_pause() -> None:
    voices = (Span(1_000, 2_000), Span(5_000, 6_000), Span(6_100, 7_100))

    six, four, five = (spread_over([str(number) for number in range(count)], voices) for count in (6, 4, 5))

    assert [(word.start_ms, word.end_ms) for word in six] == [
        (1000, 1500), (1500, 2000), (5000, 5500), (5500, 6000), (6100, 6600), (6600, 7100),
    ]  # fmt: skip
    assert [(word.start_ms, word.end_ms) for word in four] == [(1000, 1750), (5000, 5500), (5500, 6000), (6350, 7100)]
    for words in (six, four, five):
        assert all(any(a <= word.start_ms < word.end_ms <= b for a, b in voices) for word in words)
        assert all(before.end_ms <= after.start_ms for before, after in pairwise(words))


def test_more_words_than_time_and_no_words_at_all_are_no_trouble() -> None:
    words = spread_over(["word"] * 9, (Span(100, 103),))

    assert len(words) == 9
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(words))
    assert spread_over([], (Span(0, 1000),)) == ()


def said(*starts_ms: int, score: float | None = 0.8, length_ms: int = 300) -> tuple[Word, ...]:
    return tuple(Word("word", start, start + length_ms, confidence=score) for start in starts_ms)


def test_an_aligner_has_lost_its_way_that_squeezes_words_or_puts_them_in_pauses_or_draws_lots() -> None:
    voices = (Span(0, 4_000), Span(8_000, 12_000))

    assert not has_lost_its_way([said(0, 500, 1000, 3900), said(8_100, 9_000, 11_900)], voices)
    assert not has_lost_its_way([said(0, 500, score=None)], voices)
    assert not has_lost_its_way([], voices)
    assert has_lost_its_way([said(0, 500, 1000), said(8_000, 8_020, 8_040, length_ms=20)], voices)
    assert has_lost_its_way([said(0, 500, 5_000, 5_500, 6_000, 9_000)], voices)
    assert not has_lost_its_way([said(*range(0, 4_000, 300), 5_000)], voices), "one of a dozen may be a cough"
    assert has_lost_its_way([said(0, 500, 1000, score=0.03), said(9_000, 9_500, score=0.04)], voices)
    assert not has_lost_its_way([said(0, 500, 1000, score=0.03), said(9_000, 9_500, score=0.9)], voices)
