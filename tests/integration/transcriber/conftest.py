"""The demonstration recording, decoded and heard once for all tests that need speech."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import jiwer
import pytest

from services.transcriber.audio import decode_to_flac
from services.transcriber.engines import EngineSpec, SliceRequest
from services.transcriber.listen import Heard, listen
from services.transcriber.plan import SliceSpan
from services.transcriber.vad import SpeechSpan
from shared.captions.model import Word

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Meeting:
    """A real recording with what is said in it."""

    media: Path
    flac: Path
    heard: Heard
    utterances: list[dict[str, object]]

    def word_errors(self, words: Iterable[Word], start_ms: int = 0, end_ms: int = 10**9) -> float:
        """Word error rate against the utterances that begin between two moments."""
        said = [str(one["text"]) for one in self.utterances if start_ms <= float(str(one["start_s"])) * 1000 < end_ms]
        return float(jiwer.wer(_plain(" ".join(said)), _plain(" ".join(word.text for word in words))))


@pytest.fixture(scope="session")
def meeting(tmp_path_factory: pytest.TempPathFactory) -> Meeting:
    folder = ROOT / "demo" / "recording"
    media, flac = next(folder.glob("*.mp4")), tmp_path_factory.mktemp("meeting") / "sound.flac"
    decode_to_flac(media, flac)
    reference = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
    return Meeting(media, flac, listen(flac), reference["utterances"])


@pytest.fixture(scope="session")
def demonstration() -> EngineSpec:
    return EngineSpec(
        engine="faster-whisper", model=str(ROOT / "demo" / "model"), device="cpu", batch_size=8, threads=1
    )


@pytest.fixture(scope="session")
def request_for() -> Callable[[SliceSpan], SliceRequest]:
    """What to ask for one slice of a plan."""

    def build(piece: SliceSpan) -> SliceRequest:
        at = piece.start_ms
        return SliceRequest(tuple(SpeechSpan(span.start_ms - at, span.end_ms - at) for span in piece.speech))

    return build


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())
