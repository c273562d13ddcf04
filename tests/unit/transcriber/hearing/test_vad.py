# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.transcriber.hearing.vad import LevelRider, SpeechDetector, VadOptions, speech_spans
from shared.quality.spans import Span

LOUD = -20.0


def spans(probabilities: list[float], decibels: float = LOUD, **options: int) -> tuple[Span, ...]:
    frames = np.asarray(probabilities, np.float32)
    return speech_spans(
        frames, np.full(len(frames), decibels, np.float32), len(frames) * 32, VadOptions(**{"pad_ms": 0, **options})
    )


def test_a_loud_likely_stretch_is_speech() -> None:
    assert spans([0.0] * 10 + [0.9] * 10 + [0.0] * 10) == (Span(320, 640),)


def test_a_short_pause_does_not_end_a_span_and_a_long_one_does() -> None:
    assert spans([0.9] * 10 + [0.1] * 3 + [0.9] * 10 + [0.1] * 9 + [0.9] * 10) == (
        Span(0, 736),
        Span(1024, 1344),
    )


def test_doubt_between_the_thresholds_keeps_a_span_going_but_starts_none() -> None:
    assert spans([0.4] * 20) == ()
    assert spans([0.9] * 5 + [0.4] * 20 + [0.0] * 10) == (Span(0, 800),)


def test_a_click_is_too_short_to_be_speech() -> None:
    assert spans([0.0] * 10 + [0.9] * 2 + [0.0] * 10) == ()


def test_the_energy_gate_drops_a_misfire_on_near_silence() -> None:
    assert spans([0.9] * 20, decibels=-70) == ()
    assert spans([0.9] * 20, decibels=-50) != ()


def test_speech_without_a_pause_is_divided_where_it_is_least_likely() -> None:
    probabilities = [0.9] * 1500
    probabilities[700] = 0.6

    assert spans(probabilities, max_speech_ms=28_000) == (Span(0, 22_400), Span(22_400, 48_000))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.4, 0.9]), st.integers(1, 400)), min_size=1, max_size=30),
    st.integers(0, 500),
)
def test_spans_are_ordered_apart_and_inside_the_recording(runs, pad) -> None:
    probabilities = [value for value, length in runs for _ in range(length)]

    found = spans(probabilities, pad_ms=pad)

    assert all(0 <= span.start_ms < span.end_ms <= len(probabilities) * 32 for span in found)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(found))
    assert all(span.end_ms - span.start_ms <= 28_000 + 2 * pad for span in found)


def test_the_detector_hears_the_same_in_one_block_and_in_many() -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, 512 * 40).astype(np.float32)
    hum = (np.sin(np.arange(512 * 40) / 16) * np.sin(np.arange(512 * 40) / 3000)).astype(np.float32)
    whole = SpeechDetector().feed(noise + hum)
    stream = SpeechDetector()

    pieces = [stream.feed((noise + hum)[at : at + 512 * 8]) for at in range(0, 512 * 40, 512 * 8)]

    assert np.allclose(np.concatenate(pieces, axis=1), whole, atol=1e-5)
    assert whole.shape == (2, 40)


def test_silence_and_noise_are_not_speech() -> None:
    noise = np.random.default_rng(2).normal(0, 0.02, 16_000 * 20).astype(np.float32)

    assert SpeechDetector().feed(noise).max() < 0.5
    assert SpeechDetector().feed(np.zeros(16_000, np.float32)).max() < 0.5


def amplified(*levels_dbfs: float) -> list[float]:
    """The gain in dB at the end of each frame, for frames of these levels."""
    loud = np.asarray(levels_dbfs, np.float32)
    sound = np.ones(512 * len(loud), np.float32)
    ridden = LevelRider().feed(sound, loud)
    return [round(float(20 * np.log10(gain)), 1) for gain in ridden[511::512]]


def test_quiet_speech_is_made_louder_for_the_detector_and_loud_speech_is_not() -> None:
    assert amplified(-20, -20, -20, -20)[-1] == 0
    assert amplified(-42, -42)[-1] == 12
    assert amplified(-80, -80)[-1] == 20  # no more than that, or noise would be a voice


def test_a_loud_moment_is_followed_at_once_and_left_within_a_second() -> None:
    gains = amplified(-50, -50, -20, -20, *[-50] * 63)

    assert gains[:2] == [20, 20]
    assert gains[3] < 1
    assert 9 <= gains[28] - gains[18] <= 10  # 30 dB in a second, which are 31 frames
    assert gains[-1] == 20


def test_the_pop_of_a_microphone_takes_no_gain_from_the_quiet_voice_after_it() -> None:
    assert set(amplified(*[-50] * 8, -10, *[-50] * 8)[2:]) == {20.0}


def test_the_gain_goes_on_from_block_to_block() -> None:
    levels = np.asarray([-20, -50, -50, -50, -50, -50], np.float32)
    sound = np.ones(512 * 6, np.float32)
    rider = LevelRider()

    blocks = [rider.feed(sound[:1024], levels[:2]), rider.feed(sound[1024:], levels[2:])]

    assert np.allclose(np.concatenate(blocks), LevelRider().feed(sound, levels), atol=1e-5)
