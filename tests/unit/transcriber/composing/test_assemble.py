from dataclasses import replace

from services.transcriber.composing.assemble import EngineUse, assemble
from services.transcriber.engines.values import Doubt, EngineInfo, OtherSpeech, SliceResult
from services.transcriber.hearing.listen import Heard
from shared.captions.model import Sound, SoundKind, Word
from shared.quality.spans import Span

HEARD = Heard(60_000, (Span(0, 50_000),), (Sound(SoundKind.MUSIC, 52_000, 58_000),))
EMPTY = SliceResult((), (), (), (), (), "en", 0, 0, 0)
ENGINE = EngineInfo("fake", "0", "script", "cpu", "none", 1, 1)


def _result(*words: Word, **more: object) -> SliceResult:
    return replace(EMPTY, words=words, **more)  # type: ignore[arg-type]


def test_slices_are_joined_in_media_time_in_whatever_order_they_come() -> None:
    first = _result(Word("Good", 100, 400), Word("evening", 450, 900))
    second = _result(Word("Aye", 50, 300), doubts=(Doubt("low", 50, 300),), redecoded=(Span(0, 500),))

    there = assemble(HEARD, [(0, first), (30_000, second)])
    back = assemble(HEARD, [(30_000, second), (0, first)])

    assert there == back
    assert [(word.text, word.start_ms) for word in there.words] == [("Good", 100), ("evening", 450), ("Aye", 30_050)]
    assert there.doubts == (Doubt("low", 30_050, 30_300),)
    assert there.redecoded == (Span(30_000, 30_500),)


def test_no_word_begins_before_the_one_before_it_where_slices_touch() -> None:
    before = _result(Word("carries", 29_800, 30_200))
    after = _result(Word("Next", 0, 10), Word("item", 5, 6))

    words = assemble(HEARD, [(0, before), (30_000, after)]).words

    assert [word.start_ms for word in words] == sorted(word.start_ms for word in words)
    assert all(word.end_ms > word.start_ms for word in words)


def test_words_that_two_slices_time_across_their_border_are_put_in_the_order_of_their_times() -> None:
    before = _result(Word("the", 29_700, 29_900), Word("motion", 30_300, 30_900))
    after = _result(Word("carries", 0, 250), Word("Next", 350, 350))

    words = assemble(HEARD, [(0, before), (30_000, after)]).words

    assert [(word.text, word.start_ms, word.end_ms) for word in words] == [
        ("the", 29_700, 29_900),
        ("carries", 30_000, 30_250),
        ("motion", 30_300, 30_900),
        ("Next", 30_350, 30_351),
    ]


def test_a_sound_that_plan_and_slice_both_heard_is_there_once_and_what_is_inaudible_is_named() -> None:
    music, hidden = Sound(SoundKind.MUSIC, 22_000, 28_000), Sound(SoundKind.INAUDIBLE, 1_000, 2_500)

    transcript = assemble(HEARD, [(30_000, replace(EMPTY, sounds=(music, hidden)))])

    assert transcript.sounds == (
        Sound(SoundKind.INAUDIBLE, 31_000, 32_500),
        Sound(SoundKind.MUSIC, 52_000, 58_000),
    )
    assert transcript.inaudible == (Span(31_000, 32_500),)


def test_what_was_given_up_is_told_once_and_a_slice_without_speech_names_no_engine() -> None:
    worked = replace(EMPTY, engine=ENGINE, degradations=("batch size 8 -> 2",))

    transcript = assemble(HEARD, [(0, EMPTY), (20_000, worked), (40_000, worked)])

    assert transcript.engine == ENGINE
    assert transcript.degradations == ("batch size 8 -> 2",)


def test_slices_of_a_smaller_model_are_named_in_media_time_as_one_stretch_where_they_touch() -> None:
    smaller = replace(EMPTY, engine=ENGINE, smaller_model=(Span(0, 20_000),))

    transcript = assemble(HEARD, [(0, EMPTY), (20_000, smaller), (40_000, smaller)])

    assert transcript.smaller_model == (Span(20_000, 60_000),)


def test_every_engine_is_named_with_its_slices_and_a_mixture_is_told() -> None:
    other = replace(ENGINE, device="cuda", compute_type="float16")
    loads = [replace(ENGINE, load_ms=1, memory_bytes=5), replace(ENGINE, load_ms=2, memory_bytes=6)]

    alike = assemble(HEARD, [(0, _by(loads[0])), (30_000, _by(loads[1]))])
    mixed = assemble(HEARD, [(0, _by(ENGINE)), (1, EMPTY), (2, _by(other)), (3, _by(ENGINE))])

    assert alike.engines == (EngineUse(ENGINE, (1, 2)),)
    assert alike.warnings == ()
    assert mixed.engines == (EngineUse(ENGINE, (1, 4)), EngineUse(other, (3,)))
    assert mixed.warnings == (
        "The slices were not all decoded alike: slice 1, 4 by fake 0, script none on cpu; slice 3 by fake 0, script "
        "float16 on cuda.",
    )


def _by(engine: EngineInfo) -> SliceResult:
    return replace(EMPTY, engine=engine)


def test_a_recording_without_any_slice_is_an_empty_transcript() -> None:
    transcript = assemble(Heard(0, (), ()), [])

    assert (transcript.words, transcript.sounds, transcript.engine) == ((), (), None)


def test_a_warning_of_several_slices_is_told_once() -> None:
    untimed = replace(EMPTY, engine=ENGINE, warnings=("Nobody timed the words.",))

    assert assemble(HEARD, [(0, untimed), (20_000, untimed)]).warnings == ("Nobody timed the words.",)


def test_music_in_which_somebody_speaks_is_only_beside_the_words() -> None:
    heard = replace(
        HEARD,
        speech=(Span(0, 50_000),),
        sounds=(Sound(SoundKind.MUSIC, 10_000, 30_000),),
        doubted=(Span(10_000, 30_000),),
    )
    result = _result(Word("Welcome", 10_200, 10_900), Word("back", 11_500, 12_000))

    assert assemble(heard, [(0, result)]).sounds == (Sound(SoundKind.MUSIC, 12_000, 30_000),)
    assert assemble(heard, [(0, _result())]).sounds == heard.sounds


def test_what_no_word_speaks_for_is_no_speech_and_counted() -> None:
    there = assemble(HEARD, [(30_000, _result(overruled=(Span(1000, 9000),)))])

    assert there.speech == (Span(0, 31_000), Span(39_000, 50_000))
    assert there.overruled == (Span(31_000, 39_000),)


def test_a_language_that_goes_on_in_the_next_slice_is_told_once() -> None:
    first = replace(EMPTY, other_languages=(OtherSpeech(20_000, 29_900, "es", 0.9, has_words=True),))
    second = replace(
        EMPTY,
        other_languages=(
            OtherSpeech(100, 8000, "es", 0.8, has_words=True),
            OtherSpeech(8000, 16_000, "vi", 0.8, has_words=False),
        ),
    )

    assert assemble(HEARD, [(30_000, second), (0, first)]).other_languages == (
        OtherSpeech(20_000, 38_000, "es", 0.8, has_words=True),
        OtherSpeech(38_000, 46_000, "vi", 0.8, has_words=False),
    )
