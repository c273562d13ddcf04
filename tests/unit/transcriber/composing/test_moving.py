"""A recording's captions go to another folder whole, whenever the move is cut short, and nobody's own file goes."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.transcriber.composing.moving import bring_along, clear_out, come_from
from shared.errors import Temporary, Unusable

KEPT = {"versions/a-1/C.scc": b"first", "versions/a-1/C.txt": b"text", "versions/a-2/C.scc": b"second"}
OURS = {hashlib.sha256(content).hexdigest() for content in KEPT.values()}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder as versions and links leave it."""
    folder = tmp_path / "oakdale" / "C"
    for name, content in KEPT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "C.scc").hardlink_to(folder / "versions/a-2/C.scc")
    (folder / ".recording").write_text("id")
    return folder


@pytest.fixture
def new(tmp_path: Path) -> Path:
    folder = tmp_path / "maplewood" / "C"
    folder.mkdir(parents=True)
    return folder


def _move(old: Path, new: Path, root: Path) -> None:
    bring_along(old, new, KEPT)
    clear_out(new, root, KEPT, OURS)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_version_is_at_its_new_place_and_the_old_folder_is_gone(old: Path, new: Path, tmp_path: Path) -> None:
    _move(old, new, tmp_path)

    assert _files(new) == KEPT
    assert not old.exists()
    assert come_from(new) == ()


def test_a_person_s_files_and_what_a_person_changed_stay_where_they_are(old: Path, new: Path, tmp_path: Path) -> None:
    (old / "notes.docx").write_bytes(b"mine")
    (old / "C.scc").unlink()
    (old / "C.scc").write_bytes(b"corrected by hand")
    (old / "versions/a-1/C.txt").write_bytes(b"changed by hand")
    (old / "versions/a-1/own.txt").write_bytes(b"mine too")
    os.mkfifo(old / "pipe")
    (old / "elsewhere").symlink_to(new)

    _move(old, new, tmp_path)

    assert _files(old) == {
        ".recording": b"id",
        "notes.docx": b"mine",
        "C.scc": b"corrected by hand",
        "versions/a-1/C.txt": b"changed by hand",
        "versions/a-1/own.txt": b"mine too",
    }
    assert (old / "pipe").exists() and (old / "elsewhere").is_symlink()
    assert not (old / "versions/a-2").exists()


def test_until_it_is_cleared_out_everything_is_at_both_places(old: Path, new: Path) -> None:
    bring_along(old, new, KEPT)

    assert {name: content for name, content in _files(old).items() if name in KEPT} == KEPT
    assert {name: content for name, content in _files(new).items() if name in KEPT} == KEPT
    assert come_from(new) == (old,)


@pytest.mark.parametrize("done", range(len(KEPT) + 1))
def test_a_move_that_was_cut_short_is_gone_on_with(
    old: Path, new: Path, tmp_path: Path, done: int, cut_short: Callable[[int], set[str]]
) -> None:
    bring_along(old, new, sorted(KEPT)[:done])
    for name in cut_short(done):
        (old / name).unlink()

    _move(old, new, tmp_path)

    assert _files(new) == KEPT
    assert not old.exists()


@pytest.fixture
def cut_short() -> Callable[[int], set[str]]:
    """The links went already, or what is at the new place too: whichever a crash left."""
    return lambda done: {"C.scc"} if done % 2 else set()


def test_what_is_not_at_the_new_place_is_not_taken_away(old: Path, new: Path, tmp_path: Path) -> None:
    bring_along(old, new, ["versions/a-2/C.scc"])

    clear_out(new, tmp_path, KEPT, OURS)

    assert (old / "versions/a-1/C.scc").read_bytes() == b"first"


def test_two_moves_before_anything_was_cleared_out_leave_nothing_behind(old: Path, new: Path, tmp_path: Path) -> None:
    third = tmp_path / "grant" / "C"
    third.mkdir(parents=True)
    bring_along(old, new, KEPT)

    _move(new, third, tmp_path)

    assert _files(third) == KEPT
    assert not old.exists() and not new.exists()


def test_there_and_back_before_anything_was_cleared_out_keeps_everything(old: Path, new: Path, tmp_path: Path) -> None:
    bring_along(old, new, KEPT)

    _move(new, old, tmp_path)

    assert {name: content for name, content in _files(old).items() if name in KEPT} == KEPT
    assert not new.exists()


def test_nothing_outside_the_output_tree_is_touched(old: Path, new: Path) -> None:
    _move(old, new, new.parent)

    assert (old / "versions/a-1/C.scc").exists()
    with pytest.raises(Unusable):
        bring_along(old, new, ["../../elsewhere"])


def test_a_folder_that_cannot_be_written_is_told_and_waited_for(old: Path, new: Path) -> None:
    (new / "versions").write_bytes(b"a file of this name")

    with pytest.raises(Temporary) as caught:
        bring_along(old, new, KEPT)

    assert (caught.value.code, caught.value.outside) == ("storage_unwritable", True)
    assert (old / "versions/a-1/C.scc").exists()
