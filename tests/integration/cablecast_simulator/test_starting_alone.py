"""The simulator as a program of its own, started by somebody who has only the command line."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from demo.cablecast.seed import show_from_text

ROOT = Path(__file__).parents[3]


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "demo.cablecast", *options]


def test_it_starts_in_one_line_with_the_demonstration_seed(drive: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--content-drive", str(drive), "--port", str(port), "--seed", "demo/cablecast/seed.json"]
    environment = os.environ | {"CABLECAST_SIMULATOR_PASSWORD": "chosen"}
    extra = ["--seed-show", "3000:Hearing: 4th Street:2026-10-01:6"]
    with subprocess.Popen(command(*options, *extra), cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        try:
            url = f"http://127.0.0.1:{port}/cablecastapi/v1"
            _wait_for(url)
            shows = httpx.get(f"{url}/shows", auth=("archivist", "chosen")).json()["shows"]
        finally:
            process.terminate()
            output, _ = process.communicate(timeout=20)

    titles = {show["id"]: show["title"] for show in shows}
    assert titles[2101] == "Maplewood City Council"
    assert titles[3000] == "Hearing: 4th Street"
    assert b"not a real server" in output


def test_without_a_password_it_says_how_to_give_one(drive: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CABLECAST_SIMULATOR_PASSWORD"}
    done = subprocess.run(
        command("--content-drive", str(drive)), cwd=ROOT, env=environment, capture_output=True, check=False
    )

    assert done.returncode == 1
    assert b"there is no default" in done.stderr


def test_without_a_drive_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        command("--content-drive", str(tmp_path / "nowhere"), "--password", "x"),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 1
    assert b"is not a folder" in done.stderr


@pytest.mark.parametrize("text", ["2101", "x:Title:2026-09-14:5", "2101:Title:yesterday:5", "2101:Title:2026-09-14:"])
def test_a_show_on_the_command_line_has_four_parts(text: str) -> None:
    with pytest.raises(ValueError, match="ID:TITLE:DATE:CHANNEL"):
        show_from_text(text)


def test_the_demonstration_recording_belongs_to_a_show_of_the_seed() -> None:
    seed = json.loads((ROOT / "demo/cablecast/seed.json").read_text(encoding="utf-8"))
    names = [path.name for path in (ROOT / "demo/recording").glob("*.mp4")]

    assert [name for name in names if int(name.split("-")[0]) not in {show["id"] for show in seed["shows"]}] == []
    assert names


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            httpx.get(f"{url}/systeminfo").raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
