"""The Python environment in which WhisperX is tested for real: 5 GB of packages that nobody else should have to carry.

It lies in ``var/`` under a name made of the lock's hash, so that a new lock gets a new environment and an old lock
finds its own again. The stamp is written last: without it the packages are installed once more over what is there.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from shared.errors import Temporary

Tell = Callable[[str], None]

LOCKS = ("whisperx.txt", "dev.txt")
"""WhisperX and the transcriber, and what tests need; both are locked against each other."""
_STAMP = "archivist-stamp"
_BIG_MB = 100
_HEARTBEAT_S = 60.0
_INSTALLING = "Installing collected packages"
PROOFS = ("whisperx", "torch", "pytest")
"""Packages without which an environment is broken, whatever its stamp says."""
_SEEN = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"


def whisperx_python(root: Path, tell: Tell, proofs: tuple[str, ...] = PROOFS) -> Path:
    """The interpreter of a complete environment, made or repaired where that is needed. Raises Temporary."""
    locks = [root / "requirements" / name for name in LOCKS]
    folder = root / "var" / f"whisperx-{_hash(locks[:1])[:12]}"
    stamp = f"{sys.version} {_hash(locks)}\n"
    if _is_complete(folder, stamp, proofs):
        tell(f"WhisperX's environment is {folder}")
        return folder / "bin" / "python"
    started = time.monotonic()
    if _runs(folder / "bin" / "python"):
        tell(f"completing WhisperX's environment in {folder}")
    else:
        tell(f"making WhisperX's environment in {folder}: about 5 GB to download, 8 GB on disk, once")
    if not _fill(folder, locks, tell):
        tell("that failed; making it anew")
        shutil.rmtree(folder, ignore_errors=True)
        if not _fill(folder, locks, tell):
            raise Temporary(
                "WhisperX's packages could not be installed; what pip said stands above.", code="packages_missing"
            )
    (folder / _STAMP).write_text(stamp)
    for older in folder.parent.glob("whisperx-*"):
        if older != folder:
            tell(f"removing {older}, made from an older lock")
            shutil.rmtree(older, ignore_errors=True)
    tell(f"WhisperX's environment is ready: {_gigabytes(folder):.1f} GB in {time.monotonic() - started:.0f} s")
    return folder / "bin" / "python"


def _is_complete(folder: Path, stamp: str, proofs: tuple[str, ...]) -> bool:
    """Whether the stamp is right and the packages can still be found."""
    try:
        if (folder / _STAMP).read_text() != stamp:
            return False
        return subprocess.run([str(folder / "bin" / "python"), "-c", _SEEN, *proofs], check=False).returncode == 0
    except OSError:
        return False


def _fill(folder: Path, locks: list[Path], tell: Tell) -> bool:
    (folder / _STAMP).unlink(missing_ok=True)
    python = folder / "bin" / "python"
    if not _runs(python):
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=False)
        if made.returncode != 0:
            return False
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar",
        "off",
    ]
    command += ["--no-deps", "--require-hashes"]
    # One after the other: pip keeps what the first has put there, because their versions are the same.
    return all(_piped([*command, "-r", str(lock)], folder, tell) for lock in locks)


def _runs(python: Path) -> bool:
    try:
        return subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _piped(command: list[str], folder: Path, tell: Tell) -> bool:
    """Run pip and pass on only what says how far it is: large downloads, and how much lies on the disk each minute."""
    done, installing = threading.Event(), threading.Event()

    def heartbeat() -> None:
        while not done.wait(_HEARTBEAT_S):
            tell(f"  {_gigabytes(folder):.1f} GB installed so far" if installing.is_set() else "  still downloading")

    beating = threading.Thread(target=heartbeat, daemon=True)
    beating.start()
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
            assert pip.stdout is not None
            for line in pip.stdout:
                if line.startswith(_INSTALLING):
                    installing.set()
                if is_worth_telling(line):
                    tell(f"  {line.strip()}")
        return pip.returncode == 0
    finally:
        done.set()
        beating.join()


def is_worth_telling(line: str) -> bool:
    """Large downloads and every complaint."""
    found = re.match(r"\s*Downloading .*\((\d+(?:\.\d+)?) ([kMG]B)\)", line)
    if found:
        return float(found[1]) * {"kB": 0.001, "MB": 1, "GB": 1000}[found[2]] >= _BIG_MB
    return line.startswith(("ERROR", "WARNING"))


def _hash(files: list[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _gigabytes(folder: Path) -> float:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.lstat().st_size
        except OSError:  # pip moves files about
            continue
    return total / 1e9
