"""The main job through the front door: `archivist demo` as a person starts it, all of it real but the station."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from services.console.commands.clean import stand_ins
from services.console.demonstration import RECORDING
from services.console.paths import ROOT
from shared.captions import read_scc

# 2.1 % were measured; int8 kernels differ a little between processors, and a lost window costs about 4 %.
WORST_WORD_ERROR_RATE = 0.10
BY_WHEN_S = 240


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demonstration") / "var" / "demo"
    yield folder
    for stand_in in stand_ins(folder.parent):
        subprocess.run(["rm", "-rf", str(stand_in)], check=True)


def demo(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "services.console", "demo", "--folder", str(folder), *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def still_there(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def test_a_recording_copied_slowly_ends_as_verified_captions_on_its_show(folder: Path) -> None:
    process = demo(folder, "--once")
    told, _ = process.communicate(timeout=BY_WHEN_S)

    assert process.returncode == 0, told
    assert "the recording is settling" in told
    assert "Publication: published, show 2101" in told
    assert "/docs" not in told, "it names pages that are gone when it ends"
    rate = re.search(r"Word error rate .*: ([\d.]+)%", told)
    assert rate, told
    assert float(rate[1]) / 100 <= WORST_WORD_ERROR_RATE

    sidecar = folder / "drive" / f"{RECORDING.stem}.scc"
    text = " ".join(row for cue in read_scc(sidecar.read_text()).cues for row in cue.rows)
    assert "quorum" in text
    assert (folder / "drive" / RECORDING.name).read_bytes() == RECORDING.read_bytes()


def test_a_second_start_finds_everything_again_and_leaves_nothing_when_it_is_killed(folder: Path) -> None:
    with listening_on(folder, "cablecast", "api"):
        _finds_everything_again(demo(folder))


@contextmanager
def listening_on(folder: Path, *names: str) -> Iterator[None]:
    """Meanwhile other programs have taken the ports that these had in the run before."""
    with ExitStack() as held:
        for name in names:
            other = held.enter_context(socket.socket())
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", int((folder / "ports" / name).read_text())))
            other.listen()
        yield


def _finds_everything_again(process: subprocess.Popen[str]) -> None:
    told = ""
    deadline = time.monotonic() + BY_WHEN_S
    assert process.stdout
    for line in process.stdout:
        told += line
        if "Everything stays up until Ctrl-C" in line or time.monotonic() > deadline:
            break
    assert "since an earlier run" in told, told
    assert "published and verified" in told

    addresses = re.findall(r"http://127\.0\.0\.1:\d+/\S+", told)
    assert len(addresses) == 7  # the captions, two pages of documentation, four of metrics
    for address in addresses:
        assert httpx.get(address, timeout=10).status_code == 200

    children = psutil.Process(process.pid).children(recursive=True)
    assert len(still_there(children)) >= 8  # two servers, four services, the simulator, a decoder or a backend
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 30
    while still_there(children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert still_there(children) == []
