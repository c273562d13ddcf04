"""Captions are put beside a recording without harm to anything that is there."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from services.vod.sidecar import ReplacePolicy, place_sidecar, remove_sidecar
from shared.captions import Cue, write_scc
from shared.errors import ArchivistError, Conflict, InvalidInput, NotFound, Temporary, Unusable

RECORDING = "2101-1-Maplewood City Council (20260914).mp4"
SIDECAR = "2101-1-Maplewood City Council (20260914).scc"


def scc(text: str) -> bytes:
    return write_scc([Cue(Fraction(2), Fraction(4), (text,))]).text.encode()


OURS, THEIRS = scc("Good evening."), scc("A person typed this.")


@pytest.fixture
def mount(tmp_path: Path) -> Path:
    root = tmp_path / "flex-1"
    root.mkdir()
    (root / RECORDING).write_bytes(b"picture and sound")
    return root


def test_the_sidecar_has_the_recordings_base_name_and_nothing_else_is_left(mount: Path) -> None:
    before = (mount / RECORDING).stat()

    placed = place_sidecar(mount, RECORDING, OURS)

    assert (mount / SIDECAR).read_bytes() == OURS
    assert (placed.path, placed.size_bytes) == (SIDECAR, len(OURS))
    assert sorted(path.name for path in mount.iterdir()) == sorted([RECORDING, SIDECAR])
    assert (mount / RECORDING).stat() == before


def test_the_same_captions_again_are_not_written_again(mount: Path) -> None:
    first = place_sidecar(mount, RECORDING, OURS)
    before = (mount / SIDECAR).stat()

    assert place_sidecar(mount, RECORDING, OURS) == first
    assert (mount / SIDECAR).stat() == before


def test_what_we_wrote_ourselves_is_replaced(mount: Path) -> None:
    first = place_sidecar(mount, RECORDING, OURS)

    place_sidecar(mount, RECORDING, scc("Better."), policy=ReplacePolicy(ours=frozenset({first.sha256})))

    assert (mount / SIDECAR).read_bytes() == scc("Better.")
    assert not list(mount.glob("*.bak"))


def test_a_persons_captions_stay(mount: Path) -> None:
    (mount / SIDECAR).write_bytes(THEIRS)

    with pytest.raises(Conflict) as caught:
        place_sidecar(mount, RECORDING, OURS)

    assert caught.value.code == "foreign_sidecar"
    assert (mount / SIDECAR).read_bytes() == THEIRS


def test_a_persons_captions_are_kept_as_a_backup_when_a_person_lets_them_be_replaced(mount: Path) -> None:
    (mount / SIDECAR).write_bytes(THEIRS)

    place_sidecar(mount, RECORDING, OURS, policy=ReplacePolicy(replace_foreign=True))

    assert (mount / SIDECAR).read_bytes() == OURS
    assert [path.read_bytes() for path in mount.glob("*.scc.*.bak")] == [THEIRS]


@pytest.mark.parametrize(
    "broken",
    [b"", b"Scenarist_SCC V1.0\n\n00:00:01:00\t00:00:04:00\nGood evening.\n", b"\xff\xfe\x00nothing"],
)
def test_a_file_that_shows_nothing_is_moved_aside(mount: Path, broken: bytes) -> None:
    (mount / SIDECAR).write_bytes(broken)

    place_sidecar(mount, RECORDING, OURS)

    assert (mount / SIDECAR).read_bytes() == OURS
    assert [path.read_bytes() for path in mount.glob("*.bak")] == [broken]


def test_captions_in_capital_letters_are_found_too(mount: Path) -> None:
    capitals = (mount / SIDECAR).with_suffix(".SCC")
    capitals.write_bytes(THEIRS)

    with pytest.raises(Conflict):
        place_sidecar(mount, RECORDING, OURS)


def test_captions_of_the_other_kind_are_a_persons_business(mount: Path) -> None:
    (mount / SIDECAR).with_suffix(".mcc").write_text("File Format=MacCaption_MCC V1.0\n")

    with pytest.raises(Conflict) as caught:
        place_sidecar(mount, RECORDING, OURS)

    assert caught.value.code == "foreign_mcc"


def test_a_link_in_the_sidecars_place_is_not_followed(mount: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.scc"
    elsewhere.write_bytes(THEIRS)
    (mount / SIDECAR).symlink_to(elsewhere)

    with pytest.raises(Conflict):
        place_sidecar(mount, RECORDING, OURS, policy=ReplacePolicy(replace_foreign=True))

    assert elsewhere.read_bytes() == THEIRS


def test_a_folder_in_the_sidecars_place_is_left_to_a_person(mount: Path) -> None:
    (mount / SIDECAR).mkdir()

    with pytest.raises(Conflict):
        place_sidecar(mount, RECORDING, OURS, policy=ReplacePolicy(replace_foreign=True))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def socket_file(path: Path) -> None:
    os.mknod(path, 0o600 | stat.S_IFSOCK)


@pytest.mark.parametrize("make", [pipe, socket_file])
@pytest.mark.parametrize("replace_foreign", [False, True])
def test_what_is_no_file_in_the_sidecars_place_is_not_opened_and_left_to_a_person(
    mount: Path, make: Callable[[Path], None], replace_foreign: bool
) -> None:
    make(mount / SIDECAR)

    with pytest.raises(Conflict) as caught:
        place_sidecar(mount, RECORDING, OURS, policy=ReplacePolicy(replace_foreign=replace_foreign))

    assert caught.value.code == "foreign_sidecar"


def test_nothing_is_replaced_whose_backup_cannot_be_kept(mount: Path) -> None:
    (mount / SIDECAR).write_bytes(b"broken")
    pipe(mount / f"{SIDECAR}.{hashlib.sha256(b'broken').hexdigest()[:12]}.bak")

    with pytest.raises(Conflict) as caught:
        place_sidecar(mount, RECORDING, OURS)

    assert caught.value.code == "foreign_sidecar"
    assert (mount / SIDECAR).read_bytes() == b"broken"


@pytest.mark.parametrize("way_out", ["../secret.mp4", "/etc/hostname", "inside/../../secret.mp4", "out/secret.mp4"])
def test_nothing_is_written_outside_the_mount(mount: Path, tmp_path: Path, way_out: str) -> None:
    (tmp_path / "secret.mp4").write_bytes(b"")
    (mount / "inside").mkdir()
    (mount / "out").symlink_to(tmp_path)

    with pytest.raises(InvalidInput) as caught:
        place_sidecar(mount, way_out, OURS)

    assert caught.value.code == "outside_mount"
    assert not (tmp_path / "secret.scc").exists()


def test_a_recording_that_is_gone_gets_no_sidecar(mount: Path) -> None:
    with pytest.raises(NotFound):
        place_sidecar(mount, "2102-1-Gone.mp4", OURS)

    assert [path.name for path in mount.iterdir()] == [RECORDING]


def test_a_mount_that_is_gone_is_waited_for(tmp_path: Path) -> None:
    with pytest.raises(Temporary) as caught:
        place_sidecar(tmp_path / "unmounted", RECORDING, OURS)

    assert caught.value.code == "mount_unreachable"


@pytest.mark.parametrize(
    ("number", "error", "code"),
    [
        (errno.ENOSPC, Temporary, "mount_full"),
        (errno.ESTALE, Temporary, "mount_unreachable"),
        (errno.EIO, Temporary, "mount_unreachable"),
        (errno.EACCES, Unusable, "mount_not_writable"),
        (errno.EROFS, Unusable, "mount_read_only"),
    ],
)
def test_trouble_of_the_drive_says_what_to_do_and_leaves_nothing_behind(
    mount: Path, number: int, error: type[ArchivistError], code: str
) -> None:
    (mount / SIDECAR).write_bytes(b"broken")

    def failing(_: bytes) -> bool:
        raise OSError(number, os.strerror(number))

    with pytest.raises(error) as caught:
        place_sidecar(mount, RECORDING, OURS, is_captions=failing)

    assert caught.value.code == code
    assert (mount / SIDECAR).read_bytes() == b"broken"


@pytest.mark.parametrize("lies_at", [1, 2])
def test_a_drive_that_gives_back_other_bytes_is_waited_for(mount: Path, lies_at: int) -> None:
    (mount / SIDECAR).write_bytes(b"broken")
    looks: list[str] = []

    def lying(path: Path) -> str:
        looks.append(path.name)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return digest[::-1] if len(looks) == lies_at else digest

    with pytest.raises(Temporary) as caught:
        place_sidecar(mount, RECORDING, OURS, read_back=lying)

    assert caught.value.code == "sidecar_differs"
    assert (mount / SIDECAR).read_bytes() == (b"broken" if lies_at == 1 else OURS)
    assert not list(mount.glob(".*"))
    assert looks[-1] == SIDECAR or lies_at == 1


def test_a_sidecar_is_taken_away_only_while_it_is_the_one_we_placed(mount: Path) -> None:
    placed = place_sidecar(mount, RECORDING, OURS)
    (mount / SIDECAR).write_bytes(THEIRS)

    assert not remove_sidecar(mount, placed)
    assert (mount / SIDECAR).read_bytes() == THEIRS

    (mount / SIDECAR).write_bytes(OURS)

    assert remove_sidecar(mount, placed)
    assert not remove_sidecar(mount, placed)
    assert [path.name for path in mount.iterdir()] == [RECORDING]


def in_folder(mount: Path) -> str:
    (mount / "2026").mkdir()
    (mount / RECORDING).rename(mount / "2026" / RECORDING)
    return f"2026/{RECORDING}"


def through_inner_link(mount: Path) -> str:
    recording = in_folder(mount)
    (mount / "newest").symlink_to(mount / "2026")
    return recording.replace("2026/", "newest/", 1)


@pytest.mark.parametrize("arrange", [in_folder, through_inner_link])
def test_folders_and_links_within_the_mount_are_fine(mount: Path, arrange: Callable[[Path], str]) -> None:
    placed = place_sidecar(mount, arrange(mount), OURS)

    assert placed.path == f"2026/{SIDECAR}"
    assert (mount / "2026" / SIDECAR).read_bytes() == OURS
