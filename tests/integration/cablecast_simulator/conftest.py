"""A simulated station on a real port, and plain HTTP clients with and without credentials."""

import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from demo.cablecast.config import SimulatorConfig
from demo.cablecast.running import RunningStation, running

SHOWS = [
    {"id": 2101, "title": "Maplewood City Council", "eventDate": "2026-09-14T18:30:00", "project": 12, "channel": 5},
    {"id": 2094, "title": "Maplewood City Council", "eventDate": "2026-08-24T18:30:00", "project": 12},
    {"id": 2105, "title": "Lakeview School Board", "eventDate": "2026-09-17", "reels": 2, "cgTitle": "School Board"},
]


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """The station's content drive."""
    folder = tmp_path / "drive"
    folder.mkdir()
    return folder


@pytest.fixture
def record(drive: Path) -> Callable[[str], Path]:
    """Puts a recording of thirty seconds onto the drive."""

    def write(name: str = "2101-1-Council.wav") -> Path:
        path = drive / name
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(1)
            file.setframerate(8000)
            file.writeframes(b"\x80" * 8000 * 30)
        return path

    return write


@pytest.fixture
def config(drive: Path) -> SimulatorConfig:
    """A station whose clock moves only when it is told to."""
    return SimulatorConfig((drive,), "archivist", "secret", seed={"shows": SHOWS}, scan_every_s=3600)


@pytest.fixture
def station(config: SimulatorConfig) -> Iterator[RunningStation]:
    """That station, running."""
    with running(config) as answering:
        yield answering


@pytest.fixture(scope="session")
def lasting_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStation]:
    """One station for all tests that leave it as it is."""
    config = SimulatorConfig((tmp_path_factory.mktemp("drive"),), "archivist", "secret", seed={"shows": SHOWS})
    with running(config) as answering:
        vods = f"{answering.url}/cablecastapi/v1/vods"
        vod = {"show": 2094, "vodConfiguration": 1}
        httpx.post(vods, json={"vod": vod}, auth=("archivist", "secret")).raise_for_status()
        yield answering


@pytest.fixture
def reader(lasting_station: RunningStation) -> Iterator[httpx.Client]:
    """A client without credentials of the lasting station."""
    with httpx.Client(base_url=f"{lasting_station.url}/cablecastapi/v1/") as client:
        yield client


@pytest.fixture
def api(station: RunningStation) -> Iterator[httpx.Client]:
    """A client with credentials."""
    with httpx.Client(base_url=f"{station.url}/cablecastapi/v1/", auth=("archivist", "secret")) as client:
        yield client


@pytest.fixture
def anonymous(station: RunningStation) -> Iterator[httpx.Client]:
    """A client without."""
    with httpx.Client(base_url=f"{station.url}/cablecastapi/v1/") as client:
        yield client
