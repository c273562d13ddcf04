"""Processes that are given one LOG_FILE have one each, so that none loses a line when pages are turned."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.errors import InvalidInput
from shared.logging import set_up_logging

LINES = 3000
PROGRAM = f"""
import logging, sys
from pathlib import Path
from shared.logging import set_up_logging
set_up_logging(sys.argv[1], file=Path(sys.argv[2]), max_bytes=20_000, keep=1000)
set_up_logging(sys.argv[1], file=Path(sys.argv[2]), max_bytes=20_000, keep=1000)  # a service may do it twice
print("ready", flush=True)
sys.stdin.readline()
for number in range({LINES}):
    logging.getLogger("x").info("line-%s-%s.", sys.argv[3], number)
"""


def test_four_processes_and_a_second_one_of_a_kind_lose_no_line(tmp_path: Path) -> None:
    file = tmp_path / "log" / "archivist.log"
    services = ["api", "ingest", "transcriber", "vod", "transcriber"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, service, str(file), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ,
        )
        for number, service in enumerate(services)
    ]
    for process in running:  # all of them are there before the first one writes
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    for process in running:
        process.communicate(b"go\n")

    names = {f"archivist-{name}.log" for name in ("api", "ingest", "transcriber", "transcriber-2", "vod")}
    assert {path.name for path in file.parent.glob("archivist*.log")} == names
    written = "".join(path.read_text() for path in file.parent.glob("archivist*"))
    for number in range(len(services)):
        assert sum(written.count(f"line-{number}-{line}.") for line in range(LINES)) == LINES


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(InvalidInput, match=r"LOG_FILE: .* cannot be written"):
        set_up_logging("api", file=tmp_path / "file" / "archivist.log")
