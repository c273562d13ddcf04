"""What takes time: transcodes, uploads, and a station that is stopped and started again."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.cablecast.config import SimulatorConfig
from demo.cablecast.running import RunningStation, running
from shared.captions import Cue, write_scc

Record = Callable[..., Path]


def create_vod(api: httpx.Client) -> int:
    answer = api.post("vods", json={"vod": {"show": 2101, "vodConfiguration": 1}})
    assert answer.status_code == 201
    return int(answer.json()["vod"]["id"])


def vod(api: httpx.Client, vod_id: int) -> dict[str, Any]:
    seen: dict[str, Any] = api.get(f"vods/{vod_id}").json()["vod"]
    return seen


def test_a_vod_waits_for_a_file_and_is_then_made_step_by_step(
    station: RunningStation, api: httpx.Client, record: Record
) -> None:
    vod_id = create_vod(api)
    station.advance(3600)
    assert vod(api, vod_id)["vodState"] == "waiting"

    record()
    station.index()
    seen = []
    for _ in range(30):
        now = vod(api, vod_id)
        seen.append((now["vodState"], now["percentComplete"], now["isWatchable"], now["url"] is not None))
        station.advance(1)

    assert list(dict.fromkeys(state for state, *_ in seen)) == ["queued", "processing", "partial", "complete"]
    assert [share for _, share, *_ in seen] == sorted(share for _, share, *_ in seen)
    assert all(watchable == (state in ("partial", "complete")) for state, _, watchable, _ in seen)
    status = api.get(f"vodstatuses/{vod_id}").json()
    assert status == {"vodStatus": {"id": vod_id, "vodState": "complete", "percentComplete": 1.0, "errorMessage": None}}
    assert vod(api, vod_id)["asset"] is not None


def test_the_second_vod_of_a_show_is_taken_and_fails(
    station: RunningStation, api: httpx.Client, record: Record
) -> None:
    record()
    station.index()
    first, second = create_vod(api), create_vod(api)
    station.advance(3600)

    assert vod(api, first)["vodState"] == "complete"
    assert (vod(api, second)["vodState"], vod(api, second)["errorMessage"]) == (
        "error",
        "A VOD of this show exists already.",
    )


@pytest.mark.parametrize("state", ["error", "permanentFailure"])
def test_a_transcode_fails_when_that_was_ordered(
    station: RunningStation, api: httpx.Client, record: Record, state: str
) -> None:
    record()
    station.index()
    station.fail_next_transcode(state, "No space on the VOD store.")
    vod_id = create_vod(api)
    station.advance(3600)

    assert (vod(api, vod_id)["vodState"], vod(api, vod_id)["errorMessage"]) == (state, "No space on the VOD store.")
    assert vod(api, vod_id)["url"] is None


def test_a_published_vod_has_playlists_captions_and_a_transcript(
    station: RunningStation, api: httpx.Client, record: Record
) -> None:
    said = [Cue(Fraction(n * 6 + 1), Fraction(n * 6 + 5), (f"Item {n} & more",)) for n in range(4)]
    recording = record()
    recording.with_suffix(".scc").write_text(write_scc(said).text)
    station.index()
    vod_id = create_vod(api)
    station.advance(3600)
    url = vod(api, vod_id)["url"]
    folder = url.removesuffix("vod.mp4")

    assert url == f"{station.url}/store-12/2101-Maplewood-City-Council-v1/vod.mp4"
    assert 'SUBTITLES,GROUP-ID="subs",NAME="English"' in httpx.get(f"{folder}vod.m3u8").text
    segments = [line for line in httpx.get(f"{folder}captions.en.m3u8").text.splitlines() if line.endswith(".vtt")]
    assert len(segments) == 3
    first, second, _ = (httpx.get(folder + segment).text for segment in segments)
    assert "Item 1 &amp; more" in first
    assert "Item 1 &amp; more" in second, "a cue over the border is in both segments"
    assert "Item 3" not in first
    transcript = httpx.get(f"{folder}transcript.en.txt").text
    assert transcript.count("\r\n") == 4
    assert "\tItem 3 & more\r\n" in transcript
    assert httpx.get(url).content == recording.read_bytes()
    assert httpx.get(f"{folder}1080p.m3u8").text.splitlines()[-1] == "#EXT-X-ENDLIST"
    assert httpx.get(f"{folder}captions.vtt").status_code == 404
    assert "<video" in httpx.get(f"{station.url}/cablecastapi/embed?show_id=2101").text


def test_a_vod_without_captions_has_no_caption_files(
    station: RunningStation, api: httpx.Client, record: Record
) -> None:
    record()
    station.index()
    vod_id = create_vod(api)
    station.advance(3600)
    folder = vod(api, vod_id)["url"].removesuffix("vod.mp4")

    assert "SUBTITLES" not in httpx.get(f"{folder}vod.m3u8").text
    assert httpx.get(f"{folder}captions.en.m3u8").status_code == 404
    assert httpx.get(f"{folder}transcript.en.txt").status_code == 404


def test_a_vod_can_be_taken_away(api: httpx.Client) -> None:
    vod_id = create_vod(api)

    assert api.delete(f"vods/{vod_id}").status_code == 204
    assert api.get(f"vods/{vod_id}").status_code == 404
    assert api.get("shows/2101").json()["show"]["vods"] == []


def open_upload(api: httpx.Client, content: bytes, segments: int, name: str = "2101-1-Council.scc") -> int:
    fields = {"fileName": name, "destinationStore": 1, "totalSegments": segments, "size": len(content)}
    return int(api.post("fileuploads", json={"fileUpload": fields}).json()["fileUpload"]["id"])


def send(api: httpx.Client, upload: int, number: int, content: bytes) -> None:
    files = {"file": ("blob", content)}
    assert api.post(f"fileuploads/{upload}/upload", data={"segment": str(number)}, files=files).status_code == 200


def state_of(api: httpx.Client, upload: int) -> int:
    return int(api.get(f"fileuploads/{upload}").json()["fileUpload"]["state"])


def test_an_upload_goes_through_its_states_and_becomes_an_asset(
    station: RunningStation, api: httpx.Client, drive: Path
) -> None:
    content = write_scc([Cue(Fraction(2), Fraction(4), ("Good evening.",))]).text.encode()
    upload = open_upload(api, content, 2)
    states = [state_of(api, upload)]
    send(api, upload, 1, content[100:])
    send(api, upload, 0, content[:100])
    api.put(f"fileuploads/{upload}", json={"fileUpload": {"state": 2}})
    for _ in range(4):
        states.append(state_of(api, upload))
        station.advance(2.5)
    asset = api.get(f"fileuploads/{upload}").json()["fileUpload"]["asset"]

    assert states == [1, 2, 3, 4, 5]
    assert (drive / "2101-1-Council.scc").read_bytes() == content
    assert api.get(f"assets/{asset}").json()["asset"]["fileType"] == "caption"


@pytest.mark.parametrize("sent", [0, 1, 3])
def test_an_upload_with_the_wrong_number_of_segments_fails(api: httpx.Client, drive: Path, sent: int) -> None:
    upload = open_upload(api, b"x" * 20, 2)
    for number in range(sent):
        send(api, upload, number, b"x" * 10)
    api.put(f"fileuploads/{upload}", json={"fileUpload": {"state": 2}})

    assert state_of(api, upload) == 0
    assert list(drive.iterdir()) == []


def test_an_upload_left_alone_times_out(station: RunningStation, api: httpx.Client) -> None:
    upload = open_upload(api, b"x", 1)
    station.advance(4 * 3600 + 1)

    assert state_of(api, upload) == 6


@pytest.mark.parametrize("name", ["../out.scc", "a/b.scc", "c:\\d.scc", ".hidden", ""])
def test_an_upload_cannot_choose_a_place_outside_the_drive(api: httpx.Client, name: str) -> None:
    fields = {"fileName": name, "destinationStore": 1, "totalSegments": 1, "size": 1}

    assert api.post("fileuploads", json={"fileUpload": fields}).status_code == 400


def test_a_station_started_again_remembers_everything(drive: Path, tmp_path: Path, record: Record) -> None:
    config = SimulatorConfig(
        (drive,),
        "archivist",
        "secret",
        data_dir=tmp_path / "station",
        seed={"shows": [{"id": 2101, "title": "Maplewood City Council", "eventDate": "2026-09-14"}]},
        scan_every_s=3600,
    )
    recording = record()
    recording.with_suffix(".scc").write_text(write_scc([Cue(Fraction(2), Fraction(4), ("Aye.",))]).text)
    with running(config) as first, client_of(first) as api:
        first.index()
        vod_id = create_vod(api)
        first.advance(3600)
        before = vod(api, vod_id)
        show = api.get("shows/2101").json()

    with running(config) as second, client_of(second) as api:
        after = vod(api, vod_id)
        folder = after["url"].removesuffix("vod.mp4")

        assert after["vodState"] == before["vodState"] == "complete"
        assert api.get("shows/2101").json() == show
        assert "SUBTITLES" in httpx.get(f"{folder}vod.m3u8").text
        assert "Aye." in httpx.get(f"{folder}transcript.en.txt").text
        assert create_vod(api) == vod_id + 1


def client_of(station: RunningStation) -> httpx.Client:
    return httpx.Client(base_url=f"{station.url}/cablecastapi/v1/", auth=("archivist", "secret"))
