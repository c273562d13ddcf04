"""Sounds in which nobody speaks, from the file to the captions: no word is invented, and the engine is hardly asked.

The demonstration model answers any sound with fluent sentences, which makes it the hardest judge there is of what it
is given to hear. Each sound goes through twice: as the speech detector hears it, and with a detector that is made to
call all of it speech, so that what the sound itself tells has to be enough.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.transcriber.composing.assemble import Transcript, assemble
from services.transcriber.composing.compose import CaptionChoices, Composition, RecordingFacts, compose
from services.transcriber.decoding.plan import SliceOptions
from services.transcriber.decoding.prepare import prepare
from services.transcriber.decoding.slice import transcribe_slice
from services.transcriber.engines.faster_whisper import FasterWhisper
from services.transcriber.engines.values import (
    DecodedWindow,
    DecodeOptions,
    EngineInfo,
    EngineSpec,
    SliceRequest,
    SliceResult,
)
from services.transcriber.hearing.audio import read_span
from services.transcriber.hearing.vad import DEFAULT_VAD, VadOptions
from services.transcriber.stages import slice_stage
from shared.captions.model import SoundKind
from shared.quality import Outcome
from shared.quality.spans import Span
from tests.sounds import RATE, Floats, applause, beside, gavel, music, room, silence, tone

DEAF = VadOptions(threshold=-1.0, end_threshold=-1.0, gate_dbfs=-200.0)
"""A detector that calls everything speech."""


@dataclass
class Counted:
    """The real engine, and how many windows it was given."""

    engine: FasterWhisper
    windows: int = 0
    spans: list[Span] = field(default_factory=list)

    def describe(self) -> EngineInfo:
        return self.engine.describe()

    def hear_language(self, audio: Floats) -> dict[str, float]:
        return self.engine.hear_language(audio)

    def warnings(self, language: str) -> tuple[str, ...]:
        return self.engine.warnings(language)

    def decode(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> Iterator[DecodedWindow]:
        self.windows += len(windows)
        self.spans += windows
        yield from self.engine.decode(audio, windows, options)


@dataclass(frozen=True)
class Result:
    transcript: Transcript
    composition: Composition
    windows: int

    @property
    def text(self) -> str:
        return self.composition.files["txt"].decode()


@pytest.fixture(scope="module")
def engine(demonstration: EngineSpec) -> FasterWhisper:
    return FasterWhisper(demonstration)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A quiet room before and after, as where a recording is started early; silence and half an hour by themselves."""
    rng = np.random.default_rng(5)

    def quiet(seconds: float = 6) -> Floats:
        return room(rng, seconds, 0.001)

    def in_room(sound: Floats) -> Floats:
        return beside(quiet(), sound + room(rng, len(sound) / RATE, 0.001), quiet())

    sounds = {
        "silence": silence(40),
        "hold music": in_room(music(45)),
        "gavel": beside(*(in_room(gavel(strikes)) for strikes in (1, 2, 3))),
        "applause": in_room(applause(rng, 12)),
        "tone": in_room(tone(30)),
        "room noise": room(rng, 50, 0.02),
        "thirty minutes of nothing": beside(*(room(rng, 300, 0.003) for _ in range(6))),
    }
    folder = tmp_path_factory.mktemp("sounds")
    for name, sound in sounds.items():
        soundfile.write(folder / f"{name}.wav", sound, RATE)
    return {name: folder / f"{name}.wav" for name in sounds}


def captioned(media: Path, vad: VadOptions, engine: FasterWhisper, folder: Path) -> Result:
    """What the transcriber makes of a file, stage by stage."""
    counted, flac = Counted(engine), folder / "sound.flac"
    prepared = prepare(media, flac, language="en", slices=SliceOptions(), vad=vad)
    results: list[tuple[int, SliceResult]] = []
    for piece in prepared.slices:
        place = Span(piece.start_ms, piece.end_ms)

        async def decode(request: SliceRequest, place: Span = place) -> SliceResult:
            return transcribe_slice(counted, read_span(flac, *place), request)

        done = asyncio.run(slice_stage(prepared.heard, place, CaptionChoices(), decode, careful=False))
        results.append((piece.start_ms, done))
    transcript = assemble(prepared.heard, results)
    source = RecordingFacts(media.stem, str(media), datetime(2026, 9, 14, tzinfo=UTC))
    return Result(transcript, compose(transcript, prepared.decoded, source, CaptionChoices()), counted.windows)


EXPECTED = [
    ("silence", [SoundKind.NO_AUDIO], "[NO AUDIO]"),
    ("hold music", [SoundKind.MUSIC], "[MUSIC]"),
    ("gavel", [SoundKind.GAVEL] * 3, "[GAVEL BANGS]"),
    ("applause", [SoundKind.APPLAUSE], "[APPLAUSE]"),
    ("tone", [SoundKind.TONE], "[TONE]"),
    ("room noise", [], ""),
    ("thirty minutes of nothing", [SoundKind.RECESS], "[RECESS]"),
]


@pytest.mark.parametrize("vad", [DEFAULT_VAD, DEAF], ids=["as it is heard", "all of it called speech"])
@pytest.mark.parametrize(("name", "kinds", "tag"), EXPECTED, ids=[name for name, *_ in EXPECTED])
def test_where_nobody_speaks_no_word_is_written_and_the_sound_has_its_name(
    recordings: dict[str, Path],
    engine: FasterWhisper,
    tmp_path: Path,
    name: str,
    kinds: list[SoundKind],
    tag: str,
    vad: VadOptions,
) -> None:
    result = captioned(recordings[name], vad, engine, tmp_path)

    assert result.transcript.words == ()
    assert [sound.kind for sound in result.transcript.sounds] == kinds
    assert tag in result.text.upper()
    assert result.windows == 0
    assert result.composition.report.outcome is Outcome.NEEDS_REVIEW  # a person confirms that nobody speaks
