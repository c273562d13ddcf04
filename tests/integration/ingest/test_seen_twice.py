"""Two mounts that are one folder, or one of which lies in the other."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from services.ingest.gateways.mount_client import MountFiles as MountFiles
from shared.db.models import Mount, Recording
from shared.mount_folders import Folder, Overlap, overlap

from .conftest import NAME, Station

BIND = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" "$1" && shift && exec "$@"']


def can_bind() -> bool:
    if shutil.which("unshare") is None:
        return False
    done = subprocess.run(["unshare", "--mount", "mount", "--bind", "/tmp", "/mnt"], capture_output=True, check=False)
    return done.returncode == 0


async def also(station: Station, name: str, path: Path) -> None:
    """Another mount, made later, at a path of its own."""
    async with station.work() as unit:
        unit.db.add(Mount(name=name, path=str(path)))


async def told(station: Station, name: str) -> tuple[str, str | None]:
    row = await station.mount(name)
    return row.status, row.status_reason


@pytest.mark.parametrize("relation", ["link", "inside", "around", "around a link"])
async def test_of_two_mounts_with_the_same_recordings_the_older_is_watched_and_the_other_says_why_not(
    station: Station, relation: str
) -> None:
    folder = await station.add_mount("shelf")
    (folder / "inner").mkdir()
    station.put(folder, f"inner/{NAME}")
    link = station.root / "link"
    link.symlink_to(station.root if relation == "around a link" else folder)
    other = {"link": link, "inside": folder / "inner", "around": station.root, "around a link": link}[relation]
    says = {"link": "is", "inside": "lies inside"}.get(relation, "holds")
    await station.scan()

    await also(station, "other", other)
    await station.scan()

    status, reason = await told(station, "other")
    assert status == "down"
    assert reason is not None
    assert reason.startswith(f"This {says} the folder of the mount shelf ({folder})")
    assert await told(station, "shelf") == ("up", None)
    assert len(await station.recordings()) == 1


async def test_of_two_that_are_looked_at_for_the_first_time_together_the_outer_one_is_watched(station: Station) -> None:
    outer = station.root / "a"
    (outer / "b").mkdir(parents=True)
    station.put(outer, f"b/{NAME}")
    link = station.root / "z-link"
    link.symlink_to(outer / "b")
    async with station.work() as unit:
        unit.db.add_all([Mount(name="linked", path=str(link)), Mount(name="outer", path=str(outer))])

    await station.scan()

    assert (await told(station, "linked"))[0] == "down"
    assert await told(station, "outer") == ("up", None)
    assert list(await station.recordings()) == [f"b/{NAME}"]


async def test_the_other_is_watched_when_the_first_is_no_more(station: Station) -> None:
    folder = await station.add_mount("shelf")
    await also(station, "inner", folder / "inner")
    station.put(folder, f"inner/{NAME}")
    await station.scan()
    assert (await told(station, "inner"))[0] == "down"

    async with station.work() as unit:
        (await unit.db.get_one(Mount, (await station.mount("shelf")).id)).enabled = False
    await station.scan()

    assert await told(station, "inner") == ("up", None)


async def test_where_both_have_recordings_since_an_earlier_release_both_go_on_and_the_younger_says_so(
    station: Station,
) -> None:
    folder = await station.add_mount("shelf")
    station.put(folder, f"inner/{NAME}")
    await also(station, "inner", folder / "inner")
    async with station.work() as unit:
        for name, path in (("shelf", f"inner/{NAME}"), ("inner", NAME)):
            mount_id = (await station.mount(name)).id
            unit.db.add(Recording(mount_id=mount_id, relative_path=path, file_name=NAME, size_bytes=1, mtime_ns=1))

    await station.scan()
    await station.scan()

    status, reason = await told(station, "inner")
    assert status == "up"
    assert reason is not None
    assert reason.startswith(f"This lies inside the folder of the mount shelf ({folder}): its recordings would be seen")
    assert await told(station, "shelf") == ("up", None)


async def test_neighbours_are_both_watched(station: Station) -> None:
    for name in ("media", "media-2", "other"):
        await station.add_mount(name)

    await station.scan()

    assert [await told(station, name) for name in ("media", "media-2", "other")] == [("up", None)] * 3


@pytest.mark.skipif(not can_bind(), reason="bind mounts need rights that this process has not")
@pytest.mark.parametrize(("bound", "expected"), [("", Overlap.SAME), ("inner", Overlap.INSIDE)])
async def test_a_bind_mount_is_known_for_the_folder_it_is(tmp_path: Path, bound: str, expected: Overlap) -> None:
    drive, elsewhere = tmp_path / "drive", tmp_path / "elsewhere"
    (drive / "inner").mkdir(parents=True)
    elsewhere.mkdir()
    plain = MountFiles(str(drive), timeout_s=20)
    other = MountFiles(str(elsewhere), timeout_s=20, launch=[*BIND, str(drive / bound), str(elsewhere)])
    try:
        one, two = [Folder.from_json((await mount.check()).folder) for mount in (other, plain)]
    finally:
        await plain.close()
        await other.close()

    assert one is not None
    assert two is not None
    assert os.fspath(elsewhere) == one.path
    assert overlap(one, two) == expected
