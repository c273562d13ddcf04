from pathlib import Path

import pytest

from services.console.checks import Mark, device, model, pace, speakers, speech_engine
from services.transcriber.engines.hardware import Card, cuda_devices
from services.transcriber.engines.sizing import GIB, Machine, fit
from services.transcriber.engines.values import EngineSpec
from shared.settings import Settings


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


CARD = Card("GPU-0", 80 * GIB, "NVIDIA H100")
DEMONSTRATION = "demo/model"


async def test_the_doctor_says_how_many_slices_run_at_once_and_why() -> None:
    chosen = fit(EngineSpec(model=DEMONSTRATION, device="cpu"))

    found = await pace(settings(whisper_device="cpu", whisper_model=DEMONSTRATION))

    assert found.verdict is Mark.FINE
    assert found.says.startswith(f"{chosen.concurrency} at once on cpu, {chosen.spec.threads} thread(s) each, batches ")
    assert chosen.reason in found.says


async def test_a_size_that_was_set_by_hand_is_marked_and_an_overload_told() -> None:
    chosen = settings(whisper_device="cpu", transcriber_concurrency=4, whisper_threads=2)

    found = await pace(chosen, Machine(2, 99 * GIB))

    assert found.verdict is Mark.WORTH_KNOWING
    assert found.says.startswith("4 at once on cpu, 2 thread(s) each")
    assert "TRANSCRIBER_CONCURRENCY, WHISPER_THREADS as set" in found.says
    assert found.says.endswith("more threads than the 2 cores")


async def test_one_slice_at_once_gets_all_cores() -> None:
    found = await pace(settings(whisper_device="cpu", transcriber_concurrency=1), Machine(8, 64 * GIB))

    assert found.says.startswith("1 at once on cpu, 8 thread(s) each")


async def test_a_model_that_is_too_large_for_the_machine_or_its_card_is_told() -> None:
    large = settings(whisper_model="large-v3")

    machine = await pace(large, Machine(2, 2 * GIB))
    card = await pace(large, Machine(2, 64 * GIB, (Card("GPU-0", 2 * GIB),), has_cuda=True))

    assert (machine.verdict, card.verdict) == (Mark.WORTH_KNOWING, Mark.WORTH_KNOWING)
    assert machine.says.endswith("more memory than there is; choose a smaller model")
    assert card.says.endswith("more memory than a card has; choose a smaller model")


async def test_the_doctor_sizes_auto_for_the_device_that_the_engine_will_take() -> None:
    small = settings(whisper_model="small.en")

    with_card = await pace(small, Machine(16, 64 * GIB, (CARD,), has_cuda=True))
    without = await pace(small, Machine(2, 16 * GIB))

    assert (with_card.verdict, without.verdict) == (Mark.FINE, Mark.FINE)
    assert with_card.says.startswith("1 at once on cuda, 4 thread(s) each, batches of 32 (NVIDIA H100 80 GiB; about ")
    assert without.says.startswith("2 at once on cpu, ")
    assert "GiB in all" in without.says


async def test_every_card_is_told_of() -> None:
    found = await pace(settings(), Machine(16, 64 * GIB, (CARD, Card("GPU-1", 4 * GIB, "NVIDIA T400")), has_cuda=True))

    assert found.says.startswith("2 at once on cuda")
    assert "NVIDIA H100 80 GiB, NVIDIA T400 4 GiB" in found.says


async def test_a_card_that_cannot_be_used_is_told_and_is_bad_news_for_who_asks_for_it() -> None:
    here = Machine(16, 64 * GIB, (CARD,), has_cuda=False)

    left_alone, asked_for = await device(settings(), here), await device(settings(whisper_device="cuda"), here)

    assert left_alone.verdict is Mark.WORTH_KNOWING
    assert left_alone.says.startswith("cpu, int8: ")
    assert "cannot be used" in left_alone.says
    assert asked_for.verdict is Mark.BAD
    assert "no CUDA device" in asked_for.says
    assert (await pace(settings(whisper_device="cuda"), here)).verdict is Mark.BAD


async def test_the_library_has_the_last_word_about_a_card() -> None:
    claimed = Machine(16, 64 * GIB, (CARD,), has_cuda=True)

    found = await device(settings(whisper_device="cuda"), claimed)

    has_one = cuda_devices() > 0
    assert ("no CUDA device" in found.says) is not has_one
    assert has_one or found.verdict is Mark.BAD


