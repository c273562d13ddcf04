"""The content drive: which file belongs to which reel, and when."""

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.cablecast.config import SimulatorConfig
from demo.cablecast.drive import index
from demo.cablecast.running import RunningStation
from demo.cablecast.station import open_station
from shared.captions import Cue, write_scc

Record = Callable[..., Path]


def reel_of(api: httpx.Client, show_id: int, number: int = 1) -> dict[str, Any]:
    reels = api.get(f"shows/{show_id}", params={"include": "reel"}).json()["reels"]
    found: dict[str, Any] = next(reel for reel in reels if reel["reelNumber"] == number)
    return found


def assets(api: httpx.Client) -> dict[str, dict[str, Any]]:
    return {asset["path"]: asset for asset in api.get("assets").json()["assets"]}


@pytest.mark.parametrize(
    ("name", "show_id", "reel"),
    [
        ("2101-1-Council.wav", 2101, 1),
        ("2101-Council.wav", 2101, 1),
        ("2105-2-School Board.wav", 2105, 2),
        ("2105-2.wav", 2105, 2),
    ],
)
def test_the_beginning_of_the_name_ties_a_file_to_its_reel(
    station: RunningStation, api: httpx.Client, record: Record, name: str, show_id: int, reel: int
) -> None:
    record(name)
    station.index()

    tied = reel_of(api, show_id, reel)
    assert (tied["hasValidFile"], tied["length"]) == (True, 30)
    assert assets(api)[name]["reels"] == [tied["id"]]
    assert assets(api)[name]["id"] == tied["playbackAsset"]
    assert api.get(f"shows/{show_id}").json()["show"]["totalRunTime"] == 30


@pytest.mark.parametrize("name", ["Council.wav", "2101 - Council.wav", "9999-1-Nobody.wav", "2101-7-No such reel.wav"])
def test_a_file_without_a_reel_stays_unlinked(
    station: RunningStation, api: httpx.Client, record: Record, name: str
) -> None:
    record(name)
    station.index()

    assert assets(api)[name]["fileStatus"] == "unlinked"
    assert ids_of(api.get("assets", params={"status_type[]": "Unlinked"})) == [1]
    assert not reel_of(api, 2101)["hasValidFile"]


def ids_of(response: httpx.Response) -> list[int]:
    return [asset["id"] for asset in response.json()["assets"]]


def test_two_files_for_one_reel_are_both_left_alone(station: RunningStation, api: httpx.Client, record: Record) -> None:
    record("2101-1-Council.wav")
    second = record("2101-1-Council again.wav")
    station.index()

    assert {asset["fileStatus"] for asset in assets(api).values()} == {"ambiguous"}
    assert (reel_of(api, 2101)["hasValidFile"], reel_of(api, 2101)["playbackAsset"]) == (False, None)

    second.unlink()
    station.scan()
    assert reel_of(api, 2101)["hasValidFile"]


def test_a_growing_file_stays_processing_until_it_rests(
    station: RunningStation, api: httpx.Client, record: Record
) -> None:
    recording = record()
    whole = recording.read_bytes()
    for part in range(1, 4):
        recording.write_bytes(whole[: len(whole) * part // 3])
        station.scan()
        station.advance(59)
        station.scan()
        assert assets(api)[recording.name]["fileStatus"] == "processing"
        assert (reel_of(api, 2101)["hasProcessingFile"], reel_of(api, 2101)["hasValidFile"]) == (True, False)

    station.advance(2)
    station.scan()
    assert assets(api)[recording.name]["fileStatus"] == "valid"


def test_a_broken_file_is_invalid_until_it_is_replaced(
    station: RunningStation, api: httpx.Client, record: Record, drive: Path
) -> None:
    (drive / "2101-1-Council.wav").write_text("this is no sound")
    station.index()
    assert reel_of(api, 2101)["hasInvalidFile"]
    assert assets(api)["2101-1-Council.wav"]["fileStatus"] == "invalid"

    record()
    station.index()
    assert (reel_of(api, 2101)["hasInvalidFile"], reel_of(api, 2101)["hasValidFile"]) == (False, True)


def test_a_reel_can_name_its_file(station: RunningStation, api: httpx.Client, record: Record) -> None:
    record("Oddly named.wav")
    station.index()
    reel = reel_of(api, 2101)

    api.put(f"reels/{reel['id']}", json={"reel": {**reel, "userFileName": "oddly named.wav"}})

    assert reel_of(api, 2101)["hasValidFile"]
    assert assets(api)["Oddly named.wav"]["fileStatus"] == "valid"


def test_hidden_and_unfinished_files_are_not_seen(station: RunningStation, api: httpx.Client, record: Record) -> None:
    for name in (".2101-1-Council.wav", "2101-1-Council.wav.part", ".2101-1-Council.scc.ab12.tmp"):
        shutil.copy(record("source.wav"), record("source.wav").with_name(name))
    station.index()

    assert set(assets(api)) == {"source.wav"}


def test_captions_need_exactly_the_recordings_base_name(
    station: RunningStation, api: httpx.Client, record: Record
) -> None:
    recording = record()
    captions = write_scc([Cue(Fraction(2), Fraction(4), ("Good evening.",))]).text
    recording.with_name("2101-1-Other.scc").write_text(captions)
    station.index()
    assert not api.get("shows/2101").json()["show"]["hasCaptions"]

    recording.with_suffix(".scc").write_text(captions)
    station.index()
    assert assets(api)[recording.name]["hasCaptions"]
    assert assets(api)["2101-1-Council.scc"]["fileType"] == "caption"
    assert api.get("shows/2101").json()["show"]["hasCaptions"]


def test_a_recording_taken_away_leaves_its_reel_without_a_file(
    station: RunningStation, api: httpx.Client, record: Record
) -> None:
    recording = record()
    station.index()
    recording.unlink()
    station.scan()

    assert (reel_of(api, 2101)["hasValidFile"], reel_of(api, 2101)["playbackAsset"]) == (False, None)
    assert assets(api) == {}


def test_the_running_time_comes_from_the_movie_header_where_ffprobe_is_missing(
    station: RunningStation, api: httpx.Client, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = b"\0" * 12 + (600).to_bytes(4, "big") + (27_000).to_bytes(4, "big") + b"\0" * 80
    mvhd = (len(header) + 8).to_bytes(4, "big") + b"mvhd" + header
    moov = (len(mvhd) + 8).to_bytes(4, "big") + b"moov" + mvhd
    (drive / "2101-1-Council.mp4").write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x0cmdat1234" + moov)
    monkeypatch.setenv("PATH", str(drive))
    station.index()

    assert reel_of(api, 2101)["length"] == 45


def test_a_file_whose_drive_goes_away_under_a_look_is_not_refused(
    config: SimulatorConfig, drive: Path, record: Record
) -> None:
    station = open_station(config)
    playable, broken = record("2101-1-Council.wav"), drive / "2094-1-Council.wav"
    broken.write_bytes(b"no sound at all")

    drive.rename(drive.with_name("away"))
    unseen = index(station, [f"1:{playable.name}", f"1:{broken.name}"])
    drive.with_name("away").rename(drive)
    seen = index(station, [f"1:{playable.name}", f"1:{broken.name}"])

    assert unseen == []
    assert [(one.key, one.refusal) for one in seen] == [
        (f"1:{playable.name}", None),
        (f"1:{broken.name}", "The file cannot be played."),
    ]
