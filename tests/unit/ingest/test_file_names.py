"""Which names are recordings."""

import os

import pytest

from services.ingest.file_names import (
    LONGEST_PATH_BYTES,
    is_recording_name,
    is_searched_folder,
    is_storable,
    ledger_path,
    printable,
)


@pytest.mark.parametrize(
    "name",
    [
        "14321-1-Council (20261103).mp4",
        "MEETING.MP4",
        "a b.mov",
        "x.mkv",
        "x.WMV",
        "x.ts",
        "x.m4a",
        "part.mp4",
        "x.flac",
        "x.avi",
        "x.mp3",
        "x.wav",
        "x.mpg",
        "x.ogg",
        "two\nlines.mp4",
        "Temp Budget.mp4",
        "v1.2.mp4",
    ],
)
def test_a_recording_is_known_by_its_suffix(name: str) -> None:
    assert is_recording_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "._meeting.mp4",
        ".DS_Store",
        "Thumbs.db",
        "meeting.mp4.part",
        "meeting.mp4.tmp",
        "meeting.mp4.crdownload",
        "~$meeting.mp4",
        ".nfs000000000c3d.mp4",
        ".meeting.mp4.X8d2",
        "meeting.mp4~",
        "meeting.part.mp4",
        "meeting.scc",
        "meeting.mp4.filepart",
        "meeting.tmp.mp4",
        "meeting.txt",
        "meeting",
        "meeting_captioned.mp4",
        "mp4",
        "x.jpg",
    ],
)
def test_temporary_foreign_and_our_own_names_are_ignored(name: str) -> None:
    assert not is_recording_name(name)


@pytest.mark.parametrize("name", ["@eaDir", ".stversions", "#recycle", "System Volume Information", "$RECYCLE.BIN"])
def test_folders_of_storage_boxes_are_not_searched(name: str) -> None:
    assert not is_searched_folder(name)


def test_other_folders_are_searched() -> None:
    assert is_searched_folder("2026 Council")


def test_a_name_that_is_not_utf_8_is_printable_but_not_storable() -> None:
    name = os.fsdecode(b"caf\xe9.mp4")

    assert printable(name) == "caf\\xe9.mp4"
    assert not is_storable(name)
    assert is_storable("café\n.mp4")


def test_a_path_is_kept_as_it_is_up_to_the_longest_the_ledger_takes() -> None:
    longest = "a" * LONGEST_PATH_BYTES

    assert ledger_path(longest) == longest
    assert ledger_path(longest + "a") != longest + "a"
    assert not is_storable(longest + "a")
    assert not is_storable("é" * (LONGEST_PATH_BYTES // 2 + 1))


def test_a_longer_path_is_shortened_stays_its_own_and_shows_its_name() -> None:
    odd = [os.fsdecode(b"\xe9" * 700 + b"/" + end + b"/caf\xe9.mp4") for end in (b"north", b"south")]

    north, south = map(ledger_path, odd)

    assert north != south
    for shown in (north, south):
        assert len(shown.encode()) <= LONGEST_PATH_BYTES
        assert shown.startswith("\\xe9" * 250 + "...")
        assert shown.endswith("]/caf\\xe9.mp4")
    assert ledger_path(odd[0]) == north
