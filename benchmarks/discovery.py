"""Cost of finding one new file among many, beside walking the whole tree.

    python benchmarks/discovery.py [--folders 200] [--files 500] [--strace]

Makes a tree of empty recordings in a temporary folder, lets ``Tree`` know it, adds one file and measures the scan that
finds it against ``os.walk`` with a stat of every file. System calls are counted by strace where there is one; on a
network mount each is a round trip to the server, so their number is the cost that matters.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from services.ingest.gateways.tree import Found, Tree

MARK = "/dev/null/mark"
"""Looking at this path, which cannot exist, shows strace where the measured part begins and ends."""


def measured(work: Callable[[], int], repeats: int = 5) -> tuple[int, float, float]:
    """What ``work`` found, and the best wall and CPU milliseconds of a few runs."""
    walls, cpus, found = [], [], 0
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        found = work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return found, min(walls) * 1000, min(cpus) * 1000


def walk(root: Path) -> int:
    """Every file's size, the plain way."""
    return sum(1 for folder, _, names in os.walk(root) for name in names if os.stat(os.path.join(folder, name)))


class Known:
    """A tree that is known, and settled so that folders whose time stands still are not listed again."""

    def __init__(self, root: Path) -> None:
        self._now = 0.0
        self._root = root
        self._tree = Tree(str(root), clock=lambda: self._now)
        for _ in range(2):
            self.scan()
            self._now += 10

    def scan(self) -> int:
        found = sum(isinstance(item, Found) for item in self._tree.scan())
        self._tree.confirm()
        return found

    def add_file(self) -> None:
        """Outside of what is measured; the folder it went into before counts as settled again."""
        self.scan()
        self._now += 10
        self.scan()
        (self._root / "folder-0000" / f"{uuid.uuid4()}.mp4").touch()

    @property
    def effort(self) -> str:
        effort = self._tree.effort
        return f"{effort.folders_checked:,} / {effort.folders_listed:,} / {effort.files_looked_at:,}"


def best_of_new_files(known: Known, repeats: int = 5) -> tuple[int, float, float]:
    runs = []
    for _ in range(repeats):
        known.add_file()
        runs.append(measured(known.scan, repeats=1))
    return runs[-1][0], min(run[1] for run in runs), min(run[2] for run in runs)


def system_calls(root: Path, what: str) -> str:
    """How many system calls one run makes between its marks."""
    if not shutil.which("strace"):
        return "-"
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as log:
        command = [sys.executable, __file__, "--root", str(root), "--traced", what]
        subprocess.run(["strace", "-f", "-o", log.name, *command], check=True, timeout=900, env=_environment())
        lines = log.read().split("\n")
    marks = [number for number, line in enumerate(lines) if MARK in line]
    return f"{sum(bool(re.match(r'^[0-9]+ +[a-z]', line)) for line in lines[marks[0] + 1 : marks[1]]):,}"


def traced(root: Path, what: str) -> None:
    known = Known(root) if what != "walk" else None
    if what == "one new file":
        assert known
        known.add_file()
    os.path.exists(MARK)
    _ = known.scan() if known else walk(root)
    os.path.exists(MARK)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--folders", type=int, default=200)
    options.add_argument("--files", type=int, default=500)
    options.add_argument("--strace", action="store_true")
    options.add_argument("--root", type=Path)
    options.add_argument("--traced")
    chosen = options.parse_args()
    if chosen.traced:
        traced(chosen.root, chosen.traced)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for number in range(chosen.folders):
            (root / f"folder-{number:04}").mkdir()
            for file in range(chosen.files):
                (root / f"folder-{number:04}" / f"{file:05}-1-Council (20261103).mp4").touch()
        report(root, chosen.folders, chosen.files, strace=chosen.strace)


def report(root: Path, folders: int, files: int, *, strace: bool) -> None:
    def calls(what: str) -> str:
        return system_calls(root, what) if strace else "-"

    print(f"{folders * files:,} files in {folders:,} folders\n")
    print("| Way | Found | Wall ms | CPU ms | System calls | Folders checked / listed, files looked at |")
    print("|---|---|---|---|---|---|")
    found, wall, cpu = measured(lambda: walk(root), repeats=3)
    print(f"| os.walk and stat | {found:,} | {wall:.1f} | {cpu:.1f} | {calls('walk')} | |")
    known = Known(root)
    found, wall, cpu = measured(known.scan)
    print(f"| scan, nothing new | {found:,} | {wall:.1f} | {cpu:.1f} | {calls('nothing new')} | {known.effort} |")
    found, wall, cpu = best_of_new_files(known)
    print(f"| scan, one new file | {found:,} | {wall:.1f} | {cpu:.1f} | {calls('one new file')} | {known.effort} |")


if __name__ == "__main__":
    main()
