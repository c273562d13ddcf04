"""Files that can never become captions lie beside one that can: they get their reasons, it gets its captions."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from shared.compute import ComputeProcesses
from shared.db.session import Work
from shared.lifecycle import RecordingStatus, TranscriptionStatus
from shared.notify import MemoryNotifier
from tests.integration.ingest.conftest import Station
from tests.integration.pipeline.conftest import Workshop

PICTURE = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=5", "-pix_fmt", "yuv420p"]
GRACE_IS_OVER_S = 2000


async def test_six_bad_files_are_refused_with_reasons_and_the_good_one_beside_them_gets_its_captions(
    work: Work,
    notifier: MemoryNotifier,
    tmp_path: Path,
    workshop: Workshop,
    short_clip: Path,
    make_media: Callable[[str, Sequence[str]], Path],
    compute: ComputeProcesses,
) -> None:
    station = Station(work, notifier, tmp_path, lambda _: short_clip, compute)
    mount = await station.add_mount()
    whole = short_clip.read_bytes()
    bad = {
        "a-text.mp4": b"These are the minutes of the meeting, not its recording.\n" * 200,
        "b-empty.mp4": b"",
        "c-noise.mkv": random.Random(1).randbytes(200_000),
        "d-cut-off.mp4": whole[: len(whole) // 3],
        "e-silent.wav": make_media("silent.wav", ["-f", "lavfi", "-i", "anullsrc", "-t", "5"]).read_bytes(),
        "f-picture-only.mp4": make_media("picture.mp4", PICTURE).read_bytes(),
    }
    for name, content in bad.items():
        (mount / name).write_bytes(content)
    station.put(mount, "g-meeting.mp4")
    try:
        await station.settle()
        await station.pass_time(GRACE_IS_OVER_S)  # a file that may still be growing is given time
        await station.settle()
        recordings = await station.recordings()
        (wanted,) = await station.transcriptions()
    finally:
        await station.mounts.close()

    await workshop.finish(workshop.worker())

    refused = {name: row for name, row in recordings.items() if row.status == RecordingStatus.REJECTED}
    assert sorted(refused) == sorted(bad)
    assert len({row.reason_code for row in refused.values()}) >= 4
    assert all(row.reason and len(row.reason.split()) > 4 for row in refused.values())
    assert wanted.filename == "g-meeting.mp4"
    assert (await workshop.row(wanted.id)).status == TranscriptionStatus.COMPLETED
    assert {name: (mount / name).read_bytes() for name in bad} == bad
