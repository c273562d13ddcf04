"""The commands that need WhisperX's libraries, as a person types them: captions with speakers, and checks of models."""

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from shared.captions import read_scc

# torch, transformers and pyannote take half a minute to import on a busy machine, in every process that needs them.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]

Answer = subprocess.CompletedProcess[str]
Archivist = Callable[..., Answer]


@pytest.fixture(scope="session")
def half_minute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The beginning of the demonstration's meeting."""
    out = tmp_path_factory.mktemp("half-minute") / "meeting.mp4"
    whole = next((ROOT / "demo" / "recording").glob("*.mp4"))
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(whole), "-t", "30", "-c", "copy", str(out)]
    subprocess.run(command, check=True, timeout=60)
    return out


@pytest.fixture(scope="session")
def choosy_model(diarization_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small pipeline with clusters so narrow that even random weights hear several people."""
    folder = shutil.copytree(diarization_model, tmp_path_factory.mktemp("choosy") / "model")
    config = folder / "config.yaml"
    narrow = "    threshold: 0.1\n    method: centroid\n    min_cluster_size: 1\n"
    wide = "    threshold: 0.6\n    Fa: 0.07\n    Fb: 0.8\n"
    assert wide in config.read_text()
    config.write_text(config.read_text().replace("VBxClustering", "AgglomerativeClustering").replace(wide, narrow))
    return folder


@pytest.fixture
def archivist(align_model: Path, diarization_model: Path) -> Archivist:
    """The command line in a process of its own, with settings of its own."""

    def run(*arguments: object, **settings: str) -> Answer:
        environment = {
            **os.environ,
            "WHISPER_MODEL": str(ROOT / "demo" / "model"),
            "WHISPER_ENGINE": "auto",
            "WHISPER_DEVICE": "cpu",
            "MODELS_OFFLINE": "true",
            "ALIGN_MODEL": str(align_model),
            "DIARIZATION_MODEL": str(diarization_model),
            **settings,
        }
        command = [sys.executable, "-m", "services.console", *(str(one) for one in arguments)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    return run


def transcribe(archivist: Archivist, media: Path, out: Path, **settings: str) -> tuple[Answer, dict[str, Any]]:
    """What was said, and every JSON file that was written."""
    answer = archivist("transcribe", media, "--out", out, "--engine", "whisperx", "--speakers", **settings)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer, {path.name: json.loads(path.read_text()) for path in out.glob("*.json")}


def check_of(files: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [check for check in files["quality.json"]["checks"] if check["name"] == name]
    return dict(found)


def rows(out: Path) -> list[str]:
    return [row for cue in read_scc((out / "meeting.scc").read_text()).cues for row in cue.rows]


def test_one_file_gets_captions_words_and_a_report_with_its_speakers(
    archivist: Archivist, half_minute: Path, choosy_model: Path, tmp_path: Path
) -> None:
    answer, files = transcribe(archivist, half_minute, tmp_path, DIARIZATION_MODEL=str(choosy_model))

    steps = [line.strip() for line in answer.stderr.splitlines() if line.startswith("  ") and " %" not in line]
    assert steps == [
        "loading the speech model",
        "reading the sound",
        "transcribing",
        "telling speakers apart",
        "writing captions",
    ]
    assert ", by whisperx " in answer.stdout
    assert "not told apart" not in answer.stdout
    words = files["words.json"]["words"]
    speakers = [word["speaker"] for word in words]
    assert len(words) > 30
    assert None not in speakers
    assert {"S1", "S2"} <= set(speakers)
    changes = sum(before != after for before, after in pairwise(speakers))
    assert sum(row.startswith(">>") for row in rows(tmp_path)) >= changes > 0
    report = check_of(files, "speaker_changes")
    assert (report["verdict"], report["score"]) == ("pass", 1.0)
    assert report["reasons"][0]["text"] == f"{changes} of {changes} changes of speaker are marked."
    assert files["manifest.json"]["engine"]["name"] == "whisperx"
    assert files["manifest.json"]["warnings"] == []
    assert not (tmp_path / ".work").exists()


class _Crash:
    """A pickle that ends the process which reads it, as native libraries do now and then."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return os.abort, ()


@pytest.mark.parametrize(
    ("checkpoint", "sentence"),
    [
        (b"this is no checkpoint", "cannot be loaded: its files are damaged or made for another version."),
        (pickle.dumps(_Crash()), "The speech engine gave up inside its own library."),
    ],
    ids=["damaged", "crashing"],
)
def test_a_model_that_fails_costs_a_sentence_and_no_word(
    archivist: Archivist, half_minute: Path, diarization_model: Path, tmp_path: Path, checkpoint: bytes, sentence: str
) -> None:
    broken = shutil.copytree(diarization_model, tmp_path / "broken")
    (broken / "embedding" / "pytorch_model.bin").write_bytes(checkpoint)

    answer, files = transcribe(archivist, half_minute, tmp_path / "out", DIARIZATION_MODEL=str(broken))

    (note,) = [one for one in files["quality.json"]["notes"] if one.startswith("The speakers were not told apart: ")]
    assert sentence in note
    assert f"  {note}" in answer.stdout.splitlines()
    assert files["manifest.json"]["warnings"] == [note]
    assert check_of(files, "speaker_changes")["verdict"] == "unknown"
    words = files["words.json"]["words"]
    assert len(words) > 30
    assert {word["speaker"] for word in words} == {None}
    assert rows(tmp_path / "out")


def test_models_that_are_whole_are_said_to_be_ready(
    archivist: Archivist, align_model: Path, diarization_model: Path
) -> None:
    align = archivist("models", "check", "--kind", "align", align_model, ALIGN_MODEL="")
    speakers = archivist("models", "check", "--kind", "speakers", diarization_model, DIARIZATION_MODEL="")

    assert (align.returncode, align.stderr) == (0, "")
    assert align.stdout.startswith("align ")
    assert align.stdout.splitlines()[-1].startswith("whisperx ") and ": ready in " in align.stdout
    assert (speakers.returncode, speakers.stderr) == (0, "")
    assert speakers.stdout.startswith(f"{diarization_model}: ready, heard two seconds in ")


@pytest.mark.parametrize(
    ("kind", "damaged", "title"),
    [
        ("align", "model.safetensors", "alignment"),
        ("align", "vocab.json", "alignment"),
        ("speakers", "segmentation/pytorch_model.bin", "diarization"),
        ("speakers", "plda/plda.npz", "diarization"),
        ("speakers", "config.yaml", "diarization"),
    ],
)
def test_a_damaged_folder_is_one_sentence_that_says_what_to_do(
    archivist: Archivist,
    align_model: Path,
    diarization_model: Path,
    tmp_path: Path,
    kind: str,
    damaged: str,
    title: str,
) -> None:
    whole = align_model if kind == "align" else diarization_model
    folder = shutil.copytree(whole, tmp_path / "model")
    (folder / damaged).write_bytes(b"this is something else")

    answer = archivist("models", "check", "--kind", kind, folder)

    assert answer.returncode == 2
    (sentence,) = answer.stderr.splitlines()
    assert sentence.startswith(f"archivist: The {title} model {folder} cannot be loaded: its files are damaged ")
    assert "Fetch it again" in sentence


@pytest.mark.parametrize(("kind", "setting"), [("align", "ALIGN_MODEL"), ("speakers", "DIARIZATION_MODEL")])
def test_a_folder_that_is_missing_or_incomplete_is_one_sentence(
    archivist: Archivist, tmp_path: Path, kind: str, setting: str
) -> None:
    gone = archivist("models", "check", "--kind", kind, tmp_path / "none")
    empty = archivist("models", "check", "--kind", kind, tmp_path)

    assert (gone.returncode, empty.returncode) == (2, 2)
    missing = "align_model_missing" if kind == "align" else "diarization_model_missing"
    assert gone.stderr.endswith(f"'s folder {tmp_path / 'none'} does not exist; set {setting}. [{missing}]\n")
    assert "is no complete" in empty.stderr
    assert [answer.stderr.count("\n") for answer in (gone, empty)] == [1, 1]
