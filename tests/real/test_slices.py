"""How a recording is cut into slices changes no words at the borders: real speech, cut into one, four and twelve."""

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
import soundfile

from benchmarks.real_meetings import Recipe, as_video, build
from benchmarks.real_speech import alike
from services.transcriber.composing.assemble import assemble
from services.transcriber.decoding.plan import SliceOptions, plan_slices
from services.transcriber.decoding.prepare import prepare, speech_of_slice
from services.transcriber.decoding.slice import transcribe_slice
from services.transcriber.engines.faster_whisper import FasterWhisper
from services.transcriber.engines.values import DecodeOptions, EngineSpec, SliceRequest
from shared.captions.model import Word

BORDER_MS = 4_000


@pytest.mark.timeout(900)
def test_no_word_is_lost_or_said_twice_where_slices_meet(tmp_path: Path) -> None:
    meeting = build(Path(os.environ["ARCHIVIST_REAL_SPEECH"]), Recipe(seed=6, speech_s=200.0, is_packed=True))
    flac = tmp_path / "sound.flac"
    media = as_video(meeting, tmp_path / "meeting.mp4")
    heard = prepare(media, flac, language="en", slices=SliceOptions()).heard
    sound, _ = soundfile.read(flac, dtype="float32")
    weights = Path(os.environ["ARCHIVIST_REAL_WEIGHTS"]) / "tiny.en"
    engine = FasterWhisper(EngineSpec("faster-whisper", str(weights), device="cpu", compute_type="int8", threads=1))

    def words(count: int) -> tuple[tuple[Word, ...], list[int]]:
        target_ms = -(-heard.duration_ms // count)
        slices = plan_slices(heard.speech, heard.duration_ms, SliceOptions(target_ms, target_ms * 3 // 2))
        results = []
        for one in slices:
            request = SliceRequest(
                speech_of_slice(heard.speech, one.start_ms, one.end_ms), DecodeOptions(language="en")
            )
            results.append(
                (one.start_ms, transcribe_slice(engine, sound[one.start_ms * 16 : one.end_ms * 16], request))
            )
        return assemble(heard, results).words, [one.start_ms for one in slices[1:]]

    whole, no_borders = words(1)
    assert no_borders == []
    for count in (4, 12):
        cut, borders = words(count)
        assert len(borders) >= count - 2
        assert _lost_or_doubled(whole, cut, borders) == []


def _lost_or_doubled(whole: Sequence[Word], cut: Sequence[Word], borders: Sequence[int]) -> list[str]:
    """Words near a border that only one of both has; one that was heard differently, or as two, has a counterpart."""
    here, there = ([(part, word) for word in words for part in alike(word.text)] for words in (whole, cut))
    matcher = difflib.SequenceMatcher(None, [part for part, _ in here], [part for part, _ in there], autojunk=False)
    only = []
    for _, first, last, begin, end in matcher.get_opcodes():
        one, other = here[first:last], there[begin:end]
        letters = sorted(len("".join(part for part, _ in some)) for some in (one, other))
        if letters[0] < 0.6 * letters[1]:
            only += [word for _, word in (*one, *other)]
    return [word.text for word in only if any(abs(word.start_ms - border) < BORDER_MS for border in borders)]
