"""A hub that cannot be reached is a sentence and a reason to try again, whatever the model is for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
import sys
from pathlib import Path
from services.transcriber.engines.companions import Companion, find_companion
from services.transcriber.engines.speech_models import find_model
from shared.errors import Temporary

cache = Path(sys.argv[1])
ways = {"speech": lambda: find_model("small.en", cache_dir=cache)} | {
    kind.value: lambda kind=kind: find_companion(kind, "owner/model", cache_dir=cache) for kind in Companion
}
try:
    ways[sys.argv[2]]()
except Temporary as error:
    print(error.code, error.message)
"""


@pytest.mark.parametrize(
    ("kind", "title", "setting"),
    [
        ("speech", "speech model small.en", "WHISPER_MODEL_PATH"),
        ("align", "alignment model owner/model", "ALIGN_MODEL"),
        ("speakers", "diarization model owner/model", "DIARIZATION_MODEL"),
    ],
)
def test_a_hub_that_is_not_there_is_tried_again_later(tmp_path: Path, kind: str, title: str, setting: str) -> None:
    nobody = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": "0", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path), kind],
        env={**os.environ, **nobody, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == (
        f"model_download_failed The {title} could not be downloaded; check the network, or set {setting} to a folder.\n"
    ), done.stderr
