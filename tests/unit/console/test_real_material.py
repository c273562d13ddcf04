from pathlib import Path

import pytest

from services.console.real_material import SPEECH, WEIGHTS, provide


@pytest.fixture(autouse=True)
def no_folders_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SPEECH, raising=False)
    monkeypatch.delenv(WEIGHTS, raising=False)


def project_beside_a_corpus(folder: Path) -> Path:
    (folder / "shared" / "real-speech").mkdir(parents=True)
    (folder / "shared" / "real-speech" / "corpus.json").write_text("[]")
    (folder / "project").mkdir()
    return folder / "project"


def with_weights(folder: Path) -> Path:
    for model in ("base", "tiny.en"):
        (folder / model).mkdir(parents=True)
        (folder / model / "model.bin").write_bytes(b"")
    return folder


def test_without_a_corpus_it_says_where_it_looked(tmp_path: Path) -> None:
    found = provide(tmp_path / "project", print)

    assert isinstance(found, str)
    assert str(tmp_path / "shared" / "real-speech") in found


def test_without_weights_or_what_gets_them_it_says_which(tmp_path: Path) -> None:
    found = provide(project_beside_a_corpus(tmp_path), print)

    assert isinstance(found, str)
    assert "base and tiny.en" in found


def test_folders_that_are_there_are_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_beside_a_corpus(tmp_path)
    kept = with_weights(project / "var" / "models" / "real")

    assert provide(project, print) == {SPEECH: str(tmp_path / "shared" / "real-speech"), WEIGHTS: str(kept)}

    monkeypatch.setenv(WEIGHTS, str(with_weights(tmp_path / "elsewhere")))
    assert provide(project, print) == {
        SPEECH: str(tmp_path / "shared" / "real-speech"),
        WEIGHTS: str(tmp_path / "elsewhere"),
    }


def test_weights_are_fetched_once_by_the_program_that_gets_them(tmp_path: Path) -> None:
    project = project_beside_a_corpus(tmp_path)
    getter = tmp_path / "shared" / "tools" / "get-real-whisper.sh"
    getter.parent.mkdir()
    getter.write_text('#!/bin/sh\nmkdir -p "$1" && echo "$2" > "$1/model.bin"\n')
    getter.chmod(0o755)
    told: list[str] = []

    assert provide(project, told.append) == provide(project, told.append)

    assert len(told) == 2
    assert (project / "var" / "models" / "real" / "tiny.en" / "model.bin").read_text() == "tiny.en\n"
