"""Windows that reach into each other, as where stretches without words are heard again."""

import numpy as np

from services.transcriber.engines.faster_whisper import FasterWhisper
from services.transcriber.engines.values import DecodeOptions, EngineSpec
from shared.quality.spans import Span
from tests.sounds import voice

MODEL = "demo/model"


def test_windows_may_be_more_than_the_sound_is_long() -> None:
    engine = FasterWhisper(EngineSpec("faster-whisper", MODEL, device="cpu", threads=1))
    sound = voice(np.random.default_rng(1), 4.0)
    windows = [Span(0, 3_000), Span(500, 3_500), Span(1_000, 4_000)]

    decoded = list(engine.decode(sound, windows, DecodeOptions(language="en")))

    assert [each.window for each in decoded] == windows
