"""Models for word times and speakers, found on disk or refused with one sentence."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.transcriber.__main__ import diarization_spec, engine_spec, look_for_companions
from services.transcriber.engines.companions import Companion, align_model_of, align_models_of, find_companion
from services.transcriber.engines.values import DecodeOptions, EngineInfo, EngineSpec
from shared.errors import Unusable
from shared.settings import Settings

RUNNING = EngineInfo("faster-whisper", "1", "small.en", "cpu", "int8", 8, 1)


async def _said_at_the_start(settings: Settings, info: EngineInfo, caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    await look_for_companions(settings, info, diarization_spec(settings))
    return {record.message: record.fields["meaning"] for record in caplog.records}  # type: ignore[attr-defined]


async def test_a_transcriber_that_starts_says_in_a_sentence_which_wish_it_cannot_meet(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(align_model="/no/aligner", diarization_model="/no/voices", whisper_engine="faster-whisper")

    assert await _said_at_the_start(settings, RUNNING, caplog) == {
        "align_model_not_used": "ALIGN_MODEL is for WhisperX, and faster-whisper is used.",
        "speakers_not_told_apart": (
            "Telling speakers apart by /no/voices needs WhisperX and its libraries, which are not installed here; "
            "DIARIZATION_MODEL=resemblyzer needs neither."
        ),
    }


async def test_a_transcriber_that_starts_without_the_better_engine_says_why(caplog: pytest.LogCaptureFixture) -> None:
    info = replace(RUNNING, passed_over="WhisperX is installed, but faster-whisper is used: no aligner.")

    assert await _said_at_the_start(Settings(align_model="mine"), info, caplog) == {
        "whisperx_not_used": info.passed_over
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


def _aligner(folder: Path) -> str:
    folder.mkdir()
    for name in ("config.json", "vocab.json", "preprocessor_config.json", "model.safetensors"):
        (folder / name).write_text(f"{folder.name} {name}")
    return str(folder)


def test_every_language_has_an_aligner_of_its_own(tmp_path: Path) -> None:
    es, en = _aligner(tmp_path / "es"), _aligner(tmp_path / "en")
    spec = EngineSpec(align_model=f"es={es},en={en},de=VOXPOPULI_ASR_BASE_10K_DE")

    assert align_models_of(spec) == {"es": es, "en": en, "de": "VOXPOPULI_ASR_BASE_10K_DE"}
    assert [align_model_of(spec, one) for one in ("es", "de", "fr")] == [es, "VOXPOPULI_ASR_BASE_10K_DE", None]
    assert align_models_of(EngineSpec(align_model=es, options=DecodeOptions(language="es"))) == {"es": es}
    assert align_models_of(EngineSpec()) == {}


def test_one_of_several_aligners_that_is_not_there_is_named(tmp_path: Path) -> None:
    spec = EngineSpec(align_model=f"en={_aligner(tmp_path / 'en')},es={tmp_path / 'es'}")

    with pytest.raises(Unusable, match="es does not exist; set ALIGN_MODEL"):
        align_models_of(spec)


def test_a_plain_aligner_is_for_the_stations_language() -> None:
    station = Settings(align_model="owner/model", default_language="Spanish")
    anywhere = Settings(align_model="owner/model", default_language="auto")

    assert (station.align_models, anywhere.align_models) == ({"es": "owner/model"}, {"en": "owner/model"})
    assert engine_spec(station).align_model == "es=owner/model"
    assert (engine_spec(station).options.language, engine_spec(anywhere).options.language) == ("es", "en")


def test_an_aligner_for_no_language_is_a_wrong_setting() -> None:
    with pytest.raises(ValidationError, match="'klingon' is no language"):
        Settings(align_model="klingon=/models/k")
