"""Finding new recordings in a real folder tree at the cost of what changed."""

import os
from pathlib import Path

import pytest

from services.ingest.gateways.tree import Found, Tree, Trouble


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tree(tmp_path: Path, clock: Clock) -> Tree:
    return Tree(str(tmp_path), clock=clock)


def found(tree: Tree, *, full: bool = False) -> list[str]:
    names = sorted(item.path for item in tree.scan(full=full) if isinstance(item, Found))
    tree.confirm()
    return names


def troubles(tree: Tree) -> list[Trouble]:
    return [item for item in tree.scan() if isinstance(item, Trouble)]


def settle(tree: Tree, clock: Clock) -> None:
    """Scan until the folders' times count as standing still."""
    for _ in range(2):
        found(tree)
        clock.now += 10


def test_recordings_are_found_at_the_surface_and_in_folders(tmp_path: Path, tree: Tree) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("top.mp4", "a/one.mkv", "a/b/two.wav", "a/notes.txt", "a/.hidden.mp4"):
        (tmp_path / name).write_bytes(b"x")

    assert found(tree) == ["a/b/two.wav", "a/one.mkv", "top.mp4"]


def test_what_is_known_is_not_reported_again(tmp_path: Path, tree: Tree) -> None:
    (tmp_path / "one.mp4").write_bytes(b"x")

    assert found(tree) == ["one.mp4"]
    assert found(tree) == []


def test_an_unconfirmed_scan_is_reported_again(tmp_path: Path, tree: Tree) -> None:
    (tmp_path / "one.mp4").write_bytes(b"x")
    list(tree.scan())

    assert found(tree) == ["one.mp4"]


def test_a_scan_that_was_broken_off_is_not_confirmed(tmp_path: Path, tree: Tree) -> None:
    for number in range(10):
        (tmp_path / f"{number}.mp4").write_bytes(b"x")
    half = tree.scan()
    for _ in range(4):
        next(half)
    tree.confirm()

    assert len(found(tree)) == 10


def test_one_new_file_costs_one_listing_and_one_look(tmp_path: Path, tree: Tree, clock: Clock) -> None:
    for folder in range(20):
        (tmp_path / f"{folder}").mkdir()
        for number in range(20):
            (tmp_path / f"{folder}" / f"{number}.mp4").write_bytes(b"x")
    settle(tree, clock)

    (tmp_path / "7" / "new.mp4").write_bytes(b"x")

    assert found(tree) == ["7/new.mp4"]
    assert tree.effort.folders_checked == 21
    assert tree.effort.folders_listed == 1
    assert tree.effort.files_looked_at == 1


def test_a_file_that_comes_within_the_same_tick_of_the_servers_clock_is_found(
    tmp_path: Path, tree: Tree, clock: Clock
) -> None:
    (tmp_path / "one.mp4").write_bytes(b"x")
    tick = tmp_path.stat().st_mtime_ns
    found(tree)

    (tmp_path / "two.mp4").write_bytes(b"x")
    os.utime(tmp_path, ns=(tick, tick))
    clock.now += 1

    assert found(tree) == ["two.mp4"]


def test_a_file_replaced_under_its_name_is_found(tmp_path: Path, tree: Tree, clock: Clock) -> None:
    (tmp_path / "one.mp4").write_bytes(b"x")
    settle(tree, clock)

    (tmp_path / "one.mp4.part").write_bytes(b"longer")
    (tmp_path / "one.mp4.part").replace(tmp_path / "one.mp4")

    assert found(tree) == ["one.mp4"]


def test_a_full_scan_reports_every_file_also_those_rewritten_in_place(tmp_path: Path, tree: Tree, clock: Clock) -> None:
    (tmp_path / "one.mp4").write_bytes(b"x")
    (tmp_path / "two.mp4").write_bytes(b"x")
    settle(tree, clock)

    (tmp_path / "one.mp4").write_bytes(b"longer")

    assert found(tree) == []
    assert found(tree, full=True) == ["one.mp4", "two.mp4"]


def test_a_folder_moved_in_with_its_files_is_found(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "one.mp4").write_bytes(b"x")
    (tmp_path / "root").mkdir()
    tree = Tree(str(tmp_path / "root"), clock=clock)
    settle(tree, clock)

    (tmp_path / "outside").rename(tmp_path / "root" / "inside")

    assert found(tree) == ["inside/one.mp4"]


def test_links_are_followed_neither_out_of_the_mount_nor_in_circles(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "one.mp4").write_bytes(b"x")
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "file.mp4").symlink_to(tmp_path / "secret" / "one.mp4")
    (root / "circle").symlink_to(root)

    assert found(Tree(str(root), clock=clock)) == []


def test_pipes_and_folders_with_a_recordings_name_are_no_recordings(tmp_path: Path, tree: Tree) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "folder.mp4").mkdir()

    assert found(tree) == []


def test_depth_and_number_of_entries_are_bounded_and_said(tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "deep.mp4").write_bytes(b"x")
    for number in range(10):
        (tmp_path / "a" / f"{number}.mp4").write_bytes(b"x")

    assert [trouble.path for trouble in troubles(Tree(str(tmp_path), max_depth=2))] == ["a/b"]
    (too_many,) = troubles(Tree(str(tmp_path), max_entries=5))
    assert too_many.path == ""
    assert "more than 5 entries" in too_many.reason


def test_a_vanished_root_is_an_error_and_not_an_empty_mount(tmp_path: Path) -> None:
    tree = Tree(str(tmp_path / "gone"))

    with pytest.raises(FileNotFoundError):
        list(tree.scan())
