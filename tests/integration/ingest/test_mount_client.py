"""A mount seen through its helper process, when all is well and when it hangs, vanishes or refuses."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from services.ingest.gateways.mount_client import MountFiles
from services.ingest.gateways.tree import Found, ScanCost, Trouble
from shared.errors import NotFound, Temporary, Unusable
from shared.storage.mount_health import Expectation, judge_mount

UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
"""Tests may run as root, for whom permissions mean nothing; without capabilities they do."""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def mount(tmp_path: Path) -> AsyncIterator[MountFiles]:
    root = tmp_path / "mount"
    root.mkdir()
    mount = MountFiles(str(root), timeout_s=5)
    yield mount
    await mount.close()


async def scan(mount: MountFiles, *, full: bool = False) -> list[str]:
    names: list[str] = []

    async def record(files: list[Found]) -> None:
        names.extend(file.path for file in files)

    await mount.scan(record, full=full)
    return sorted(names)


def put(mount: MountFiles, name: str, content: bytes = b"x") -> Path:
    path = Path(mount.root, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def helper_of(mount: MountFiles) -> int:
    """The helper's process id: it is the one process whose command line ends with this mount's root."""
    commands = {process.pid: " ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])}
    (helper,) = (pid for pid, command in commands.items() if command.endswith(f"mount_helper {mount.root}"))
    return int(helper)


async def test_recordings_are_found_once(mount: MountFiles) -> None:
    put(mount, "a.mp4")
    put(mount, "2026/b.mkv")

    assert await scan(mount) == ["2026/b.mkv", "a.mp4"]
    assert await scan(mount) == []


async def test_names_with_line_feeds_and_bytes_that_are_not_text_arrive_unharmed(mount: MountFiles) -> None:
    names = ["two\nlines.mp4", 'quo"te\\.mp4', os.fsdecode(b"caf\xe9.mp4"), "w" * 251 + ".mp4", "日本.mp4"]
    for name in names:
        put(mount, name, name.encode("utf-8", "surrogateescape"))

    assert await scan(mount) == sorted(names)
    for name in names:
        assert (await mount.look(name, now=now)).size_bytes == len(os.fsencode(name))


async def test_many_files_come_in_batches(mount: MountFiles) -> None:
    for number in range(1200):
        put(mount, f"{number % 7}/{number}.mp4")
    batches: list[int] = []

    async def record(files: list[Found]) -> None:
        batches.append(len(files))

    await mount.scan(record)

    assert sum(batches) == 1200
    assert max(batches) <= 500


async def test_findings_that_could_not_be_recorded_are_given_again(mount: MountFiles) -> None:
    put(mount, "a.mp4")

    async def record(files: list[Found]) -> None:
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError):
        await mount.scan(record)

    assert await scan(mount) == ["a.mp4"]


async def test_a_look_sees_growth(mount: MountFiles) -> None:
    path = put(mount, "a.mp4", b"12345")
    first = await mount.look("a.mp4", now=now)
    with path.open("ab") as file:
        file.write(b"678")

    second = await mount.look("a.mp4", now=now)

    assert (first.size_bytes, second.size_bytes) == (5, 8)
    assert not second.same_as(first)


async def test_a_renamed_recording_keeps_its_identity(mount: MountFiles) -> None:
    path = put(mount, "a.mp4", os.urandom(5_000_000))
    before = await mount.identify("a.mp4")
    path.rename(path.with_name("b.mp4"))

    after = await mount.identify("b.mp4")

    assert after.name == before.name
    assert after.stamp.size_bytes == 5_000_000


async def test_a_sidecar_is_read_up_to_the_limit(mount: MountFiles) -> None:
    put(mount, "a.scc", b"Scenarist_SCC V1.0\n" * 100)

    assert await mount.read("a.scc", limit_bytes=18) == b"Scenarist_SCC V1.0"


async def test_a_file_that_has_gone_is_not_found(mount: MountFiles) -> None:
    with pytest.raises(NotFound):
        await mount.look("gone.mp4", now=now)


@pytest.mark.parametrize("path", ["../secret.mp4", "/etc/hostname", "link.mp4", "linked/secret.mp4"])
async def test_no_path_leads_out_of_the_mount(mount: MountFiles, path: str) -> None:
    outside = Path(mount.root).parent
    (outside / "secret.mp4").write_bytes(b"secret")
    Path(mount.root, "link.mp4").symlink_to(outside / "secret.mp4")
    Path(mount.root, "linked").symlink_to(outside)

    with pytest.raises(Unusable):
        await mount.read(path, limit_bytes=100)


async def test_a_pipe_with_a_recordings_name_does_not_block(mount: MountFiles) -> None:
    os.mkfifo(Path(mount.root, "pipe.mp4"))

    with pytest.raises(Unusable):
        await mount.look("pipe.mp4", now=now)


@pytest.fixture
async def unprivileged(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MountFiles]:
    """A mount whose helper has no privileges."""
    mount = MountFiles(str(tmp_path_factory.mktemp("mount")), timeout_s=5, launch=UNPRIVILEGED)
    yield mount
    await mount.close()


async def test_a_file_we_may_not_read_is_said_to_be_unreadable_and_readable_once_allowed(
    unprivileged: MountFiles,
) -> None:
    path = put(unprivileged, "a.mp4")
    path.chmod(0o000)
    with pytest.raises(Unusable) as raised:
        await unprivileged.look("a.mp4", now=now)
    assert raised.value.code == "unreadable"

    path.chmod(0o644)

    assert (await unprivileged.look("a.mp4", now=now)).size_bytes == 1


async def test_a_folder_we_may_not_list_is_reported_and_the_rest_is_found(unprivileged: MountFiles) -> None:
    put(unprivileged, "closed/a.mp4")
    put(unprivileged, "open/b.mp4")
    Path(unprivileged.root, "closed").chmod(0o000)
    found: list[str] = []
    troubles: list[Trouble] = []

    async def record(files: list[Found]) -> None:
        found.extend(file.path for file in files)

    await unprivileged.scan(record, complain=troubles.append)

    assert found == ["open/b.mp4"]
    assert troubles == [Trouble("closed", "Permission denied")]


async def test_a_hung_mount_costs_the_deadline_and_works_again_afterwards(mount: MountFiles) -> None:
    put(mount, "a.mp4")
    await scan(mount)
    mount._timeout_s = 0.5
    put(mount, "b.mp4")
    hung = helper_of(mount)
    os.kill(hung, signal.SIGSTOP)
    began = time.monotonic()

    with pytest.raises(Temporary) as raised:
        await scan(mount)

    assert raised.value.code == "no_answer_in_time"
    assert time.monotonic() - began < 3
    mount._timeout_s = 5
    assert await scan(mount) == ["a.mp4", "b.mp4"]
    assert helper_of(mount) != hung


async def test_a_slow_scan_that_shows_signs_of_life_is_not_taken_for_hung(mount: MountFiles) -> None:
    for number in range(3):
        put(mount, f"{number}.mp4")
    await mount.check()
    mount._timeout_s = 1.5

    async def record(files: list[Found]) -> None:
        await asyncio.sleep(2)  # a slow database is no hung mount

    effort = await mount.scan(record)

    assert effort == ScanCost(folders_checked=1, folders_listed=1, files_looked_at=3)


async def test_a_killed_helper_is_replaced_and_forgets_nothing_that_matters(mount: MountFiles) -> None:
    put(mount, "a.mp4")
    await scan(mount)
    os.kill(helper_of(mount), signal.SIGKILL)
    async with asyncio.timeout(10):
        while mount.remembers:
            await asyncio.sleep(0.01)

    assert await scan(mount) == ["a.mp4"]


async def test_a_cancelled_scan_leaves_no_answers_behind(mount: MountFiles) -> None:
    put(mount, "a.mp4", b"12345")

    async def record(files: list[Found]) -> None:
        await asyncio.sleep(60)

    task = asyncio.create_task(mount.scan(record))
    await asyncio.sleep(0.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await mount.look("a.mp4", now=now)).size_bytes == 5
    assert await scan(mount) == ["a.mp4"]


async def test_the_helper_dies_with_its_service(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from services.ingest.gateways.mount_client import MountFiles\n"
        "async def main():\n"
        "    mount = MountFiles(sys.argv[1])\n"
        "    await mount.check()\n"
        "    print('up', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert service.stdout
    await service.stdout.readline()
    mount = MountFiles(str(tmp_path))
    helper = psutil.Process(helper_of(mount))

    service.kill()
    await service.wait()

    with contextlib.suppress(psutil.NoSuchProcess):
        async with asyncio.timeout(10):
            while helper.status() != psutil.STATUS_ZOMBIE:
                await asyncio.sleep(0.01)


async def test_a_vanished_mount_is_an_alarm(mount: MountFiles) -> None:
    put(mount, "a.mp4")
    assert await scan(mount) == ["a.mp4"]
    Path(mount.root).rename(Path(mount.root).with_name("away"))

    down = judge_mount(await mount.check(), Expectation(has_recordings=True))

    assert down is not None
    assert down.code == "mount_missing"
    with pytest.raises(NotFound):
        await scan(mount)


async def test_an_empty_folder_where_recordings_were_is_an_alarm(mount: MountFiles) -> None:
    down = judge_mount(await mount.check(), Expectation(has_recordings=True))

    assert down is not None
    assert down.code == "mount_empty"


async def test_a_drive_without_the_sentinel_is_the_wrong_drive(mount: MountFiles) -> None:
    assert (await mount.check(".archivist")).has_sentinel is False
    put(mount, ".archivist")
    assert (await mount.check(".archivist")).has_sentinel is True


async def test_a_mounted_file_system_is_told_from_a_plain_folder(mount: MountFiles) -> None:
    proc = MountFiles("/proc")

    facts = await proc.check()
    await proc.close()

    assert facts.is_mount_point
    assert facts.file_system == "proc"
    assert not (await mount.check()).is_mount_point
    assert (await mount.check()).total_bytes > 0


async def test_the_whole_content_is_named_by_its_hash(mount: MountFiles) -> None:
    content = os.urandom(9_000_000)
    put(mount, "a.mp4", content)

    whole = await mount.read_whole("a.mp4", len(content))

    assert whole.name == hashlib.sha256(content).hexdigest()
    assert whole.stamp == (await mount.look("a.mp4", now=lambda: datetime.now(UTC))).stamp


_STAMP = {"size_bytes": 9, "mtime_ns": 1, "ctime_ns": 1, "inode": 1}
_ANSWERS = [{"read_bytes": 3}, {"read_bytes": 6}, {"done": {"name": "aa", "stamp": _STAMP, "is_same": True}}]


def _helper_that(*lines: str) -> list[str]:
    return [sys.executable, "-c", "\n".join(("import sys, time", "sys.stdin.readline()", *lines))]


async def test_reading_a_whole_file_tells_how_far_it_is(tmp_path: Path) -> None:
    says = (f"print({json.dumps(answer)!r}, flush=True)" for answer in _ANSWERS)
    mount = MountFiles(str(tmp_path), timeout_s=30, launch=_helper_that(*says))
    told: list[int] = []

    async def tell(done: int) -> None:
        told.append(done)

    whole = await mount.read_whole("a.mp4", 9, tell=tell)
    await mount.close()

    assert (told, whole.name) == ([3, 6], "aa")


@pytest.mark.parametrize(("size_bytes", "limit"), [(0, "longer than 1 s"), (4_000_000, "longer than 3 s")])
async def test_reading_a_whole_file_has_an_end_that_grows_with_its_size(
    tmp_path: Path, size_bytes: int, limit: str
) -> None:
    endless = _helper_that("while True:", "    print('{\"read_bytes\": 7}', flush=True)", "    time.sleep(0.05)")
    mount = MountFiles(str(tmp_path), timeout_s=30, launch=endless, reading_s=1.0)

    with pytest.raises(Temporary) as raised:
        await mount.read_whole("a.mp4", size_bytes)
    await mount.close()

    assert raised.value.code == "slow_read"
    assert limit in raised.value.message
