from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.transcriber.engines.voice_encoder import VoiceEncoder
from services.transcriber.engines.voice_windows import hear_windows, without_room
from services.transcriber.hearing.samples import RATE
from tests.unit.transcriber.engines.test_voice_encoder import weights


def test_windows_cover_each_stretch_and_cross_no_pause(tmp_path: Path) -> None:
    flac, told = tmp_path / "sound.flac", list[int]()
    soundfile.write(flac, np.random.default_rng(1).normal(0, 0.05, 12 * RATE), RATE)

    heard = hear_windows(
        flac, [(500, 4000), (5000, 5700), (6000, 6200), (7000, 8700)], VoiceEncoder(weights()), told.append
    )

    assert heard.stretch.tolist() == [0] * 6 + [1] + [3] * 2
    assert heard.start_ms.tolist() == [500, 880, 1260, 1650, 2030, 2410, 5000, 7000, 7110]
    assert heard.end_ms.tolist() == [2100, 2480, 2860, 3250, 3630, 4000, 5700, 8600, 8700]
    assert np.linalg.norm(heard.voices, axis=1) == pytest.approx(np.ones(9), abs=1e-5)
    assert told == [8700]


def test_nothing_said_is_no_window(tmp_path: Path) -> None:
    flac = tmp_path / "sound.flac"
    soundfile.write(flac, np.zeros(RATE), RATE)

    assert len(hear_windows(flac, [], VoiceEncoder(weights()))) == 0


def test_what_a_band_has_all_the_time_is_taken_for_the_room() -> None:
    rng = np.random.default_rng(2)
    voice = np.zeros((400, 40))
    voice[100:300, 5] = 1.0
    room = rng.gamma(3, 0.003, (400, 40))
    room[:, 20] += 3.0

    left = without_room((voice + room).astype(np.float32))

    assert left[:, 5].sum() > 0.98 * voice.sum()
    assert left[:, 20].sum() < 0.01 * room[:, 20].sum()
    assert left[:, 30].sum() < 0.6 * room[:, 30].sum()
