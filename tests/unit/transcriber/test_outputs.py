"""Versions of captions on disk: each keeps its files, the newest good one is what people find."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.transcriber.assemble import Transcript
from services.transcriber.audio import DecodedAudio
from services.transcriber.compose import Choices, Composition, Source, compose
from services.transcriber.engines.values import EngineInfo
from services.transcriber.levels import AudioLevels
from services.transcriber.outputs import write_version
from shared.captions.model import Word
from shared.meetings import Entry, Vocabulary
from shared.quality import Outcome, Span

SOURCE = Source("Council", "/mnt/flex-1/Council.mp4", datetime(2026, 9, 14, tzinfo=UTC))
ENGINE = EngineInfo("fake", "0", "script", "cpu", "none", 1, 1)
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


def test_the_manifest_says_how_many_names_the_engine_was_told(tmp_path: Path) -> None:
    choices = Choices(vocabulary=Vocabulary(tuple(Entry(f"Street {number}") for number in range(310))))
    transcript = replace(_transcript("Aye."), engine=ENGINE)
    made = compose(transcript, DECODED, SOURCE, choices)

    write_version(tmp_path, "aa-1", made, transcript, SOURCE, choices)

    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["vocabulary"] == {"entries": 310, "told_to_engine": 30}
    assert any("30 of the 310 names" in note for note in made.report.notes)


def test_a_vocabulary_that_fits_is_no_matter_for_a_note(tmp_path: Path) -> None:
    choices = Choices(vocabulary=Vocabulary((Entry("Okafor"),)), phrases=("Zeppelin Road",))
    made = compose(replace(_transcript("Aye."), engine=ENGINE), DECODED, SOURCE, choices)

    assert choices.hotwords.names == ("Zeppelin Road", "Okafor")
    assert not any("vocabulary" in note for note in made.report.notes)


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    _write(tmp_path, "aa-1", "Aye.")

    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".tmp")]
