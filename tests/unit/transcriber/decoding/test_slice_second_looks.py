# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""Suspicious text is decoded again, and what stays invented is not kept."""

import pytest

from services.transcriber.decoding.slice import transcribe_slice
from services.transcriber.engines.values import Effort
from shared.captions.model import Sound, SoundKind
from shared.quality.spans import Span
from tests.unit.transcriber.decoding.slices import ANOTHER_LOOP, LOOP, MUSIC, NOISE, ROSTER, going_round, named, request


def test_suspicious_text_is_decoded_again_and_the_better_text_stays(say, engine_that_says) -> None:
    engine = engine_that_says({(Effort.FAST, 0): (say(LOOP),), (Effort.CAREFUL, 0): (say("the motion carries"),)})

    result = transcribe_slice(engine, NOISE, request((0, 1000)))

    assert [word.text for word in result.words] == ["the", "motion", "carries"]
    assert result.redecoded == (Span(0, 1000),)
    assert result.doubts == ()


def test_a_window_that_goes_round_in_circles_is_cut_at_another_place(say, engine_that_says) -> None:
    engine = engine_that_says({(Effort.FAST, 0): (say(LOOP),)})

    transcribe_slice(engine, NOISE, request((0, 8000)))

    assert engine.asked[:3] == [
        (Effort.FAST, Span(0, 8000)),
        (Effort.CAREFUL, Span(0, 4001)),
        (Effort.CAREFUL, Span(4001, 8000)),
    ]


def test_a_hall_that_chants_is_heard_the_same_from_shorter_pieces_and_stays(say, engine_that_says) -> None:
    chant = "No more cuts! "
    engine = engine_that_says(
        {
            (Effort.FAST, 0): (say(chant * 8, logprob=-0.1),),
            (Effort.CAREFUL, 0): (say(chant * 4, logprob=-0.2),),
            (Effort.CAREFUL, 4001): (say(chant * 4, 4001, logprob=-0.2),),
        }
    )

    result = transcribe_slice(engine, NOISE, request((0, 8000)))

    assert " ".join(word.text for word in result.words) == (chant * 8).strip()
    assert result.sounds == ()
    assert [doubt.code for doubt in result.doubts] == ["loop"]
    assert Effort.UNLOOPED not in {effort for effort, _ in engine.asked}


@pytest.mark.parametrize(("times", "logprob"), [(9, -0.2), (4, -0.9)])
def test_a_loop_that_turns_as_often_in_every_piece_or_is_doubted_is_no_chant(
    say, engine_that_says, times, logprob
) -> None:
    line = "No more cuts! "
    engine = engine_that_says(
        {
            (Effort.FAST, 0): (say(line * 8, logprob=-0.1),),
            (Effort.CAREFUL, 0): (say(line * times, logprob=logprob),),
            (Effort.CAREFUL, 4001): (say(line * times, 4001, logprob=logprob),),
        }
    )

    assert transcribe_slice(engine, NOISE, request((0, 8000))).words == ()


def test_a_pledge_said_twice_stays(say, engine_that_says) -> None:
    pledge = "I pledge allegiance to the flag of the United States of America and to the republic "
    said = say(pledge * 2, logprob=-0.1, compression=2.5)
    engine = engine_that_says({(Effort.FAST, 0): (said,)})

    result = transcribe_slice(engine, NOISE, request((0, said.end_ms)))

    assert " ".join(word.text for word in result.words) == (pledge * 2).strip()
    assert result.sounds == ()


def test_sentences_before_and_after_a_loop_in_one_breath_stay(say, engine_that_says) -> None:
    stuck = "I move to approve " + "the " * 20 + "and so we adjourn"
    engine = engine_that_says(going_round((say(stuck),), (say(stuck + " the" * 20),)))

    result = transcribe_slice(engine, NOISE, request((0, 9500)))

    assert " ".join(word.text for word in result.words) == "I move to approve and so we adjourn"
    assert result.sounds == (Sound(SoundKind.INAUDIBLE, 4 * 333, 24 * 333),)


