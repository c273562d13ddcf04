"""A settings file without secrets: doctor fails on it, `up` starts nothing, and `init` is the way out."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from services.console.paths import ROOT

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the project with a `.env` of its own."""
    place = tmp_path / "clone"
    for folder in ("services", "shared"):
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (place / "demo").symlink_to(ROOT / "demo")
    shutil.copy(ROOT / ".env.example", place)
    (place / ".env").write_text("WHISPER_MODEL=demo/model\n")
    (place / ".env").chmod(0o600)
    return place


@pytest.fixture
def archivist(clone: Path) -> Command:
    own = ("SECRET", "PASSWORD", "_URL", "FLEX_", "API_", "WHISPER_", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if not any(part in name for part in own)}

    def command(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "services.console", *words],
            cwd=clone,
            # `./archivist` tells Python not to look for modules in the working folder.
            env={**environment, "PYTHONPATH": str(clone), **settings},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )

    return command


def test_what_up_cannot_start_fails_in_doctor_and_init_mends_it(clone: Path, archivist: Command) -> None:
    before, after = archivist("doctor"), archivist("up")

    assert "✗ secrets       JWT_SECRET_KEY is not set. `archivist init` writes a random one into .env." in before.stdout
    assert (before.returncode, after.returncode) == (1, 2)
    assert "JWT_SECRET_KEY is not set" in after.stderr
    assert "[no_jwt_secret]" in after.stderr
    assert not (clone / "var").exists(), "nothing was started"

    mended = archivist("init")
    text = (clone / ".env").read_text()
    secrets = [line.partition("=")[2] for line in text.splitlines()[1:]]
    assert mended.returncode == 0
    assert "JWT_SECRET_KEY, ADMIN_PASSWORD, REDIS_PASSWORD" in mended.stdout
    assert not any(secret in mended.stdout + mended.stderr for secret in secrets)
    assert text.startswith("WHISPER_MODEL=demo/model\nJWT_SECRET_KEY=")
    assert stat.S_IMODE((clone / ".env").stat().st_mode) == 0o600

    assert "✓ secrets" in archivist("doctor").stdout
    assert "left as it is" in archivist("init").stdout
    assert (clone / ".env").read_text() == text


def test_a_password_that_is_too_short_is_told_before_anything_starts(clone: Path, archivist: Command) -> None:
    settings = {"JWT_SECRET_KEY": "k" * 40, "ADMIN_PASSWORD": "short"}

    looked, started = archivist("doctor", **settings), archivist("up", **settings)

    assert looked.returncode == 1
    assert "✗ secrets       An admin's password has at least 12 characters." in looked.stdout
    assert (started.returncode, "[short_password]" in started.stderr) == (2, True)
    assert not (clone / "var").exists()


def test_without_a_settings_file_doctor_says_who_writes_one(clone: Path, archivist: Command) -> None:
    (clone / ".env").unlink()

    assert "✓ secrets       none yet: `archivist up` writes .env with random ones" in archivist("doctor").stdout
