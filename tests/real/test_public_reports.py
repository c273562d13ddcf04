"""What people report of Whisper's front ends, rebuilt with real speech: none of it may happen here.

Each test names the report. What they have in common: silence, and a model that was trained to fill it.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.guards import transcript_of
from benchmarks.real_meetings import RATE, Floats, Meeting, applause, as_video, leveled, music, read, room
from benchmarks.real_speech import alike
from services.transcriber.composing.assemble import Transcript
from services.transcriber.engines.faster_whisper import FasterWhisper
from services.transcriber.engines.values import DecodeOptions, EngineSpec
from shared.quality.spans import Span

Hear = Callable[..., Transcript]
NAMES = ("Okonkwo", "Szymborska", "Vasquez", "Aldermere", "Tippecanoe", "Quabbin", "Natick", "Brattleboro", "Wojcik")


@pytest.fixture(scope="module")
def engine() -> FasterWhisper:
    weights = Path(os.environ["ARCHIVIST_REAL_WEIGHTS"]) / "base"
    return FasterWhisper(EngineSpec("faster-whisper", str(weights), device="cpu", compute_type="int8", threads=2))


@pytest.fixture
def hear(engine: FasterWhisper, tmp_path: Path) -> Hear:
    def heard(*parts: Floats, vocabulary: tuple[str, ...] = ()) -> Transcript:
        sound = np.concatenate([np.asarray(part, np.float32) for part in parts])
        media = as_video(Meeting(sound, (), (), ()), tmp_path / "recording.mp4")
        return transcript_of(engine, media, vocabulary=vocabulary)

    return heard


@pytest.fixture(scope="module")
def spoken() -> tuple[Floats, str]:
    """Some twenty seconds of one person, without the silence at both ends, and what is said."""
    corpus = Path(os.environ["ARCHIVIST_REAL_SPEECH"])
    every = json.loads((corpus / "corpus.json").read_text("utf-8"))
    parts, text, length_s = [], [], 0.0
    for one in (one for one in every if one["speaker"] == "lj"):
        sound = leveled(read(corpus / one["audio"]))
        loud = np.flatnonzero(np.abs(sound) > 0.02)
        parts += [sound[loud[0] : loud[-1]], np.zeros(RATE // 4, np.float32)]
        text.append(one["text"])
        length_s += len(parts[-2]) / RATE + 0.25
        if length_s > 20:
            break
    return np.concatenate(parts[:-1]), " ".join(text)


def quiet(seconds: float) -> Floats:
    return room(np.random.default_rng(3), seconds)


def words(heard: Transcript) -> list[str]:
    return [part for word in heard.words for part in alike(word.text)]


@pytest.mark.timeout(600)
def test_the_first_word_after_a_long_silence_begins_with_its_voice(hear: Hear, spoken: tuple[Floats, str]) -> None:
    """SYSTRAN/faster-whisper#125 (half a second early); chidiwilliams/buzz#1339 (a word lasts over the silence)."""
    sound, _ = spoken
    lasts_ms = len(sound) * 1000 // RATE

    heard = hear(quiet(1), sound, quiet(20), sound, quiet(1))

    before = [word for word in heard.words if word.start_ms < 1_000 + lasts_ms]
    after = [word for word in heard.words if word.start_ms >= 1_000 + lasts_ms]
    assert len(before) == pytest.approx(len(after), abs=3)
    assert abs(after[0].start_ms - (21_000 + lasts_ms)) < 300
    assert before[-1].end_ms < 1_000 + lasts_ms + 700


@pytest.mark.timeout(600)
def test_what_begins_after_nine_seconds_does_not_begin_at_zero(hear: Hear, spoken: tuple[Floats, str]) -> None:
    """linto-ai/whisper-timestamped#122."""
    heard = hear(quiet(9), spoken[0], quiet(1))

    assert abs(heard.words[0].start_ms - 9_000) < 300


