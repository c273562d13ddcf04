# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""Words keep times that can be true, and nothing is said twice or swallowed."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.transcriber.decoding.slice import transcribe_slice
from services.transcriber.engines.values import Effort, Segment
from shared.quality.spans import Span
from tests.unit.transcriber.decoding.slices import NOISE, request


def test_squeezed_words_get_the_time_there_was(say, engine_that_says) -> None:
    engine = engine_that_says(
        {(effort, 0): (say("one two three four five six", 3000, ms_per_word=20),) for effort in Effort}
    )

    result = transcribe_slice(engine, NOISE, request((0, 4000)))

    assert [word.text for word in result.words] == ["one", "two", "three", "four", "five", "six"]
    assert (result.words[0].start_ms, result.words[-1].end_ms) == (1600, 4000)
    assert result.sounds == ()


def stretched(said: Segment, number: int, end_ms: int) -> Segment:
    """The sentence with one word that does not end before ``end_ms``, and the words after it pushed back."""
    by = end_ms - said.words[number].end_ms
    later = [replace(word, start_ms=word.start_ms + by, end_ms=word.end_ms + by) for word in said.words[number + 1 :]]
    words = (*said.words[:number], replace(said.words[number], end_ms=end_ms), *later)
    return replace(said, words=words, end_ms=words[-1].end_ms)


def test_a_sentence_that_one_long_word_has_swallowed_is_found(say, engine_that_says) -> None:
    question = say("Are there any questions for staff?")
    whole = (question, say("I call this meeting to order.", 2600))
    engine = engine_that_says({(Effort.FAST, 0): (stretched(question, 4, 5000),), (Effort.CAREFUL, 0): whole})

    result = transcribe_slice(engine, NOISE, request((0, 2200), (2500, 5400)))

    assert (
        " ".join(word.text for word in result.words)
        == "Are there any questions for staff? I call this meeting to order."
    )
    assert (result.redecoded, result.doubts) == ((Span(0, 5400),), ())


def test_no_word_lasts_longer_than_it_takes_to_say_it(say, engine_that_says) -> None:
    said = stretched(say("Are there any questions for staff?", 10_000), 4, 16_000)
    engine = engine_that_says({(Effort.FAST, 10_000): (said,), (Effort.CAREFUL, 10_000): (said,)})

    result = transcribe_slice(engine, NOISE, request((10_000, 16_400)))

    assert [(word.text, word.start_ms, word.end_ms) for word in result.words][4:] == [
        ("for", 11_332, 13_082),
        ("staff?", 16_000, 16_333),
    ]
    assert [doubt.code for doubt in result.doubts] == ["stretched", "speech_without_words"]
    assert result.covered_ms < result.speech_ms


def test_a_word_that_was_heard_at_a_wrong_moment_is_not_said_twice(say, engine_that_says) -> None:
    engine = engine_that_says(
        {(Effort.FAST, 0): (say("Okafor? Present.", 0),), (Effort.FAST, 666): (say("Present.", 1100),)}
    )

    result = transcribe_slice(engine, NOISE, request((0, 2000)))

    assert [word.text for word in result.words] == ["Okafor?", "Present."]


def test_the_same_answer_of_the_next_member_is_not_taken_for_an_echo(say, engine_that_says) -> None:
    """The second look begins 250 ms before the speech that got no words, so an answer there stands at 250."""
    vote, answer = say("Say aye.", 10_000, ms_per_word=300), say("Aye.", 11_000)
    engine = engine_that_says({(Effort.FAST, 10_000): (vote, answer), (Effort.FAST, 11_340): (say("Aye.", 11_590),)})

    result = transcribe_slice(engine, NOISE, request((10_000, 10_800), (10_900, 11_500), (11_590, 12_400)))

    assert [(word.text, word.start_ms) for word in result.words][2:] == [("Aye.", 11_000), ("Aye.", 11_590)]


def test_answers_with_a_name_between_them_are_two_in_one_breath_too(say, engine_that_says) -> None:
    roll = say("Aye. Bennett?", 10_000, ms_per_word=200)
    engine = engine_that_says({(Effort.FAST, 10_000): (roll,), (Effort.FAST, 10_400): (say("Aye.", 10_800),)})

    result = transcribe_slice(engine, NOISE, request((10_000, 11_500)))

    assert [word.text for word in result.words] == ["Aye.", "Bennett?", "Aye."]


def test_answers_further_apart_than_word_times_are_off_are_two(say, engine_that_says) -> None:
    engine = engine_that_says(
        {(Effort.FAST, 10_000): (say("Aye.", 10_000),), (Effort.FAST, 10_333): (say("Aye.", 11_033),)}
    )

    result = transcribe_slice(engine, NOISE, request((10_000, 11_500)))

    assert [word.start_ms for word in result.words] == [10_120, 11_033]


@pytest.mark.parametrize(
    ("first", "spans"),
    [
        ({"start_ms": 10_900, "ms_per_word": 5}, ((10_000, 11_000), (11_200, 13_000))),  # four words in no time
        ({"start_ms": 11_000, "ms_per_word": 200}, ((10_000, 10_900), (12_100, 13_500))),  # where nobody speaks
    ],
)
def test_words_whose_times_cannot_be_true_are_heard_once_across_a_pause(say, engine_that_says, first, spans) -> None:
    thanks = "Thank you very much."
    said, misplaced = say("Harbor Avenue.", 10_000), say(thanks, **first)
    engine = engine_that_says({(Effort.FAST, 10_000): (said, misplaced), (Effort.FAST, 0): (say(thanks, 300),)})

    result = transcribe_slice(engine, NOISE, request(*spans))

    assert " ".join(word.text for word in result.words) == f"Harbor Avenue. {thanks}"


def test_words_never_overlap_and_stay_in_order(say, engine_that_says) -> None:
    engine = engine_that_says({(Effort.FAST, 0): (say("second half", 800), say("first half of it", 0))})

    words = transcribe_slice(engine, NOISE, request((0, 2000))).words

    assert all(before.end_ms <= after.start_ms for before, after in pairwise(words))
    assert all(word.start_ms < word.end_ms for word in words)


def test_sentences_whose_times_overlap_stay_whole(say, engine_that_says) -> None:
    said = (say("and we have a quorum.", 0, ms_per_word=500), say("Thank you, and good night.", 1900))
    engine = engine_that_says({(Effort.FAST, 0): said})

    words = transcribe_slice(engine, NOISE, request((0, 3700))).words

    assert " ".join(word.text for word in words) == "and we have a quorum. Thank you, and good night."
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(words))
