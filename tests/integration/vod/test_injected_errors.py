"""One error of the drive while captions are placed is waited for, and leaves nothing behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.vod.file_calls import read_captions
from shared.errors import Temporary, Unusable
from tests.injection import tracing

PLACE = (
    "import sys; from pathlib import Path\n"
    "from services.vod.sidecar import place_sidecar\n"
    "from shared.errors import ArchivistError\n"
    "try:\n"
    "    place_sidecar(Path(sys.argv[1]), 'a.mp4', b'Scenarist_SCC V1.0', is_captions=lambda _: False)\n"
    "    print('placed')\n"
    "except ArchivistError as error:\n"
    "    print(type(error).__name__, getattr(error, 'outside', None))\n"
)


@pytest.fixture
def mount(tmp_path: Path) -> Path:
    folder = tmp_path / "mount"
    folder.mkdir()
    (folder / "a.mp4").write_bytes(b"film")
    return folder


def placing(mount: Path, before: list[str]) -> str:
    command = [*before, sys.executable, "-c", PLACE, str(mount)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout.strip()


@pytest.mark.parametrize(
    ("name", "inject"),
    [
        (None, "fsync:error=EIO:when=1"),
        (None, "/rename.*:error=ESTALE:when=1"),
        ("a.mp4", "%%stat:error=ESTALE:when=1"),
        ("a.scc", "openat:error=ESTALE:when=1"),
        ("a.scc", "read:error=EIO:when=1"),
        ("a.scc", "openat:error=EAGAIN:when=1"),
    ],
)
def test_one_error_of_the_drive_is_waited_for_and_leaves_nothing_behind(
    mount: Path, name: str | None, inject: str
) -> None:
    (mount / "a.scc").write_bytes(b"no captions")
    before = tracing(mount / (name or "a.mp4"), inject)
    if name is None:  # a call on a file whose name is made up
        before = [word for word in before if word not in ("-P", str(mount / "a.mp4"))]

    assert placing(mount, before) == "Temporary True"
    assert not [path for path in mount.iterdir() if path.name.endswith(".tmp")]
    assert placing(mount, []) == "placed"


def test_what_a_killed_placing_left_on_the_stations_drive_is_removed_by_the_next(mount: Path) -> None:
    killed = [word for word in tracing(mount, "fsync:signal=KILL:when=1") if word not in ("-P", str(mount))]
    assert placing(mount, killed) == ""
    assert [path for path in mount.iterdir() if path.name.endswith(".tmp")]

    assert placing(mount, []) == "placed"

    assert sorted(path.name for path in mount.iterdir()) == ["a.mp4", "a.scc"]


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_an_owners_mark_on_a_full_disk_is_whole_or_not_there(tmp_path: Path, call: str) -> None:
    code = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from shared.storage.files import output_directory\n"
        "from shared.errors import Temporary\n"
        "try:\n"
        "    print(output_directory(Path(sys.argv[1]), 'c', datetime(2026, 9, 1), 'Council', '11111111-a'))\n"
        "except Temporary as error:\n"
        "    sys.stderr.write(error.code)\n"
    )
    plain = tmp_path / "c" / "2026" / "09" / "Council"
    full = [word for word in tracing(plain, f"{call}:error=ENOSPC:when=1") if word not in ("-P", str(plain))]
    command = [sys.executable, "-c", code, str(tmp_path)]
    first = subprocess.run([*full, *command], capture_output=True, text=True, timeout=120, check=True)
    assert first.stderr.endswith("storage_full")
    assert list(plain.iterdir()) == []

    again = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)

    assert again.stdout.strip() == str(plain)


def test_a_recording_that_is_gone_for_a_moment_is_not_found(mount: Path) -> None:
    """Whether it is lost says the ledger: the step waits while the mount's last whole look has seen it."""
    assert placing(mount, tracing(mount / "a.mp4", "%%stat:error=ENOENT:when=1")) == "NotFound None"
    assert placing(mount, []) == "placed"


def test_captions_that_cannot_be_read_once_are_not_missing(tmp_path: Path) -> None:
    scc = tmp_path / "out" / "a" / "captions.scc"
    scc.parent.mkdir(parents=True)
    scc.write_bytes(b"captions")
    code = (
        "import hashlib, sys; from pathlib import Path\n"
        "from services.vod.file_calls import read_captions\n"
        "scc = Path(sys.argv[1])\n"
        "print(read_captions(scc, hashlib.sha256(b'captions').hexdigest(), scc.parents[1]))\n"
    )
    command = [*tracing(scc, "openat:error=ENOENT:when=1"), sys.executable, "-c", code, str(scc)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)

    assert done.stdout.strip() == "b'captions'"


def test_an_output_tree_that_is_away_is_waited_for_and_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    root = tmp_path / "out"
    scc = root / "a" / "captions.scc"
    for is_there in (False, True):
        if is_there:
            root.mkdir()
        with pytest.raises(Temporary) as waited:
            read_captions(scc, "", root)
        assert (waited.value.code, waited.value.outside) == ("storage_unreadable", True)
    (root / "a").mkdir()
    with pytest.raises(Unusable) as told:
        read_captions(scc, "", root)

    assert told.value.code == "captions_missing"
