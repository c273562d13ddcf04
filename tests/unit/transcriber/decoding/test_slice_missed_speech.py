# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""Speech that the engine passed over is heard by itself."""

from dataclasses import replace

import pytest

from services.transcriber.decoding.slice import transcribe_slice
from services.transcriber.engines.values import Effort, SliceRequest
from shared.quality.spans import Span
from tests.unit.transcriber.decoding.slices import LOOP, NOISE, ROSTER, named, request


def test_what_was_missed_may_repeat_itself_but_not_be_doubted(say, engine_that_says) -> None:
    first, ayes = say("All in favor?", 20_000), "Aye. " * 12
    spans = request((20_000, 21_000), (23_000, 28_000))

    for logprob, words in ((-0.1, 12), (-1.1, 0)):
        found = say(ayes, 23_050, compression=3.7, logprob=logprob)
        engine = engine_that_says({(Effort.FAST, 20_000): (first,), (Effort.FAST, 22_750): (found,)})
        result = transcribe_slice(engine, NOISE, spans)
        assert len(result.words) == 3 + words


def test_what_was_missed_is_looked_for_without_the_vocabulary(say, engine_that_says) -> None:
    engine = engine_that_says({(Effort.FAST, 10_000): (say("I move to approve.", 10_000),)})

    transcribe_slice(engine, NOISE, named(ROSTER, (10_000, 11_400), (13_000, 15_000)))

    assert engine.expected == [ROSTER, ()]


def test_speech_without_words_is_decoded_by_itself(say, engine_that_says) -> None:
    first, spoken = say("I move to approve.", 10_000), say("we now hear the public", 12_232, ms_per_word=1100)
    engine = engine_that_says({(Effort.FAST, 10_000): (first,), (Effort.FAST, 11_332): (spoken,)})

    result = transcribe_slice(engine, NOISE, request((10_000, 18_000)))

    assert [word.text for word in result.words] == ["I", "move", "to", "approve.", *spoken.text.split()]
    assert engine.asked[-1] == (Effort.FAST, Span(11_332, 18_250))
    assert result.redecoded == (Span(11_582, 18_000),)
    assert result.words[4].start_ms == 12_232


def test_one_word_that_was_passed_over_is_found(say, engine_that_says) -> None:
    roll = (say("Councilmember Okafor?", 10_000), say("Mayor Whitfield?", 13_000))
    engine = engine_that_says({(Effort.FAST, 10_000): roll, (Effort.FAST, 11_050): (say("Present.", 11_450),)})

    result = transcribe_slice(engine, NOISE, request((10_000, 10_900), (11_300, 12_300), (12_900, 13_800)))

    assert [word.text for word in result.words] == ["Councilmember", "Okafor?", "Present.", "Mayor", "Whitfield?"]


def test_a_sentence_that_the_detector_has_parted_is_heard_in_one_piece(say, engine_that_says) -> None:
    """Spans that touch were packed with silence between them, and the sentence that ran across it was thrown away."""
    first, sentence = say("So moved.", 10_000), say("I would like to thank the clerk for that.", 11_100)
    engine = engine_that_says({(Effort.FAST, 10_000): (first,), (Effort.FAST, 10_750): (sentence,)})

    result = transcribe_slice(engine, NOISE, request((10_000, 10_700), (11_000, 12_400), (12_401, 14_200)))

    assert " ".join(word.text for word in result.words) == "So moved. I would like to thank the clerk for that."
    assert engine.asked == [(Effort.FAST, Span(10_000, 14_200)), (Effort.FAST, Span(10_750, 14_450))]
    assert result.doubts == ()


def test_what_a_second_look_leaves_out_is_heard_in_a_third(say, engine_that_says) -> None:
    """A model ends a window seconds before its end, with the best of scores, and does so again in what was left."""
    script = {
        (Effort.FAST, 0): (say("The clerk will call the roll."),),
        (Effort.FAST, 1998): (say("Item one is the budget.", 2400),),
        (Effort.FAST, 4065): (say("We need a second.", 4400),),
    }
    engine = engine_that_says(script)

    result = transcribe_slice(engine, NOISE, request((0, 6000)))

    said = "The clerk will call the roll. Item one is the budget. We need a second."
    assert " ".join(word.text for word in result.words) == said
    assert [window.start_ms for _, window in engine.asked] == [0, 1998, 4065]


def test_stretches_of_like_length_are_heard_together(say, engine_that_says) -> None:
    roll = (say("Alvarez?", 10_000), say("Bennett?", 13_000), say("Okafor?", 16_000))
    engine = engine_that_says({(Effort.FAST, 10_000): roll})
    speech = ((10_000, 10_400), (11_300, 12_300), (13_000, 13_400), (14_000, 15_600), (16_000, 16_400))

    transcribe_slice(engine, NOISE, request(*speech))

    assert [window for _, window in engine.asked[1:]] == [Span(13_750, 15_850), Span(11_050, 12_550)]


def doubted(speech: tuple[int, int], *parts: tuple[int, int]) -> SliceRequest:
    return replace(request(speech), doubted=tuple(Span(*part) for part in parts))


def test_speech_that_sounds_like_none_has_the_words_that_the_engine_is_sure_of(say, engine_that_says) -> None:
    """A man with a cold, and pops of the microphone, lost 48 of 57 words to a rule that found no voice in it."""
    said = say("I have a cold so I probably sound quite different", 1000)
    engine = engine_that_says({(Effort.FAST, 0): (said,)})

    result = transcribe_slice(engine, NOISE, doubted((0, 5000), (500, 5000)))

    assert [word.text for word in result.words] == said.text.split()
    assert (result.overruled, result.speech_ms) == ((), 5000)


@pytest.mark.parametrize(
    "said", [{"logprob": -0.9}, {"no_speech": 0.8}, {"text": LOOP}], ids=["unsure", "no speech", "a loop"]
)
def test_in_what_sounds_like_no_speech_nothing_doubtful_is_said(say, engine_that_says, said) -> None:
    invented = say(**{"text": "and the police answered", **said}, start_ms=1000)
    engine = engine_that_says({(effort, 0): (invented,) for effort in Effort})

    result = transcribe_slice(engine, NOISE, doubted((0, 9000), (0, 9000)))

    assert (result.words, result.sounds, result.doubts) == ((), (), ())
    assert (result.overruled, result.speech_ms) == ((Span(0, 9000),), 0)
    assert len(engine.asked) == 2  # and by itself, in which nothing more was heard


@pytest.mark.parametrize(("logprob", "is_kept"), [(-0.7, True), (-0.71, False)])
def test_what_sounds_like_no_speech_is_heard_by_itself_where_a_long_window_leapt_over_it(
    say, engine_that_says, logprob, is_kept
) -> None:
    """A hoarse woman lost 19 words in a row: the first decode had none there, and that was taken for proof."""
    said = say("the recording environment is different", 2500, logprob=logprob)
    engine = engine_that_says({(Effort.FAST, 1750): (said,)})

    result = transcribe_slice(engine, NOISE, doubted((2000, 9000), (2000, 9000)))

    assert [word.text for word in result.words] == (said.text.split() if is_kept else [])
    assert result.overruled == (() if is_kept else (Span(2000, 9000),))


def test_speech_that_stays_without_words_is_reported(engine_that_says) -> None:
    result = transcribe_slice(engine_that_says({}), NOISE, request((2000, 9000)))

    assert [(doubt.code, doubt.start_ms, doubt.end_ms) for doubt in result.doubts] == [
        ("speech_without_words", 2000, 9000)
    ]
    assert (result.speech_ms, result.covered_ms) == (7000, 0)
