"""The script `./archivist` on a machine whose Python is 3.13, for which no wheel carries a Redis server."""

import hashlib
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from services.console.paths import ROOT

TOOLS = ("sh", "dirname", "readlink", "mkdir", "sha256sum", "cut", "cat", "id", "rm")

# Stands where the environment's Python stands: says its version, fails what asks for less than 3.13, and shows what
# it is handed.
PYTHON_3_13 = """#!/bin/sh
case $1 in
    -V) echo "Python 3.13.1" ;;
    -c) exit 1 ;;
    *) echo "handed over: $*" ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A clone whose environment is complete; on its PATH are ffmpeg and strace, but no Redis, apt or sudo."""
    clone, programs = tmp_path / "clone", tmp_path / "programs"
    (clone / ".venv" / "bin").mkdir(parents=True)
    programs.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None, name
        (programs / name).symlink_to(found)
    for name in ("ffmpeg", "ffprobe", "strace"):
        _program(programs / name, "#!/bin/sh\n")
    shutil.copy(ROOT / "archivist", clone)
    shutil.copytree(ROOT / "requirements", clone / "requirements")
    _program(clone / ".venv" / "bin" / "python", PYTHON_3_13)
    locks = (clone / "requirements" / name for name in ("dev.txt", "voices.txt"))
    lock = hashlib.sha256(b"".join(file.read_bytes() for file in locks)).hexdigest()
    (clone / ".venv" / "archivist-stamp").write_text(f"dev Python 3.13.1 {lock}\n")
    return clone


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def _call(clone: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": str(clone.parent / "programs"), "HOME": os.environ.get("HOME", "/"), **environment}
    return subprocess.run([str(clone / "archivist"), *words], env=known, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words", ["transcribe meeting.mp4", "models list", "doctor", "captions check a.scc", "test unit", "check", "--help"]
)
def test_what_starts_no_server_asks_for_no_redis(machine: Path, words: str) -> None:
    answer = _call(machine, *words.split())

    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == f"handed over: -m services.console {words}\n"


@pytest.mark.parametrize("words", ["demo", "up", "test", "test integration"])
def test_what_starts_a_redis_says_that_there_is_none(machine: Path, words: str) -> None:
    answer = _call(machine, *words.split())

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "install the package redis-server" in answer.stderr
    assert answer.stderr.splitlines()[-1].endswith(". [redis_missing]")


@pytest.mark.parametrize("words", ["test", "test integration"])
def test_what_injects_errors_says_that_there_is_nothing_to_do_it_with(machine: Path, words: str) -> None:
    (machine.parent / "programs" / "strace").unlink()

    answer = _call(machine, *words.split())

    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.splitlines()[-1].endswith(". [strace_missing]")


def test_a_redis_that_was_named_is_enough(machine: Path) -> None:
    answer = _call(machine, "up", ARCHIVIST_REDIS_SERVER="/usr/local/bin/redis-server")

    assert answer.returncode == 0
