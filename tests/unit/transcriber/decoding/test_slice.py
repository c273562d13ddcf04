# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""A slice from its order to its result."""

from dataclasses import replace

from services.transcriber.decoding.slice import transcribe_slice
from services.transcriber.engines.values import DecodeOptions, Effort, SliceResult
from shared.quality.spans import Span
from tests.unit.transcriber.decoding.slices import ANOTHER_LOOP, LOOP, NOISE, going_round, request


def test_believable_text_is_decoded_once(say, engine_that_says) -> None:
    engine = engine_that_says({(Effort.FAST, 0): (say("I move to approve."),)})

    result = transcribe_slice(engine, NOISE, request((0, 1500)))

    assert [word.text for word in result.words] == ["I", "move", "to", "approve."]
    assert [effort for effort, _ in engine.asked] == [Effort.FAST]
    assert (result.sounds, result.doubts, result.redecoded) == ((), (), ())
    assert (result.speech_ms, result.covered_ms) == (1500, 1500)


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
    spanish = replace(request((0, 1500)), options=DecodeOptions(language="es"))

    assert transcribe_slice(engine, NOISE, spanish).warnings == ("Nobody timed es.",)
    assert transcribe_slice(engine, NOISE, request((0, 1500))).warnings == ()
