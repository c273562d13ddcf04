"""A model is known by what is in its files, whatever its folder is called."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from services.transcriber.engines.model_identity import engine_identity
from services.transcriber.engines.values import EngineSpec

SPEC = EngineSpec()
WEIGHTS = 40 * 2**20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "config.json").write_text('{"alignment_heads": []}')
    (folder / "tokenizer.json").write_text("{}")
    (folder / "vocabulary.json").write_text("[]")
    (folder / "model.bin").write_bytes(bytes(2**20) + os.urandom(2**20) + bytes(WEIGHTS - 2 * 2**20))
    return folder


def test_a_copy_under_another_name_is_the_same_model(folder: Path) -> None:
    copy = Path(shutil.copytree(folder, folder.with_name("two")))
    (copy / "README.md").write_text("where it came from")

    assert engine_identity("faster-whisper", copy, SPEC) == engine_identity("faster-whisper", folder, SPEC)


@pytest.mark.parametrize("place", [0, 2**15, WEIGHTS - 1])
def test_other_weights_of_the_same_size_are_another_model(folder: Path, place: int) -> None:
    before = engine_identity("faster-whisper", folder, SPEC)
    with (folder / "model.bin").open("r+b") as handle:
        handle.seek(place)
        handle.write(b"\x7f")

    assert engine_identity("faster-whisper", folder, SPEC) != before


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.json"])
def test_another_tokenizer_or_configuration_is_another_model(folder: Path, name: str) -> None:
    before = engine_identity("faster-whisper", folder, SPEC)
    with (folder / name).open("a") as handle:
        handle.write(" ")

    assert engine_identity("faster-whisper", folder, SPEC) != before


def test_what_times_the_words_belongs_to_whisperx_and_not_to_faster_whisper(folder: Path, tmp_path: Path) -> None:
    aligner = tmp_path / "wav2vec2"
    aligner.mkdir()
    for name in ("config.json", "vocab.json", "preprocessor_config.json", "model.safetensors"):
        (aligner / name).write_text(name)
    timed = replace(SPEC, align_model=str(aligner))

    usual, own = engine_identity("whisperx", folder, SPEC), engine_identity("whisperx", folder, timed)
    (aligner / "model.safetensors").write_text("other")
    other = engine_identity("whisperx", folder, timed)

    spanish = engine_identity("whisperx", folder, replace(SPEC, align_model=f"es={aligner}"))

    assert len({usual, own, other, spanish, engine_identity("faster-whisper", folder, SPEC)}) == 5
    assert engine_identity("whisperx", folder, replace(SPEC, align_model=f"en={aligner}")) == other
    assert engine_identity("faster-whisper", folder, timed) == engine_identity("faster-whisper", folder, SPEC)
