"""Versions of captions on disk: each keeps its files, the newest good one is what people find."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.transcriber.assemble import Transcript
from services.transcriber.audio import DecodedAudio
from services.transcriber.compose import Choices, Composition, Source, compose
from services.transcriber.levels import AudioLevels
from services.transcriber.outputs import write_version
from shared.captions.model import Word
from shared.quality import Outcome, Span

SOURCE = Source("Council", "/mnt/flex-1/Council.mp4", datetime(2026, 9, 14, tzinfo=UTC))
DECODED = DecodedAudio(10_000, 10_000, 0, 0, AudioLevels(-3.0, -20.0, -60.0, 0.0, 0.1))


def _transcript(text: str) -> Transcript:
    words = (Word(text, 1000, 2000),)
    return Transcript(10_000, words, (), (), (Span(1000, 2000),), (), (), None)


def _write(folder: Path, version: str, text: str, outcome: Outcome = Outcome.COMPLETED) -> dict[str, str]:
    made = compose(_transcript(text), DECODED, SOURCE, Choices())
    made = _with_outcome(made, outcome)
    files = write_version(folder, version, made, _transcript(text), SOURCE, Choices())
    return {kind: entry["name"] for kind, entry in files.items()}


def _with_outcome(made: Composition, outcome: Outcome) -> Composition:
    return replace(made, report=replace(made.report, outcome=outcome))


def test_an_older_version_stays_readable_when_a_newer_one_takes_its_place(tmp_path: Path) -> None:
    first = _write(tmp_path, "aa-1", "Aye.")
    second = _write(tmp_path, "aa-2", "Nay.")

    assert "Aye." in (tmp_path / first["txt"]).read_text()
    assert "Nay." in (tmp_path / second["txt"]).read_text()
    assert "Nay." in (tmp_path / "Council.txt").read_text()
    assert first["scc"] == "versions/aa-1/Council.scc"


def test_captions_that_failed_the_gate_replace_nothing(tmp_path: Path) -> None:
    _write(tmp_path, "aa-1", "Aye.")
    failed = _write(tmp_path, "aa-2", "Nay.", Outcome.FAILED)

    assert "Aye." in (tmp_path / "Council.txt").read_text()
    assert "Nay." in (tmp_path / failed["txt"]).read_text()


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    _write(tmp_path, "aa-1", "Aye.")

    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".tmp")]
