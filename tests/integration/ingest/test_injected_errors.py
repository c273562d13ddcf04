"""One error of the drive, wherever it strikes, rejects no recording; wrong bytes still do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.ingest.gateways.ffprobe import FfprobeInspector
from services.ingest.gateways.mount_client import MountFiles
from services.ingest.verdicts import Rejected, Valid, Verdict
from shared.errors import NotFound, Temporary
from tests.injection import shim, tracing
from tests.integration.ingest.conftest import NAME, Media, Station

STALE, GONE, EARLY, LATER, LAST = (
    "openat:error=ESTALE:when=1",
    "openat:error=ENOENT:when=1",
    "read:error=EIO:when=1",
    "read:error=EIO:when=3",
    "read:error=EIO:when=5+",
)
INSPECTOR = FfprobeInspector(timeout_s=60)


async def inspect(path: Path) -> Verdict | NotFound | Temporary:
    try:
        return await INSPECTOR.inspect(str(path), path.stat().st_size)
    except (NotFound, Temporary) as error:
        return error


@pytest.mark.parametrize("inject", [STALE, GONE, EARLY, LATER, LAST])
@pytest.mark.parametrize("program", ["od", "ffprobe", "ffmpeg"])
async def test_one_error_of_the_drive_is_no_verdict_against_the_file(
    media: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, inject: str
) -> None:
    path = media("meeting.mp4")
    shim(tmp_path / "bin", program, path, inject)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    outcome = await inspect(path)

    assert not isinstance(outcome, Rejected)
    assert not isinstance(outcome, Temporary) or outcome.outside
    assert isinstance(await inspect(path), Valid)


@pytest.mark.parametrize("inject", [STALE, EARLY, LATER])
def test_a_drive_that_errs_for_every_program_is_waited_for(media: Media, inject: str) -> None:
    """As when the service itself is traced: each process it starts meets the error, the one that proves too."""
    path = media("meeting.mp4")
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from services.ingest.gateways.ffprobe import FfprobeInspector\n"
        "from shared.errors import Temporary\n"
        "path = Path(sys.argv[1])\n"
        "try:\n"
        "    print(asyncio.run(FfprobeInspector().inspect(str(path), path.stat().st_size)))\n"
        "except Temporary as error:\n"
        "    print(error.code, error.outside)\n"
    )
    command = [*tracing(path, inject), sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)

    assert done.stdout == "mount_trouble True\n"


async def test_bytes_that_are_wrong_are_still_the_files_fault(tmp_path: Path) -> None:
    path = tmp_path / "noise.mp4"
    path.write_bytes(bytes(range(256)) * 4096)

    first = await inspect(path)

    assert isinstance(first, Rejected)
    assert await INSPECTOR.prove(str(path), path.stat().st_size) == first


@pytest.mark.parametrize(
    "inject",
    [STALE, GONE, "pread64:error=EIO:when=1", "pread64:error=ESTALE:when=2", "%%stat:error=ESTALE:when=1"],
)
async def test_one_error_while_the_helper_looks_or_reads_costs_no_recording(station: Station, inject: str) -> None:
    path = await station.recorded()
    await station.scan_until_still()
    helper = MountFiles(str(path.parent), timeout_s=20, launch=tracing(path, inject))
    await station.mounts.reader(str(path.parent)).close()
    station.mounts._open["read", str(path.parent)] = helper

    for _ in range(3):
        await station.inspect()
        recording = (await station.recordings())[NAME]
        assert recording.status in ("settling", "valid")
        await station.pass_time(400)

    assert (recording.status, recording.reason) == ("valid", None)


async def test_a_recording_is_rejected_only_after_it_was_read_whole_and_judged_again(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ffprobe takes an error while it reads the index for the end of the file: that is what damage looks like."""
    path = await station.recorded()
    shim(tmp_path / "bin", "ffprobe", path, LATER)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    await station.settle()
    await station.pass_time(60)
    await station.inspect()

    recording = (await station.recordings())[NAME]
    assert (recording.status, recording.reason) == ("valid", None)
