"""From a recording on the drive to captions that viewers get, with nothing but documented calls."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.cablecast.running import RunningStation
from services.vod.gateways.cablecast import HttpCablecast
from services.vod.gateways.cablecast_models import VodState
from services.vod.linking import verify_link
from services.vod.recording_name import read_name
from services.vod.sidecar import place_sidecar
from services.vod.verification import CaptionProof, Hints, verify_captions
from shared.captions import Cue, SccOptions, parse, words_by_frame, write_cue_list, write_mcc, write_scc
from shared.compute import ComputeHere

Record = Callable[..., Path]
NOW = datetime(2026, 9, 15, tzinfo=UTC)
DOCUMENTED = re.compile(
    r"(GET|POST|PUT) (/cablecastapi/v1/(shows/\d+|vods|vods/\d+|assets/\d+|vodconfigurations)|/store-12/.+)"
)


async def proof_of(cablecast: HttpCablecast, vod_id: int, cues: list[Cue], hints: Hints | None = None) -> CaptionProof:
    vod = await cablecast.get_vod(vod_id)
    assert vod.url is not None
    return await verify_captions(
        vod.url,
        json.loads(write_cue_list(cues)),
        cablecast.fetch_text,
        language="en",
        compute=ComputeHere(),
        checked_at=NOW,
        hints=hints,
    )


async def test_a_recording_of_a_known_show_is_published_with_its_captions(
    station: RunningStation, cablecast: HttpCablecast, record: Record, cues: list[Cue]
) -> None:
    recording = record()
    station.index()
    facts = read_name(recording.name)
    assert facts.show_id is not None

    detail = await cablecast.get_show(facts.show_id)
    verdict = verify_link(facts, detail.show, detail.reels, duration_ms=30_000)
    placed = place_sidecar(recording.parent, recording.name, write_scc(cues).text.encode())
    station.index()
    [configuration] = await cablecast.vod_configurations(detail.show.location_id)
    vod = (await cablecast.create_vod(detail.show.id, configuration.id)).vod
    states = []
    for _ in range(40):
        states.append((await cablecast.get_vod(vod.id)).state)
        station.advance(1)
    asset = await cablecast.get_asset((await cablecast.get_show(2101)).reels[0].asset_id or 0)
    proof = await proof_of(cablecast, vod.id, cues)

    assert verdict.is_certain
    assert placed.path == "2101-1-Maplewood City Council (20260914).scc"
    assert list(dict.fromkeys(states)) == [
        VodState.QUEUED,
        VodState.PROCESSING,
        VodState.PARTIAL,
        VodState.COMPLETE,
    ]
    assert asset.has_captions
    assert (await cablecast.get_show(2101)).show.has_captions
    assert (proof.is_proven, proof.share, proof.language) == (True, 1.0, "en")
    calls = [f"{method} {path}" for method, path in station.requests()]
    assert [call for call in calls if not DOCUMENTED.fullmatch(call)] == []


async def test_captions_of_a_programme_that_starts_at_one_hour_appear_at_their_time(
    station: RunningStation, cablecast: HttpCablecast, record: Record, cues: list[Cue]
) -> None:
    recording = record()
    file = write_scc(cues, SccOptions(start_tc="01:00:00;00"))
    place_sidecar(recording.parent, recording.name, file.text.encode())
    station.index()
    vod = (await cablecast.create_vod(2101, 1)).vod
    station.advance(3600)

    assert (await proof_of(cablecast, vod.id, cues)).share == 1.0


@pytest.mark.parametrize("start_tc", ["00:00:00;00", "01:00:00;00", "01:00:00:00"])
async def test_captions_in_an_mcc_file_reach_viewers_too(
    station: RunningStation, cablecast: HttpCablecast, record: Record, cues: list[Cue], start_tc: str
) -> None:
    start = parse(start_tc)
    words = words_by_frame(write_scc(cues, SccOptions(start_tc=start_tc)).text, start_tc=start_tc)
    mcc = write_mcc(words, start_frame=start.frame, drop_frame=start.drop_frame, created_at=NOW)
    record().with_suffix(".mcc").write_text(mcc)
    station.index()
    vod = (await cablecast.create_vod(2101, 1)).vod
    station.advance(3600)

    assert (await proof_of(cablecast, vod.id, cues)).share == 1.0


async def test_a_sidecar_that_is_no_scc_reaches_nobody_and_the_station_says_why(
    station: RunningStation, cablecast: HttpCablecast, record: Record, cues: list[Cue]
) -> None:
    recording = record()
    recording.with_suffix(".scc").write_text("Scenarist_SCC V1.0\n\n00:00:01:00\t00:00:04:00\nGood evening.\n")
    station.index()
    vod = (await cablecast.create_vod(2101, 1)).vod
    station.advance(3600)

    proof = await proof_of(cablecast, vod.id, cues)

    assert (proof.is_proven, proof.reason) == (False, "The published VOD has no subtitle track.")
    assert not (await cablecast.get_show(2101)).show.has_captions
    refusals = [event["reason"] for event in station.events() if event["event"] == "sidecar_refused"]
    assert len(refusals) == 1
    assert refusals[0].startswith("line 3: ")


async def test_a_sidecar_after_the_transcode_needs_another_transcode(
    station: RunningStation, cablecast: HttpCablecast, record: Record, cues: list[Cue]
) -> None:
    recording = record()
    station.index()
    vod = (await cablecast.create_vod(2101, 1)).vod
    station.advance(3600)
    assert (await cablecast.get_vod(vod.id)).state is VodState.COMPLETE
    place_sidecar(recording.parent, recording.name, write_scc(cues).text.encode())
    station.index()

    late = await proof_of(cablecast, vod.id, cues)
    station.transcode_again(vod.id)
    station.advance(3600)
    again = await proof_of(cablecast, vod.id, cues)

    assert (late.is_proven, again.is_proven) == (False, True)
    assert "-v2/" in again.master_url


async def test_where_late_sidecars_do_appear_they_are_proven_too(
    station: RunningStation, cablecast: HttpCablecast, record: Record, cues: list[Cue]
) -> None:
    recording = record()
    station.index()
    vod = (await cablecast.create_vod(2101, 1)).vod
    station.advance(3600)
    place_sidecar(recording.parent, recording.name, write_scc(cues).text.encode())
    assert not (await proof_of(cablecast, vod.id, cues)).is_proven

    station.switch(late_sidecar_appears=True)

    assert (await proof_of(cablecast, vod.id, cues)).is_proven


async def test_captions_of_an_older_file_are_not_taken_for_the_new_ones(
    station: RunningStation, cablecast: HttpCablecast, record: Record, cues: list[Cue]
) -> None:
    recording = record()
    old = [Cue(cue.start, cue.end, ("Something else entirely",)) for cue in cues]
    place_sidecar(recording.parent, recording.name, write_scc(old).text.encode())
    station.index()
    vod = (await cablecast.create_vod(2101, 1)).vod
    station.advance(3600)

    proof = await proof_of(cablecast, vod.id, cues, Hints(show=True))

    assert not proof.is_proven
    assert proof.show_hint
