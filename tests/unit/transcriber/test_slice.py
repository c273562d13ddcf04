# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from services.transcriber.engines.values import DecodeRequest, Effort, Segment, SliceRequest, SliceResult
from services.transcriber.slice import transcribe_slice
from shared.captions.model import Sound, SoundKind
from shared.quality.spans import Span

RATE = 16_000
NOISE = np.random.default_rng(3).normal(0, 0.05, RATE * 60).astype(np.float32)
CHORD = np.sum([np.sin(2 * np.pi * hz * np.arange(RATE * 60) / RATE) for hz in (262, 330, 392, 524)], axis=0)
MUSIC = (0.05 * CHORD).astype(np.float32)
LOOP = "the the the the " * 6
ANOTHER_LOOP = "the the the the " * 10


def request(*spans: tuple[int, int]) -> SliceRequest:
    return SliceRequest(tuple(Span(*span) for span in spans), DecodeRequest())


def going_round(
    first: tuple[Segment, ...], again: tuple[Segment, ...]
) -> dict[tuple[Effort, int], tuple[Segment, ...]]:
    """A loop that turns another number of times when the sound is decoded again, as loops do."""
    return {(effort, 0): first if effort is Effort.FAST else again for effort in Effort}


def test_believable_text_is_decoded_once(say, engine_that_says) -> None:
    engine = engine_that_says({(Effort.FAST, 0): (say("I move to approve."),)})

    result = transcribe_slice(engine, NOISE, request((0, 1500)))

    assert [word.text for word in result.words] == ["I", "move", "to", "approve."]
    assert [effort for effort, _ in engine.asked] == [Effort.FAST]
    assert (result.sounds, result.doubts, result.redecoded) == ((), (), ())
    assert (result.speech_ms, result.covered_ms) == (1500, 1500)


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


def test_squeezed_words_get_the_time_there_was(say, engine_that_says) -> None:
    engine = engine_that_says(
        {(effort, 0): (say("one two three four five six", 3000, ms_per_word=20),) for effort in Effort}
    )

    result = transcribe_slice(engine, NOISE, request((0, 4000)))

    assert [word.text for word in result.words] == ["one", "two", "three", "four", "five", "six"]
    assert (result.words[0].start_ms, result.words[-1].end_ms) == (1600, 4000)
    assert result.sounds == ()


def named(vocabulary: tuple[str, ...], *spans: tuple[int, int]) -> SliceRequest:
    return replace(request(*spans), decode=DecodeRequest(vocabulary=vocabulary))


ROSTER = ("Alvarez", "Bennett", "Garza", "Okafor", "Whitfield")


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
    assert len(engine.asked) == 1


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

    assert [word.start_ms for word in result.words] == [10_000, 11_033]


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


def test_speech_that_stays_without_words_is_reported(engine_that_says) -> None:
    result = transcribe_slice(engine_that_says({}), NOISE, request((2000, 9000)))

    assert [(doubt.code, doubt.start_ms, doubt.end_ms) for doubt in result.doubts] == [
        ("speech_without_words", 2000, 9000)
    ]
    assert (result.speech_ms, result.covered_ms) == (7000, 0)


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


def test_progress_counts_speech(say, engine_that_says) -> None:
    heard: list[tuple[int, int]] = []

    transcribe_slice(
        engine_that_says({}),
        NOISE,
        request((0, 1000), (20_000, 21_000)),
        on_progress=lambda done, of: heard.append((done, of)),
    )

    assert heard == [(1000, 2000), (2000, 2000)]


def test_a_slice_without_speech_asks_no_engine(engine_that_says) -> None:
    engine = engine_that_says({})

    assert transcribe_slice(engine, NOISE, request()).words == ()
    assert engine.asked == []


def test_a_result_survives_its_checkpoint_and_moves_into_media_time(say, engine_that_says) -> None:
    hello = say("hello there")
    engine = engine_that_says(going_round((hello, say(LOOP, 1500)), (hello, say(ANOTHER_LOOP, 1500))))
    result = transcribe_slice(engine, NOISE, request((0, 12_000)))

    assert SliceResult.from_json(result.to_json()) == result
    moved = result.shifted(600_000)
    assert moved.words[0].start_ms == 600_000
    assert moved.segments[0].words[1].end_ms == 600_666
    assert moved.sounds[0].start_ms == 601_500
    assert moved.doubts[0].start_ms == 601_500
    assert moved.redecoded == (Span(600_000, 612_000),)


def test_a_result_says_what_the_engine_has_to_tell_about_its_language(say, engine_that_says) -> None:
    engine = engine_that_says({(Effort.FAST, 0): (say("I move to approve."),)})
    spanish = replace(request((0, 1500)), decode=DecodeRequest(language="es"))

    assert transcribe_slice(engine, NOISE, spanish).warnings == ("Nobody timed es.",)
    assert transcribe_slice(engine, NOISE, request((0, 1500))).warnings == ()
