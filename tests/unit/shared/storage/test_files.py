import errno
import hashlib
import json
import os
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.errors import Temporary, Unusable
from shared.storage.files import (
    flush_folder,
    inside,
    link_atomically,
    output_directory,
    put_in_place,
    read_regular,
    remove_leftovers,
    require_space,
    safe_name,
    write_atomically,
)
from shared.storage.reading import reading_command

SEPTEMBER = datetime(2026, 9, 14, tzinfo=UTC)


def test_a_file_is_replaced_whole_and_known_by_its_hash(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "captions.scc"
    write_atomically(target, b"old")

    done = write_atomically(target, b"new")

    assert target.read_bytes() == b"new"
    assert (done.sha256, done.size_bytes) == (hashlib.sha256(b"new").hexdigest(), 3)
    assert [path.name for path in target.parent.iterdir()] == ["captions.scc"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "captions.scc"
    target.mkdir()  # a folder cannot be replaced by a file

    with pytest.raises(Temporary) as caught:
        write_atomically(target, b"new")

    assert (caught.value.code, caught.value.outside) == ("storage_unwritable", True)
    assert [path.name for path in tmp_path.iterdir()] == ["captions.scc"]


def test_a_finished_file_takes_the_place_of_another(tmp_path: Path) -> None:
    target, finished = tmp_path / "copy.mp4", tmp_path / ".copy.part"
    target.write_bytes(b"old")
    finished.write_bytes(b"new")

    put_in_place(finished, target)

    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_cannot_be_flushed_needs_not_be() -> None:
    flush_folder(Path("/proc"))  # answers EINVAL, as some network drives do

    with pytest.raises(FileNotFoundError):
        flush_folder(Path("/proc/nowhere"))


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    target = tmp_path / "captions.scc"
    contents = {b"a" * 300_000, b"b" * 200_000}
    write_atomically(target, b"a" * 300_000)
    going = threading.Event()
    going.set()
    seen: set[bytes] = set()

    def read() -> None:
        while going.is_set():
            seen.add(target.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        for content in contents:
            write_atomically(target, content)
    going.clear()
    reader.join()

    assert seen <= contents


def test_too_little_space_is_a_reason_to_wait(tmp_path: Path) -> None:
    require_space(tmp_path / "work", 1)

    with pytest.raises(Temporary) as caught:
        require_space(tmp_path / "work", 2**60)

    assert (caught.value.code, caught.value.outside) == ("storage_full", True)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("17837-1-Birchwood City Council (20220412)", "17837-1-Birchwood City Council (20220412)"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "recording"),
        ("", "recording"),
        ("C:\\a|b?", "C__a_b_"),
        ("line\nfeed", "line_feed"),
        (" .hidden. ", "hidden"),
    ],
)
def test_names_lose_what_file_systems_trip_over(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["x" * 5_000, "会" * 200, "\ud800" * 10, "é" * 300])
def test_any_name_can_be_a_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / safe_name(name)).mkdir()

    assert len(safe_name(name).encode()) <= 180


def test_a_recording_keeps_its_folder_and_a_namesake_gets_its_own(tmp_path: Path) -> None:
    first = output_directory(tmp_path, "maplewood", SEPTEMBER, "Council", "11111111-a")
    again = output_directory(tmp_path, "maplewood", SEPTEMBER, "Council", "11111111-a")
    other = output_directory(tmp_path, "maplewood", SEPTEMBER, "Council", "22222222-b")

    assert first == again == tmp_path / "maplewood" / "2026" / "09" / "Council"
    assert other == first.with_name("Council [22222222]")


def test_a_mark_that_a_full_disk_left_empty_belongs_to_nobody(tmp_path: Path) -> None:
    plain = tmp_path / "maplewood" / "2026" / "09" / "Council"
    plain.mkdir(parents=True)
    (plain / ".recording").touch()

    assert output_directory(tmp_path, "maplewood", SEPTEMBER, "Council", "11111111-a") == plain
    assert (plain / ".recording").read_text() == "11111111-a"
    assert output_directory(tmp_path, "maplewood", SEPTEMBER, "Council", "22222222-b") != plain


def test_only_our_own_leftovers_of_the_named_files_are_removed(tmp_path: Path) -> None:
    ours = [".a.scc.0123abcd.tmp", ".b.vtt.ffffffff.tmp"]
    others = [".a.scc.0123abcd.tmp.x", ".a.scc.xyz.tmp", "a.scc.0123abcd.tmp", ".c.scc.0123abcd.tmp", "a.scc"]
    for name in (*ours, *others):
        (tmp_path / name).touch()

    remove_leftovers(tmp_path, ["a.scc", "b.vtt"])

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(others)


def test_of_namesakes_that_come_at_once_only_one_gets_the_plain_name(tmp_path: Path) -> None:
    ready = threading.Barrier(8)
    folders: list[Path] = []

    def come(number: int) -> None:
        ready.wait()
        folders.append(output_directory(tmp_path, "c", SEPTEMBER, "Council", f"{number:08d}-x"))

    threads = [threading.Thread(target=come, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(folders)) == 8


@pytest.mark.parametrize("relative", ["../outside.mp4", "/etc/passwd", "a/../../b", "link/file"])
def test_a_path_that_leads_out_is_not_touched(relative: str, tmp_path: Path) -> None:
    root = tmp_path / "mount"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)

    with pytest.raises(Unusable) as caught:
        inside(root, relative)

    assert caught.value.code == "path_escapes"
    assert inside(root, "a/meeting.mp4") == (root / "a" / "meeting.mp4").resolve()


def test_a_pipe_in_the_place_of_a_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "words.json"
    os.mkfifo(pipe)

    for read in (lambda: read_regular(pipe), lambda: link_atomically(pipe, Path("/proc/no-links-there"))):
        with pytest.raises(OSError) as refused:
            read()
        assert refused.value.errno == errno.ENXIO


def test_a_second_name_that_is_there_already_leaves_nothing_beside_it(tmp_path: Path) -> None:
    kept, shown = tmp_path / "versions" / "words.json", tmp_path / "shown" / "words.json"
    write_atomically(kept, b"words")
    shown.parent.mkdir()

    for _ in range(2):
        link_atomically(kept, shown)

    assert [path.name for path in shown.parent.iterdir()] == ["words.json"]
    assert shown.samefile(kept)


def test_a_pipe_in_the_place_of_an_owners_mark_is_told_and_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "springfield" / "2026" / "09" / "Council"
    folder.mkdir(parents=True)
    os.mkfifo(folder / ".recording")

    with pytest.raises(Temporary) as refused:
        output_directory(tmp_path, "springfield", SEPTEMBER, "Council", "0a1b2c3d-1111")

    assert refused.value.code == "storage_unwritable"
    assert refused.value.outside


def test_a_pipe_in_the_place_of_a_recording_proves_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "meeting.mp4")

    done = subprocess.run(reading_command(str(tmp_path / "meeting.mp4")), capture_output=True, timeout=60, check=True)

    assert json.loads(done.stdout)["errno"] == errno.ENXIO