@pytest.mark.timeout(600)
def test_nothing_is_added_after_the_last_word(hear: Hear, spoken: tuple[Floats, str]) -> None:
    """OpenWhispr/openwhispr#1458: a thank-you in every second dictation of 30 to 32 s."""
    sound, _ = spoken
    once = words(hear(quiet(1), sound, quiet(1)))

    for tail_s in (10.5, 60):
        heard = hear(quiet(1), sound, np.zeros(int(tail_s * RATE)))
        assert words(heard)[-4:] == once[-4:]
        assert heard.words[-1].start_ms < 1_000 + len(sound) * 1000 // RATE


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seconds", [0.4, 2.0, 31.0])
def test_nobody_says_thank_you_in_an_empty_recording(hear: Hear, seconds: float) -> None:
    """woheller69/whisperIME#57."""
    assert words(hear(quiet(seconds))) == []
    assert words(hear(np.zeros(int(seconds * RATE)))) == []


@pytest.mark.timeout(600)
def test_noise_that_is_just_loud_enough_says_nothing(hear: Hear) -> None:
    """collabora/WhisperLive#185."""
    rng = np.random.default_rng(8)
    puffs = [rng.normal(0, level, RATE) * np.hanning(RATE) for level in (0.01, 0.03, 0.1, 0.2)]

    heard = hear(*(part for puff in puffs * 4 for part in (puff, quiet(1.5))))

    assert words(heard) == []


@pytest.mark.timeout(600)
def test_music_and_applause_before_speech_say_nothing(hear: Hear, spoken: tuple[Floats, str]) -> None:
    """McCloudS/subgen#21: a minute of thanks for watching at the beginning."""
    rng = np.random.default_rng(9)

    heard = hear(music(rng, 40), applause(rng, 8), quiet(2), spoken[0], quiet(1))

    assert [word.text for word in heard.words if word.start_ms < 49_500] == []
    assert len(words(heard)) >= 0.9 * len(alike(spoken[1].replace("-", " ")))


@pytest.mark.timeout(600)
def test_a_single_word_after_a_pause_of_seven_seconds_has_its_own_time(hear: Hear, spoken: tuple[Floats, str]) -> None:
    """ggml-org/whisper.cpp#270: seven seconds early."""
    sound, _ = spoken
    opening = sound[: int(1.2 * RATE)]

    heard = hear(quiet(1), sound, quiet(6.5), opening, quiet(2))

    begins_ms = 7_500 + len(sound) * 1000 // RATE
    last = [word for word in heard.words if word.start_ms > begins_ms - 6_000]
    assert last
    assert abs(last[0].start_ms - begins_ms) < 400


@pytest.mark.timeout(600)
def test_who_is_decoded_beside_others_loses_no_words(engine: FasterWhisper, spoken: tuple[Floats, str]) -> None:
    """SYSTRAN/faster-whisper#1351: words are missing in batches."""
    sound, _ = spoken
    third = len(sound) // 3 * 1000 // RATE
    # As where stretches are heard again, they reach into each other, and are more than the sound is long.
    windows = [*(Span(at, at + third) for at in range(0, 2 * third, third // 3)), Span(0, third - 400)]
    options = DecodeOptions(language="en")

    together = [window.segments for window in engine.decode(sound, windows, options)]
    alone = [next(iter(engine.decode(sound, [window], options))).segments for window in windows]

    texts = [[[segment.text for segment in segments] for segments in way] for way in (together, alone)]
    assert texts[0] == texts[1]


@pytest.mark.timeout(600)
def test_names_that_nobody_says_are_in_no_caption(hear: Hear, spoken: tuple[Floats, str]) -> None:
    """SYSTRAN/faster-whisper#1331: hotwords come out where nobody speaks."""
    rng = np.random.default_rng(10)

    heard = hear(quiet(3), spoken[0], applause(rng, 5), quiet(10), spoken[0], music(rng, 20), vocabulary=NAMES)

    assert not {name.lower() for name in NAMES} & set(words(heard))
    assert len(words(heard)) >= 1.8 * len(alike(spoken[1].replace("-", " ")))
