"""Getting ready for no network: WhisperX's usual model for a language is found, fetched, listed, checked and loaded.

torchaudio's file is made on the spot, with random weights of the real build.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services.console.checks import Mark, speech_engine
from services.transcriber.engines import EngineChild, EngineSpec, SliceRequest
from services.transcriber.engines.aligners import aligner_of, find_aligner, usual_aligner
from shared.errors import Unusable
from shared.quality.spans import Span
from shared.settings import Settings

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
USUAL = "WAV2VEC2_ASR_BASE_960H"
DUTCH = "jonatasgrosman/wav2vec2-large-xlsr-53-dutch"

Models = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, align_model: Path) -> Path:
    """A cache with the usual models for English and Dutch, as downloads leave them."""
    import torch
    from torchaudio import pipelines
    from torchaudio.models import wav2vec2_model

    cache = tmp_path_factory.mktemp("cache")
    bundle = getattr(pipelines, USUAL)
    torch.manual_seed(0)
    weights = wav2vec2_model(**bundle._params).state_dict()
    for name in ("aux.weight", "aux.bias"):  # the file has three rows more, which are thrown away on loading
        weights[name] = torch.cat([weights[name], weights[name][: len(bundle._remove_aux_axis)]])
    torch.save(weights, cache / Path(bundle._path).name)
    home = cache / f"models--{DUTCH.replace('/', '--')}"
    shutil.copytree(align_model, home / "snapshots" / "abc")
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("abc")
    return cache


@pytest.fixture
def models() -> Models:
    """The command line on a machine that reaches nobody."""
    nobody = "http://127.0.0.1:9"

    def run(cache: Path, *arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "WHISPER_MODEL": str(ROOT / "demo" / "model"),
            "WHISPER_DEVICE": "cpu",
            "MODEL_CACHE": str(cache),
            "ALIGN_MODEL": "",
            "HTTPS_PROXY": nobody,
            "https_proxy": nobody,
            "HF_ENDPOINT": nobody,
            "HF_HUB_OFFLINE": "0",
            **settings,
        }
        command = [sys.executable, "-m", "services.console", "models", *(str(one) for one in arguments)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def usual_spec(spec: EngineSpec, prepared: Path) -> EngineSpec:
    return replace(spec, align_model="", cache_dir=str(prepared))


def test_a_language_names_its_usual_model_and_what_is_here_is_not_fetched_again(models: Models, prepared: Path) -> None:
    english, dutch = (
        models(prepared, "fetch", "--kind", "align", "en"),
        models(prepared, "fetch", "--kind", "align", "nl"),
    )

    assert (english.returncode, english.stderr) == (0, "")
    assert english.stdout.split() == ["align", USUAL, "378", "MB", "in", str(next(prepared.glob("wav2vec2*.pth")))]
    assert (dutch.returncode, dutch.stderr) == (0, "")
    assert dutch.stdout.split()[:2] == ["align", DUTCH]


def test_the_list_shows_the_usual_models_that_are_here_and_the_one_that_is_needed(
    models: Models, prepared: Path, tmp_path: Path
) -> None:
    def listed(cache: Path) -> list[list[str]]:
        lines = models(cache, "list").stdout.splitlines()
        return [line.split()[1:4] for line in lines if line.startswith("align")]

    assert listed(prepared) == [["en", USUAL, "378"], ["nl", DUTCH, "0"]]
    assert listed(tmp_path) == [["en", USUAL, "-"]]


@pytest.mark.parametrize(("language", "name"), [("en", USUAL), ("nl", DUTCH)])
def test_what_cannot_be_fetched_is_one_sentence(models: Models, tmp_path: Path, language: str, name: str) -> None:
    answer = models(tmp_path, "fetch", "--kind", "align", language)

    assert answer.returncode == 2, answer.stdout
    (said,) = answer.stderr.splitlines()
    assert said == (
        f"archivist: The alignment model {name} could not be downloaded; check the network, or set ALIGN_MODEL to a "
        "folder. [model_download_failed]"
    )
    assert not list(tmp_path.glob("*.pth"))


def test_a_language_or_a_name_that_has_no_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="WhisperX knows no model that times Latin words; name a wav2vec2 model"):
        usual_aligner("la")
    with pytest.raises(Unusable, match="There is no alignment model TACOTRON2_WAVERNN_CHAR_LJSPEECH: ") as refused:
        find_aligner("TACOTRON2_WAVERNN_CHAR_LJSPEECH", cache_dir=tmp_path)
    assert refused.value.code == "model_unknown"


def test_a_model_that_was_fetched_is_checked_by_loading_it(models: Models, prepared: Path) -> None:
    answer = models(prepared, "check", "--kind", "align", "en")

    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.splitlines()[-1].startswith("whisperx ") and ": ready in " in answer.stdout


async def test_offline_words_are_timed_by_the_usual_model(usual_spec: EngineSpec, flac: Path) -> None:
    child = EngineChild(replace(usual_spec, engine="auto"))

    try:
        info = await child.start()
        result = await child.transcribe(flac, 27_800, 29_600, SliceRequest((Span(200, 1500),)), timeout_s=400)
    finally:
        await child.close()

    assert (info.name, info.passed_over) == ("whisperx", "")
    assert 1 <= len(result.words) <= 2
    assert all(word.confidence is not None for word in result.words)


async def test_offline_without_it_nobody_is_asked_and_auto_says_what_it_passed_over(
    usual_spec: EngineSpec, tmp_path: Path
) -> None:
    empty = replace(usual_spec, cache_dir=str(tmp_path))

    with pytest.raises(Unusable) as refused:
        await EngineChild(empty).start()
    child = EngineChild(replace(empty, engine="auto"))
    info = await child.start()
    await child.close()

    assert refused.value.code == "align_model_missing"
    assert "run `archivist models fetch --kind align en` where there is a network" in refused.value.message
    assert info.name == "faster-whisper"
    assert info.passed_over == f"WhisperX is installed, but faster-whisper is used: {refused.value.message}"


def test_a_usual_model_of_the_hub_loads_from_the_cache(usual_spec: EngineSpec) -> None:
    import whisperx

    found = aligner_of(usual_spec, "nl")
    _, metadata = whisperx.load_align_model("nl", "cpu", model_name=found.for_whisperx, model_cache_only=True)

    assert found.name == usual_aligner("nl") == DUTCH
    assert metadata["type"] == "huggingface"


def test_a_file_that_is_damaged_is_said_to_be(prepared: Path, tmp_path: Path, models: Models) -> None:
    file = tmp_path / find_aligner(USUAL, cache_dir=prepared, offline=True).path.name
    file.write_bytes(b"this is something else")

    answer = models(tmp_path, "check", "--kind", "align", "en")

    assert answer.returncode == 2
    (said,) = answer.stderr.splitlines()
    assert said.startswith(f"archivist: The alignment model {USUAL} cannot be loaded: its files are damaged ")
    assert f"Delete {file} and fetch it again" in said


async def test_the_doctor_looks_for_the_model_itself(prepared: Path, tmp_path: Path) -> None:
    def settings(cache: Path, **more: object) -> Settings:
        return Settings(_env_file=None, whisper_model="demo/model", model_cache=cache, **more)  # type: ignore[arg-type]

    here = await speech_engine(settings(prepared))
    to_come = await speech_engine(settings(tmp_path))
    never = await speech_engine(settings(tmp_path, models_offline=True))
    insisted = await speech_engine(settings(tmp_path, models_offline=True, whisper_engine="whisperx"))

    assert (here.verdict, here.says) == (Mark.FINE, f"auto takes whisperx; words are timed: English by {USUAL}")
    assert to_come.verdict is Mark.WORTH_KNOWING
    assert "downloaded when it is first needed" in to_come.says
    assert never.verdict is Mark.WORTH_KNOWING
    assert never.says.startswith("WhisperX is installed, but faster-whisper is used: WhisperX has no model here ")
    assert insisted.verdict is Mark.BAD
