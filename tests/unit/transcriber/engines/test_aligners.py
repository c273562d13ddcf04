"""Models that time words, where WhisperX is not installed: folders and the hub's are found, the rest is a sentence."""

import sys
from pathlib import Path

import pytest

from services.transcriber.engines.aligners import find_aligner, name_of_aligner, usual_aligner
from shared.errors import InvalidInput, Unusable


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    for name in ("config.json", "vocab.json", "preprocessor_config.json", "pytorch_model.bin"):
        (tmp_path / name).write_text("{}")

    found = find_aligner(str(tmp_path), offline=True)

    assert (found.path, found.for_whisperx) == (tmp_path, str(tmp_path))
    assert name_of_aligner(str(tmp_path)) == str(tmp_path)


def test_a_model_of_the_hub_is_taken_from_the_cache_by_its_folder(tmp_path: Path) -> None:
    home = tmp_path / "models--owner--aligner"
    folder = home / "snapshots" / "abc"
    folder.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("abc")
    for name in ("config.json", "vocab.json", "preprocessor_config.json", "model.safetensors"):
        (folder / name).write_text("{}")

    found = find_aligner("owner/aligner", cache_dir=tmp_path, offline=True)

    assert (found.name, found.path, found.for_whisperx) == ("owner/aligner", folder, str(folder))


def test_offline_a_model_that_is_not_here_says_how_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="archivist models fetch --kind align owner/aligner") as refused:
        find_aligner("owner/aligner", cache_dir=tmp_path, offline=True)

    assert refused.value.code == "align_model_missing"


def test_what_names_a_model_is_not_taken_for_a_language() -> None:
    assert name_of_aligner("owner/aligner") == "owner/aligner"
    assert name_of_aligner("WAV2VEC2_ASR_BASE_960H") == "WAV2VEC2_ASR_BASE_960H"
    with pytest.raises(InvalidInput, match="klingon"):
        name_of_aligner("klingon")


def test_without_whisperx_its_own_models_cannot_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("whisperx", "whisperx.alignment", "torchaudio"):  # as if they were not installed
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Unusable, match="not installed here") as language:
        usual_aligner("en")
    with pytest.raises(Unusable, match="not installed here") as bundle:
        find_aligner("WAV2VEC2_ASR_BASE_960H")

    assert (language.value.code, bundle.value.code) == ("engine_missing", "engine_missing")
