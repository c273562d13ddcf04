"""Models for word times and speakers, found on disk or refused with one sentence."""

from pathlib import Path

import pytest

from services.transcriber.__main__ import diarization_spec, look_for_companions
from services.transcriber.engines.companions import Companion, find_companion
from shared.errors import Unusable
from shared.settings import Settings


async def test_a_transcriber_that_starts_says_in_a_sentence_which_wish_it_cannot_meet(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(align_model="/no/aligner", diarization_model="/no/voices", whisper_engine="faster-whisper")

    await look_for_companions(settings, "faster-whisper", diarization_spec(settings))

    said = {record.message: record.fields["meaning"] for record in caplog.records}  # type: ignore[attr-defined]
    assert said == {
        "align_model_not_used": "ALIGN_MODEL is for WhisperX, and faster-whisper is used.",
        "speakers_not_told_apart": (
            "Telling speakers apart needs WhisperX and its libraries, which are not installed here."
        ),
    }


def test_a_complete_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("pipeline:\n")

    assert find_companion(Companion.SPEAKERS, str(tmp_path)) == tmp_path


def test_either_form_of_weights_will_do(tmp_path: Path) -> None:
    for name in ("config.json", "vocab.json", "preprocessor_config.json", "pytorch_model.bin"):
        (tmp_path / name).write_text("{}")

    assert find_companion(Companion.ALIGN, str(tmp_path)) == tmp_path


def test_what_a_folder_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")

    with pytest.raises(Unusable, match=r"vocab\.json, preprocessor_config\.json, model\.safetensors") as refused:
        find_companion(Companion.ALIGN, str(tmp_path))

    assert refused.value.code == "align_model_missing"


def test_a_folder_that_is_not_there_names_the_setting() -> None:
    with pytest.raises(Unusable, match="DIARIZATION_MODEL") as refused:
        find_companion(Companion.SPEAKERS, "/no/such/folder")

    assert refused.value.code == "diarization_model_missing"


def test_offline_a_name_that_is_not_in_the_cache_says_how_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="archivist models fetch --kind speakers owner/model") as refused:
        find_companion(Companion.SPEAKERS, "owner/model", cache_dir=tmp_path, offline=True)

    assert refused.value.code == "diarization_model_missing"


def test_a_download_that_was_cut_off_does_not_count_as_being_here(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--owner--model" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    refs = tmp_path / "models--owner--model" / "refs"
    refs.mkdir()
    (refs / "main").write_text("abc")
    (snapshot / "README.md").write_text("")

    with pytest.raises(Unusable, match="not on this machine"):
        find_companion(Companion.SPEAKERS, "owner/model", cache_dir=tmp_path, offline=True)
    (snapshot / "config.yaml").write_text("pipeline:\n")

    assert find_companion(Companion.SPEAKERS, "owner/model", cache_dir=tmp_path, offline=True) == snapshot
