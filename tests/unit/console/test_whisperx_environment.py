"""The environment for WhisperX's tests: told in few lines, and no burden for anybody else."""

import re
from pathlib import Path

import pytest

from services.console.whisperx_environment import is_worth_telling

LOCKS = Path(__file__).parents[3] / "requirements"


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", (LOCKS / name).read_text(), re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ("  Downloading torch-2.8.0-cp311-cp311-manylinux_2_28_x86_64.whl (888.1 MB)", True),
        ("Downloading huge-1.0-py3-none-any.whl (1.2 GB)", True),
        ("  Downloading yarl-1.25.1-cp311-cp311-linux_x86_64.whl (349 kB)", False),
        ("Collecting torch==2.8.0", False),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", True),
    ],
)
def test_only_large_downloads_and_complaints_are_told(line: str, is_told: bool) -> None:
    assert is_worth_telling(line) is is_told


def test_torch_stands_in_no_lock_but_whisperxs() -> None:
    heavy = {
        lock.name for lock in LOCKS.glob("*.txt") if re.search(r"^(torch|nvidia-\S+|triton)==", lock.read_text(), re.M)
    }

    assert heavy == {"whisperx.txt"}


def test_the_two_locks_that_share_an_environment_agree() -> None:
    whisperx, dev = pins("whisperx.txt"), pins("dev.txt")

    assert {name for name in whisperx.keys() & dev.keys() if whisperx[name] != dev[name]} == set()