def test_a_list_read_from_the_prompt_is_decoded_again_without_it(say, engine_that_says) -> None:
    engine = engine_that_says(
        {(Effort.FAST, 0): (say(" ".join(ROSTER)),), (Effort.CAREFUL, 0): (say("all in favor", logprob=-0.9),)}
    )

    result = transcribe_slice(engine, NOISE, named(ROSTER, (0, 1700)))

    assert [word.text for word in result.words] == ["all", "in", "favor"]
    assert engine.expected == [ROSTER, ()]


def test_a_list_that_is_heard_without_the_prompt_too_was_read_aloud(say, engine_that_says) -> None:
    engine = engine_that_says(
        {(Effort.FAST, 0): (say(" ".join(ROSTER)),), (Effort.CAREFUL, 0): (say("Alvares Benet Garza Okafer Witfield"),)}
    )

    result = transcribe_slice(engine, NOISE, named(ROSTER, (0, 1700)))

    assert [word.text for word in result.words] == list(ROSTER)
    assert (result.sounds, result.doubts) == ((), ())


def test_a_doubted_name_by_itself_is_gone_when_nobody_said_it(say, engine_that_says) -> None:
    engine = engine_that_says({(Effort.FAST, 9000): (say("Okafor", 9000, logprob=-0.9),)})

    result = transcribe_slice(engine, NOISE, named(("Okafor",), (9000, 9900)))

    assert result.words == ()
    assert engine.expected == [("Okafor",), (), ()]  # at last the speech without words is looked at


def test_a_loop_gets_a_third_decode_that_may_not_repeat_itself(say, engine_that_says) -> None:
    engine = engine_that_says(
        {
            (Effort.FAST, 0): (say(LOOP),),
            (Effort.CAREFUL, 0): (say(ANOTHER_LOOP),),
            (Effort.UNLOOPED, 0): (say("all in favor"),),
        }
    )

    result = transcribe_slice(engine, NOISE, request((0, 1000)))

    assert [word.text for word in result.words] == ["all", "in", "favor"]


def test_what_stays_invented_becomes_inaudible_and_goes_to_review(say, engine_that_says) -> None:
    bad = say(LOOP, 2500)
    good = say("the meeting will come to order")
    engine = engine_that_says(going_round((good, bad), (good, say(ANOTHER_LOOP, 2500))))

    result = transcribe_slice(engine, NOISE, request((0, 10_500)))

    assert [word.text for word in result.words] == good.text.split()
    assert result.sounds == (Sound(SoundKind.INAUDIBLE, bad.start_ms, bad.end_ms),)
    assert [(doubt.code, doubt.start_ms) for doubt in result.doubts] == [("loop", 2500)]


def test_invented_text_over_music_becomes_music(say, engine_that_says) -> None:
    engine = engine_that_says(going_round((say(LOOP),), (say(ANOTHER_LOOP),)))

    result = transcribe_slice(engine, MUSIC, request((0, 8000)))

    assert result.words == ()
    assert [sound.kind for sound in result.sounds] == [SoundKind.MUSIC]
    assert result.doubts == ()


def test_words_the_engine_doubts_stay_but_are_marked(say, engine_that_says) -> None:
    engine = engine_that_says({(effort, 0): (say("something about water", logprob=-1.2),) for effort in Effort})

    result = transcribe_slice(engine, NOISE, request((0, 1000)))

    assert len(result.words) == 3
    assert [doubt.code for doubt in result.doubts] == ["low_confidence"]


def test_a_suspicious_window_is_decoded_again_in_shorter_pieces(say, engine_that_says) -> None:
    engine = engine_that_says(
        {
            (Effort.FAST, 0): (say(LOOP),),
            (Effort.CAREFUL, 0): (say("first", ms_per_word=9000),),
            (Effort.CAREFUL, 11_000): (say("second", 11_000, ms_per_word=9000),),
        }
    )

    result = transcribe_slice(engine, NOISE, request((0, 9000), (11_000, 20_000)))

    assert [word.text for word in result.words] == ["first", "second"]
    assert engine.asked[:3] == [
        (Effort.FAST, Span(0, 20_000)),
        (Effort.CAREFUL, Span(0, 9000)),
        (Effort.CAREFUL, Span(11_000, 20_000)),
    ]
