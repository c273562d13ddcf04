"""The kernel's table of mounts as it is on real machines: which folder lies where."""

import os
from pathlib import Path

import pytest

from services.ingest.gateways.real_folder import real_folder
from shared.storage.mount_table import mount_at, mounted_here, read_table

TABLE = rb"""27 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw
40 27 8:17 / HERE/drive rw,relatime shared:9 - ext4 /dev/sdb1 rw
41 27 8:17 /meetings HERE/bound rw,relatime shared:9 - ext4 /dev/sdb1 rw
42 27 0:52 / HERE/nas rw - nfs4 NAS.example:/export rw,vers=4.2
43 27 0:52 / HERE/nas-north rw - nfs4 nas.example:/export/north rw,vers=4.2
44 27 0:52 / HERE/nas-south rw - nfs4 nas.example:/export/south rw,vers=4.2
45 40 0:60 / HERE/drive/two\040words rw - tmpfs tmpfs rw
46 40 0:61 / HERE/drive/.hidden rw - tmpfs tmpfs rw
47 27 0:62 / HERE/twice rw - tmpfs tmpfs rw
48 47 0:63 /sub HERE/twice rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("folder", "source", "path", "below"),
    [
        ("drive", "8:17", "/", ["0:60"]),
        ("drive/meetings", "8:17", "/meetings", []),
        ("bound", "8:17", "/meetings", []),
        ("drive/two words", "0:60", "/", []),
        ("nas", "nas.example", "/export", []),
        ("nas-north/2026", "nas.example", "/export/north/2026", []),
        ("nas-south", "nas.example", "/export/south", []),
        ("twice", "0:63", "/sub", []),
    ],
)
def test_a_folder_is_known_by_its_file_system_or_server_and_the_path_there(
    tmp_path: Path, folder: str, source: str, path: str, below: list[str]
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    table = read_table(TABLE.replace(b"HERE", os.fsencode(tmp_path)))

    found = real_folder(str(tmp_path / folder), table)

    assert (found.place[0].rpartition(" ")[2], found.place[1]) == (source, path)
    assert [place[0].rpartition(" ")[2] for place in found.below] == below


def test_the_table_of_this_machine_is_read() -> None:
    table = mounted_here()

    assert mount_at("/proc", table) is not None
    assert mount_at("/proc/self", table) is None
    assert real_folder("/proc", table).place[1] == "/"
