"""When two mounts have the same recordings."""

import json

import pytest

from shared.mount_folders import Folder, Overlap, overlap, overlap_of_paths


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("/mnt/a", "/mnt/a", Overlap.SAME),
        ("/mnt/a/b/c", "/mnt/a", Overlap.INSIDE),
        ("/mnt/a", "/mnt/a/b/c", Overlap.AROUND),
        ("/mnt/a", "/mnt/ab", None),
        ("/mnt/north/media", "/mnt/south/media", None),
        ("/mnt/a", "/mnt/a/.snapshots/today", None),
    ],
)
def test_paths_say_what_they_can(one: str, other: str, expected: Overlap | None) -> None:
    assert overlap_of_paths(one, other) == expected


DRIVE = Folder("/mnt/a", "boot 5 2", ("boot 8:1", "/"))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (Folder("/srv/b", "boot 5 2", ("boot 8:1", "/")), Overlap.SAME),
        (Folder("/srv/b", "boot 9 7", ("boot 8:1", "/")), Overlap.SAME),
        (Folder("/srv/b", "boot 5 7", ("boot 8:1", "/meetings")), Overlap.INSIDE),
        (Folder("/mnt/a/meetings", "boot 6 2", ("boot 8:2", "/")), Overlap.INSIDE),
        (Folder("/srv/b", "boot 6 2", ("boot 8:2", "/"), below=(("boot 8:1", "/"),)), Overlap.AROUND),
        (Folder("/srv/b", "boot 6 2", ("boot 8:2", "/")), None),
        (Folder("/srv/b", "later 5 2", ("later 8:1", "/")), None),
        (Folder("/srv/b", "boot 5 7", ("boot 8:1", "/.snapshots/today")), None),
    ],
)
def test_folders_are_compared_by_what_they_really_are(one: Folder, expected: Overlap | None) -> None:
    opposite = {Overlap.INSIDE: Overlap.AROUND, Overlap.AROUND: Overlap.INSIDE}

    assert overlap(one, DRIVE) == expected
    assert overlap(DRIVE, one) == (opposite.get(expected, expected) if expected else None)


def test_what_is_kept_of_a_folder_reads_back_equal() -> None:
    folder = Folder("/srv/b", "boot 6 2", ("boot 8:2", "/"), below=(("boot 8:1", "/"), ("nas", "/export")))

    assert Folder.from_json(json.loads(json.dumps(folder.as_json()))) == folder
    assert Folder.from_json(None) is None
