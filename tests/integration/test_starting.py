"""A service that cannot start says why in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_POSTGRES = {"DATABASE_URL": "mysql://somewhere/archivist"}


@pytest.mark.parametrize(
    ("service", "settings", "sentence"),
    [
        ("api", {"JWT_SECRET_KEY": ""}, "JWT_SECRET_KEY is not set. `archivist init` writes a random one into .env."),
        ("ingest", NOT_POSTGRES, "DATABASE_URL must begin with postgresql://"),
        ("vod", NOT_POSTGRES, "DATABASE_URL must begin with postgresql://"),
        ("transcriber", NOT_POSTGRES | {"WHISPER_MODEL": "demo/model"}, "DATABASE_URL must begin with postgresql://"),
        ("transcriber", {"WHISPER_MODEL": "", "WHISPER_MODEL_PATH": ""}, "No speech model is chosen."),
    ],
)
def test_what_keeps_a_service_from_starting_is_one_sentence(
    service: str, settings: dict[str, str], sentence: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith(f"{service}: {sentence}")
    assert len(done.stderr.splitlines()) == 1
