import pytest

from services.console.checks import Verdict, pace, speech_engine
from services.transcriber.sizing import suggest, this_machine
from shared.settings import Settings


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


async def test_the_doctor_says_how_many_slices_run_at_once_and_why() -> None:
    chosen = suggest("cpu", this_machine())

    found = await pace(settings(whisper_device="cpu"))

    assert found.verdict is Verdict.FINE
    assert found.says.startswith(f"{chosen.concurrency} at once on cpu, {chosen.threads} thread(s) each, batches of ")
    assert chosen.reason in found.says


async def test_a_size_that_was_set_by_hand_is_marked_and_an_overload_told() -> None:
    found = await pace(settings(whisper_device="cpu", transcriber_concurrency=64, whisper_threads=2))

    assert found.verdict is Verdict.WORTH_KNOWING
    assert found.says.startswith("64 at once on cpu, 2 thread(s) each")
    assert "TRANSCRIBER_CONCURRENCY, WHISPER_THREADS as set" in found.says


async def test_the_doctor_names_the_engine_that_will_be_used() -> None:
    found = await speech_engine(settings(whisper_engine="faster-whisper"))

    assert (found.verdict, found.says) == (
        Verdict.FINE,
        "faster-whisper; it needs no model beside the speech model",
    )


async def test_auto_says_what_it_takes() -> None:
    found = await speech_engine(settings(whisper_engine="auto"))

    assert found.says.startswith("auto takes ")


async def test_an_engine_that_is_not_installed_is_bad_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.transcriber.engines.choice._installed", lambda _: False)

    found = await speech_engine(settings(whisper_engine="whisperx"))

    assert found.verdict is Verdict.BAD
    assert "not installed" in found.says


async def test_whisperx_without_a_model_that_times_words_is_worth_knowing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.transcriber.engines.choice._installed", lambda _: True)

    missing = await speech_engine(settings(whisper_engine="whisperx", align_model="/nowhere/aligner"))
    usual = await speech_engine(settings(whisper_engine="auto"))

    assert missing.verdict is Verdict.BAD
    assert usual.verdict is Verdict.WORTH_KNOWING
    assert "falls back to faster-whisper" in usual.says
