from itertools import pairwise

import numpy as np
import pytest

from services.transcriber.hearing.low_cut import without_rumble
from services.transcriber.hearing.samples import RATE, Samples


def cut(*blocks: Samples) -> Samples:
    return np.concatenate(list(without_rumble(blocks)))


def wave(hz: float, seconds: float = 2.0) -> Samples:
    return (10_000 * np.cos(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


@pytest.mark.parametrize(
    ("hz", "least", "most"),
    [(0, 0, 1e-6), (10, 0, 0.002), (20, 0, 0.02), (55, 0.4, 0.5), (100, 0.99, 1.01), (1000, 0.99, 1.01)],
)
def test_below_all_voices_nothing_is_left_and_above_everything(hz: float, least: float, most: float) -> None:
    before, after = (part[4000:-4000].astype(float) for part in (wave(hz), cut(wave(hz))))

    assert least <= float(np.mean(after**2) / np.mean(before**2)) <= most


def test_the_same_samples_come_out_however_the_sound_is_cut() -> None:
    rng = np.random.default_rng(1)
    sound = rng.integers(-32_768, 32_767, 50_000).astype(np.int16)
    borders = [0, *sorted(rng.integers(0, len(sound), 90).tolist()), len(sound)]

    pieces = cut(*(sound[first:last] for first, last in pairwise(borders)))

    assert len(pieces) == len(sound)
    assert np.array_equal(pieces, cut(sound))


def test_nothing_is_moved() -> None:
    click = np.zeros(2000, np.int16)
    click[777] = 20_000

    assert int(np.argmax(cut(click))) == 777


def test_less_than_a_hundredth_of_a_second_comes_out_too() -> None:
    assert len(cut(np.full(7, 100, np.int16))) == 7
    assert len(cut()) == 0
