"""Two channels made into one."""

import numpy as np
import pytest

from services.transcriber.hearing.channels import Downmix
from services.transcriber.hearing.samples import RATE, Samples


def _mixed(left: Samples, right: Samples, pieces: int) -> tuple[Samples, int]:
    downmix = Downmix()
    interleaved = np.stack((left, right), axis=1).reshape(-1)
    parts = [downmix.feed(piece) for piece in np.array_split(interleaved, pieces)]
    return np.concatenate([*parts, downmix.rest()]), downmix.cancelled_ms


def _noise(seed: int, seconds: float = 2.1) -> Samples:
    return np.random.default_rng(seed).normal(0, 3_000, int(seconds * RATE)).astype(np.int16)


@pytest.mark.parametrize("pieces", [1, 7, 1_001])
def test_it_does_not_matter_how_the_samples_come(pieces: int) -> None:
    voice = _noise(1)
    left, right = voice, np.concatenate((voice[:RATE], -voice[RATE:]))

    mixed, cancelled_ms = _mixed(left, right, pieces)

    assert np.array_equal(mixed, voice)
    assert cancelled_ms == 1_100


def test_of_channels_that_cancel_the_louder_is_taken() -> None:
    voice = _noise(1)

    mixed, cancelled_ms = _mixed((-0.7 * voice).astype(np.int16), voice, 3)

    assert np.array_equal(mixed, voice)
    assert cancelled_ms == 2_100


@pytest.mark.parametrize("right", [_noise(1), _noise(2), np.zeros(int(2.1 * RATE), np.int16)])
def test_channels_that_agree_differ_or_are_alone_are_mixed(right: Samples) -> None:
    left = _noise(1)

    mixed, cancelled_ms = _mixed(left, right, 3)

    assert np.array_equal(mixed, np.rint((left.astype(np.float32) + right) / 2).astype(np.int16))
    assert cancelled_ms == 0


def test_digital_silence_cancels_nothing() -> None:
    nothing = np.zeros(RATE, np.int16)
    dither = np.random.default_rng(3).integers(-1, 2, RATE).astype(np.int16)

    assert _mixed(nothing, nothing, 2)[1] == 0
    assert _mixed(dither, -dither, 2)[1] == 0
