"""Versions of captions on disk: each keeps its files, the newest good one is what people find."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.transcriber.composing.assemble import Transcript
from services.transcriber.composing.compose import CaptionChoices, RecordingFacts, compose
from services.transcriber.composing.outputs import KeptEdits, link_version, write_outputs, write_version
from services.transcriber.engines.values import EngineInfo
from services.transcriber.hearing.audio import DecodedAudio
from services.transcriber.hearing.levels import AudioLevels
from shared.captions.model import Word
from shared.meetings import Entry, Vocabulary
from shared.quality import Span

SOURCE = RecordingFacts("Council", "/mnt/flex-1/Council.mp4", datetime(2026, 9, 14, tzinfo=UTC))
ENGINE = EngineInfo("fake", "0", "script", "cpu", "none", 1, 1)
DECODED = DecodedAudio(10_000, 10_000, 0, 0, AudioLevels(-3.0, -20.0, -60.0, 0.0, 0.1))


def _transcript(text: str) -> Transcript:
    words = (Word(text, 1000, 2000),)
    return Transcript(10_000, words, (), (), (Span(1000, 2000),), (), (), None)


def _write(folder: Path, version: str, text: str, ours: set[str] | None = None) -> dict[str, str]:
    """Write one version and make it what people find; ``ours`` gathers what was ever written."""
    made = compose(_transcript(text), DECODED, SOURCE, CaptionChoices())
    files = write_version(folder, version, made, _transcript(text), SOURCE, CaptionChoices())
    ours = set() if ours is None else ours
    ours |= {entry["sha256"] for entry in files.values()}
    link_version(folder, files, ours)
    return {kind: entry["name"] for kind, entry in files.items()}


def test_an_older_version_stays_readable_when_a_newer_one_takes_its_place(tmp_path: Path) -> None:
    ours: set[str] = set()
    first = _write(tmp_path, "aa-1", "Aye.", ours)
    second = _write(tmp_path, "aa-2", "Nay.", ours)

    assert "Aye." in (tmp_path / first["txt"]).read_text()
    assert "Nay." in (tmp_path / second["txt"]).read_text()
    assert "Nay." in (tmp_path / "Council.txt").read_text()
    assert first["scc"] == "versions/aa-1/Council.scc"


def test_what_is_written_is_found_by_nobody_before_it_is_linked(tmp_path: Path) -> None:
    made = compose(_transcript("Aye."), DECODED, SOURCE, CaptionChoices())

    write_version(tmp_path, "aa-1", made, _transcript("Aye."), SOURCE, CaptionChoices())

    assert [path.name for path in tmp_path.iterdir()] == ["versions"]


def test_a_file_that_a_person_edited_in_the_output_tree_stays_and_the_new_one_lies_beside_it(tmp_path: Path) -> None:
    ours: set[str] = set()
    _write(tmp_path, "aa-1", "Aye.", ours)
    edited = tmp_path / "Council.txt"
    edited.unlink()
    edited.write_text("Corrected by hand.")

    for number in (2, 3):
        _write(tmp_path, f"aa-{number}", f"Nay, {number}.", ours)

    assert edited.read_text() == "Corrected by hand."
    assert "Nay, 3." in (tmp_path / "Council.new.txt").read_text()
    assert not (tmp_path / "Council.new-2.txt").exists()


def test_a_pipe_under_a_name_of_ours_in_the_output_tree_is_somebody_elses_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Council.scc")

    _write(tmp_path, "aa-1", "Aye.")

    assert (tmp_path / "Council.new.scc").is_file()


def _outputs(folder: Path, text: str) -> tuple[KeptEdits, ...]:
    made = compose(_transcript(text), DECODED, SOURCE, CaptionChoices())
    return write_outputs(folder, made, _transcript(text), SOURCE, CaptionChoices())[1]


def test_captions_written_again_leave_edited_files_alone(tmp_path: Path) -> None:
    assert _outputs(tmp_path, "Aye.") == ()
    (tmp_path / "Council.scc").write_text("edited")
    (tmp_path / "notes.txt").write_text("mine")

    assert _outputs(tmp_path, "Nay.") == (KeptEdits(("Council.scc",), "Council.new.scc"),)
    assert _outputs(tmp_path, "Both.") == (KeptEdits(("Council.scc",), "Council.new.scc"),)

    assert (tmp_path / "Council.scc").read_text() == "edited"
    assert (tmp_path / "Council.new.scc").exists()
    assert not (tmp_path / "Council.new-2.scc").exists()
    assert "Both." in (tmp_path / "Council.txt").read_text()
    assert json.loads((tmp_path / "manifest.json").read_text())["files"]["scc"]["name"] == "Council.new.scc"


def test_an_edit_of_the_file_beside_an_edited_one_stays_too_and_the_name_that_was_written_is_told(
    tmp_path: Path,
) -> None:
    for name in ("Council.srt", "Council.new.srt"):
        _outputs(tmp_path, "Aye.")
        (tmp_path / name).write_text(f"edited {name}")

    assert _outputs(tmp_path, "Nay.") == (KeptEdits(("Council.srt", "Council.new.srt"), "Council.new-2.srt"),)

    assert (tmp_path / "Council.new.srt").read_text() == "edited Council.new.srt"
    assert "Nay." in (tmp_path / "Council.new-2.srt").read_text()


def test_a_file_of_somebody_else_under_a_name_of_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "Council.srt").write_text("mine")

    assert _outputs(tmp_path, "Aye.") == (KeptEdits(("Council.srt",), "Council.new.srt"),)
    assert (tmp_path / "Council.srt").read_text() == "mine"


def test_the_manifest_says_how_many_names_the_engine_was_told(tmp_path: Path) -> None:
    choices = CaptionChoices(vocabulary=Vocabulary(tuple(Entry(f"Street {number}") for number in range(310))))
    transcript = replace(_transcript("Aye."), engine=ENGINE)
    made = compose(transcript, DECODED, SOURCE, choices)

    write_outputs(tmp_path, made, transcript, SOURCE, choices)

    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["vocabulary"] == {"entries": 310, "told_to_engine": 30}
    assert any("30 of the 310 names" in note for note in made.report.notes)


def test_a_vocabulary_that_fits_is_no_matter_for_a_note(tmp_path: Path) -> None:
    choices = CaptionChoices(vocabulary=Vocabulary((Entry("Okafor"),)), phrases=("Zeppelin Road",))
    made = compose(replace(_transcript("Aye."), engine=ENGINE), DECODED, SOURCE, choices)

    assert choices.hotwords.names == ("Zeppelin Road", "Okafor")
    assert not any("vocabulary" in note for note in made.report.notes)


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    _write(tmp_path, "aa-1", "Aye.")

    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".tmp")]