async def test_arithmetic_that_the_device_cannot_do_is_bad_news() -> None:
    found = await device(settings(whisper_device="cpu", whisper_compute_type="float16"))

    assert found.verdict is Mark.BAD
    assert "it can do " in found.says


async def test_the_device_that_is_taken_is_named() -> None:
    found = await device(settings(whisper_device="cpu"))

    assert found.verdict is Mark.FINE
    assert found.says.startswith("cpu, int8: ")


async def test_the_doctor_looks_for_what_tells_speakers_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    none_chosen = await speakers(settings())
    not_installed = await speakers(settings(diarization_model="somebody/voices"))
    (tmp_path / "pyannote").mkdir()
    (tmp_path / "pyannote" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    to_come = await speakers(settings(diarization_model="somebody/voices", model_cache=tmp_path))
    never = await speakers(settings(diarization_model="somebody/voices", model_cache=tmp_path, models_offline=True))
    gone = await speakers(settings(diarization_model=str(tmp_path / "gone")))
    (tmp_path / "config.yaml").touch()
    here = await speakers(settings(diarization_model=str(tmp_path)))

    packaged = await speakers(settings(diarization_model="resemblyzer"))

    found = (none_chosen, not_installed, to_come, never, gone, here, packaged)
    assert [one.verdict for one in found] == [
        Mark.FINE, Mark.BAD, Mark.WORTH_KNOWING, Mark.BAD, Mark.BAD, Mark.FINE, Mark.FINE,
    ]  # fmt: skip
    assert "not installed here" in not_installed.says
    assert "downloaded when it is first needed" in to_come.says
    assert "downloads are switched off" in never.says
    assert "does not exist" in gone.says


async def test_a_model_that_does_not_know_the_stations_language_is_bad_news() -> None:
    found = await model(settings(whisper_model="demo/model", default_language="es"))

    assert found.verdict is Mark.BAD
    assert found.says == "demo/model knows English only; use a multilingual model for Spanish."


async def test_the_doctor_names_the_engine_that_will_be_used() -> None:
    found = await speech_engine(settings(whisper_engine="faster-whisper"))

    assert (found.verdict, found.says) == (
        Mark.FINE,
        "faster-whisper; it needs no model beside the speech model",
    )


async def test_auto_says_what_it_takes() -> None:
    found = await speech_engine(settings(whisper_engine="auto"))

    assert found.says.startswith("auto takes ")


async def test_an_engine_that_is_not_installed_is_bad_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.transcriber.engines.choice._installed", lambda _: False)

    found = await speech_engine(settings(whisper_engine="whisperx"))

    assert found.verdict is Mark.BAD
    assert "not installed" in found.says


async def test_whisperx_without_a_model_that_times_words_is_worth_knowing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.transcriber.engines.choice._installed", lambda _: True)
    for name in ("config.json", "vocab.json", "preprocessor_config.json", "pytorch_model.bin"):
        (tmp_path / name).write_text("{}")

    asked_for = await speech_engine(settings(whisper_engine="whisperx", align_model="/nowhere/aligner"))
    automatic = await speech_engine(settings(whisper_engine="auto", align_model="/nowhere/aligner"))
    one_of_two = await speech_engine(settings(whisper_engine="whisperx", align_model=f"en={tmp_path},es=/nowhere/es"))
    two = await speech_engine(settings(whisper_engine="whisperx", align_model=f"en={tmp_path},es={tmp_path}"))
    to_come = await speech_engine(settings(whisper_engine="auto", align_model="somebody/aligner"))

    reason = "The alignment model's folder /nowhere/aligner does not exist; set ALIGN_MODEL."
    assert (asked_for.verdict, asked_for.says) == (Mark.BAD, f"whisperx; {reason}")
    assert automatic.verdict is Mark.WORTH_KNOWING
    assert automatic.says == f"WhisperX is installed, but faster-whisper is used: {reason}"
    assert one_of_two.verdict is Mark.BAD
    assert "folder /nowhere/es does not exist" in one_of_two.says
    assert (two.verdict, two.says) == (
        Mark.FINE,
        f"whisperx; words are timed: English by {tmp_path}, Spanish by {tmp_path}",
    )
    assert to_come.verdict is Mark.WORTH_KNOWING
    assert to_come.says.endswith(
        "the model that times English words is not here yet: it is downloaded when it is first needed"
    )
