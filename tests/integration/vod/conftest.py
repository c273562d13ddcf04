"""A Cablecast server for each test: the simulator, answering on a real port, with a drive of its own."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from demo.cablecast.config import SimulatorConfig
from demo.cablecast.running import RunningStation, running
from services.vod.gateways.cablecast import HttpCablecast, open_cablecast
from shared.captions import Cue

SHOW = {"id": 2101, "title": "Maplewood City Council", "eventDate": "2026-09-14T18:30:00", "channel": 5}


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty seconds of picture and sound."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=30"]
    sound = ["-f", "lavfi", "-i", "sine=duration=30:sample_rate=16000"]
    command = ["ffmpeg", "-loglevel", "error", *picture, *sound, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """The station's content drive."""
    folder = tmp_path / "drive"
    folder.mkdir()
    return folder


@pytest.fixture
def record(drive: Path, clip: Path) -> Callable[[str], Path]:
    """Puts a recording of thirty seconds onto the drive."""

    def copy(name: str = "2101-1-Maplewood City Council (20260914).mp4") -> Path:
        return Path(shutil.copy(clip, drive / name))

    return copy


@pytest.fixture
def station(drive: Path) -> Iterator[RunningStation]:
    """A running station with one show and nothing on its drive; its clock moves only when it is told to."""
    config = SimulatorConfig((drive,), "archivist", "a password: with colon", seed={"shows": [SHOW]}, scan_every_s=3600)
    with running(config) as answering:
        yield answering


@pytest.fixture
async def cablecast(station: RunningStation) -> AsyncIterator[HttpCablecast]:
    """A client of that station, with credentials."""
    client = open_cablecast(
        f"{station.url}/CablecastAPI/v1/", "archivist", "a password: with colon", pause=timedelta(milliseconds=1)
    )
    yield client
    await client.aclose()


@pytest.fixture
def cues() -> list[Cue]:
    """What is said in the thirty seconds."""
    said = ["Good evening.", "The meeting will come to order.", "Please call the roll.", "All in favor say aye."]
    return [Cue(Fraction(7 * n + 1), Fraction(7 * n + 4), (text,)) for n, text in enumerate(said)]
