# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""Hearing the demonstration recording: who speaks when, what else sounds, how loud."""

from itertools import pairwise

import numpy as np
import pytest
import soundfile

from services.transcriber.hearing.audio import read_span
from services.transcriber.hearing.listen import Heard, listen
from services.transcriber.hearing.vad import DEFAULT_VAD, FRAME, SpeechDetector
from shared.captions.model import SoundKind
from shared.errors import Temporary


def test_every_utterance_lies_in_speech(meeting) -> None:
    missed = [
        utterance["text"]
        for utterance in meeting.utterances
        if not any(
            span.start_ms <= (float(utterance["start_s"]) + float(utterance["end_s"])) * 500 <= span.end_ms
            for span in meeting.heard.speech
        )
    ]

    assert len(missed) <= 2, missed


def test_gavel_and_music_are_told_from_speech(meeting) -> None:
    kinds = [(sound.kind, round(sound.start_ms / 1000)) for sound in meeting.heard.sounds]

    assert kinds == [(SoundKind.GAVEL, 2), (SoundKind.MUSIC, 227), (SoundKind.GAVEL, 347)]


def test_speech_and_sounds_never_overlap(meeting) -> None:
    everything = sorted(
        [*((one.start_ms, one.end_ms) for one in meeting.heard.speech)]
        + [(one.start_ms, one.end_ms) for one in meeting.heard.sounds]
    )

    assert all(before[1] <= after[0] for before, after in pairwise(everything))


def test_levels_are_measured_where_somebody_speaks_and_where_nobody_does(meeting) -> None:
    assert -30 < meeting.heard.speech_dbfs < -10
    assert meeting.heard.pause_dbfs < meeting.heard.speech_dbfs - 20


def test_clicks_in_the_pauses_do_not_lift_the_noise_of_the_room(meeting, tmp_path) -> None:
    sound = read_span(meeting.flac, 0, 180_000)
    before = _heard(sound, tmp_path)
    clicking = sound.copy()
    for at in range(0, len(sound) - 400, 4_000):  # four a second, as of a bad microphone
        clicking[at : at + 64] += 0.3

    after = _heard(clicking, tmp_path)

    assert after.pause_dbfs == pytest.approx(before.pause_dbfs, abs=2)


def test_noise_is_unknown_where_nobody_pauses(meeting, tmp_path) -> None:
    spans = [span for span in meeting.heard.speech if span.end_ms < 180_000]
    running = np.concatenate([read_span(meeting.flac, span.start_ms + 250, span.end_ms - 250) for span in spans])

    heard = _heard(running, tmp_path)

    assert heard.speech_ms > 0.95 * heard.duration_ms
    assert heard.pause_dbfs is None


def _heard(sound, tmp_path) -> Heard:
    soundfile.write(tmp_path / "sound.flac", sound, 16_000)
    return listen(tmp_path / "sound.flac")


def test_the_same_speech_is_found_every_time(meeting) -> None:
    assert listen(meeting.flac).speech == meeting.heard.speech


def test_a_stop_wish_ends_listening(meeting) -> None:
    with pytest.raises(Temporary) as stopped:
        listen(meeting.flac, should_stop=lambda: True)

    assert stopped.value.code == "stopped"


def test_nothing_that_is_said_is_overruled(meeting, tmp_path) -> None:
    sound = read_span(meeting.flac, 0, 180_000)
    noise = np.random.default_rng(4).normal(0, 1, len(sound)).astype(np.float32)
    noisy = tmp_path / "noisy.flac"
    # 5 dB below the voices, about as bad as a meeting gets that anybody understands.
    soundfile.write(noisy, sound + noise * 10 ** ((meeting.heard.speech_dbfs - 5) / 20), 16_000)

    under_noise = listen(noisy)

    assert meeting.heard.doubted == ()
    assert under_noise.doubted == ()
    assert under_noise.speech_ms > 100_000


def test_a_quiet_voice_after_a_loud_one_and_a_pause_is_heard(meeting) -> None:
    """A member far from the microphone, more quiet than the gain makes up for: memory took the first words for none."""
    speech = meeting.heard.speech
    loud = read_span(meeting.flac, speech[0].start_ms, speech[0].start_ms + 8_000)
    pause = np.random.default_rng(1).normal(0, 0.001, FRAME * 190).astype(np.float32)
    missed = []
    for span in speech[4:16]:
        quiet = 0.03 * read_span(meeting.flac, *span)
        sound = np.concatenate([loud, pause, quiet])
        heard = SpeechDetector().feed(sound)[1, len(sound[: -len(quiet)]) // FRAME :]
        if np.mean(heard > DEFAULT_VAD.threshold) < 0.4:
            missed.append(span)

    assert missed == []
