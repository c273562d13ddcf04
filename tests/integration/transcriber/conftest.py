"""The demonstration recording, decoded and heard once for all tests that need speech, and models in a hub's cache."""

import json
import os
import re
import shutil
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import jiwer
import pytest

from services.transcriber.decoding.plan import SliceSpan
from services.transcriber.engines import EngineChild, EngineSpec, SliceRequest
from services.transcriber.hearing.audio import decode_to_flac
from services.transcriber.hearing.listen import Heard, listen
from shared.captions.model import Word
from shared.quality.spans import Span

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
        return SliceRequest(tuple(Span(span.start_ms - at, span.end_ms - at) for span in piece.speech))

    return build


def keep_in_cache(cache: Path, name: str, *, ballast_bytes: int = 0) -> None:
    """The demonstration model's files where a download would have put the model of that name."""
    home = cache / f"models--Systran--faster-whisper-{name}"
    folder = home / "snapshots" / ("0" * 40)
    folder.mkdir(parents=True, exist_ok=True)
    (home / "refs").mkdir(exist_ok=True)
    (home / "refs" / "main").write_text(folder.name)
    for file in ("config.json", "model.bin", "preprocessor_config.json", "tokenizer.json", "vocabulary.json"):
        shutil.copy(ROOT / "demo" / "model" / file, folder / file)
    if ballast_bytes:
        _weigh_down(folder / "model.bin", ballast_bytes)


def _weigh_down(model: Path, size_bytes: int) -> None:
    """One tensor more, which the library loads and nothing uses: a hole on the disk, and real in memory."""
    whole = model.read_bytes()
    at = 4 + 2 + struct.unpack_from("<H", whole, 4)[0] + 4  # behind version, name and revision stands their number
    count = struct.unpack_from("<I", whole, at)[0]
    name = b"ballast\0"
    head = struct.pack("<H", len(name)) + name + struct.pack("<BIBI", 1, size_bytes, 1, size_bytes)
    with model.open("wb") as file:
        file.write(whole[:at] + struct.pack("<I", count + 1) + head)
        file.seek(size_bytes, os.SEEK_CUR)
        file.write(whole[at + 4 :])


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())


@pytest.fixture
async def child(demonstration: EngineSpec) -> AsyncIterator[EngineChild]:
    running = EngineChild(demonstration)
    yield running
    await running.close()
