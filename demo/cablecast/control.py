"""The simulator's own controls, under ``/_simulator``: no part of Cablecast, and not for its clients."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from demo.cablecast import segment_uploads, transcoder
from demo.cablecast.config import OffsetMode
from demo.cablecast.envelope import must_exist
from demo.cablecast.fault_injection import FaultKind, OrderedFault
from demo.cablecast.resources import StationHere
from demo.cablecast.scanning import scan
from demo.cablecast.seed import plant
from demo.cablecast.station import save_station

router = APIRouter(prefix="/_simulator", tags=["simulator"])


class FaultOrder(BaseModel):
    """Trouble for the requests that match."""

    model_config = ConfigDict(extra="forbid")
    kind: FaultKind
    path: str = Field("*", description="Shell pattern for the lower-case path, such as `/cablecastapi/v1/vods*`.")
    method: str | None = None
    times: int | None = Field(None, ge=1, description="How many requests are hit; all of them without it.")
    seconds: float = Field(0.0, ge=0, description="Length of a delay in real seconds.")
    status: int = Field(500, ge=400, le=599)
    after_processing: bool = Field(False, description="Let the request do its work and spoil only the answer.")


class ClockOrder(BaseModel):
    """How the station's time is to go on."""

    model_config = ConfigDict(extra="forbid")
    advance_s: float = Field(0.0, ge=0)
    speed: float | None = Field(None, gt=0)


class SwitchOrder(BaseModel):
    """Switches to change; the others stay."""

    model_config = ConfigDict(extra="forbid")
    offset_mode: OffsetMode | None = None
    anonymous_cache_s: float | None = Field(None, ge=0)
    late_sidecar_appears: bool | None = None


class FailureOrder(BaseModel):
    """How a transcode is to end."""

    model_config = ConfigDict(extra="forbid")
    state: Literal["error", "permanentFailure"] = "error"
    message: str = "Transcode failed."


@router.get("/health")
async def health(station: StationHere) -> dict[str, Any]:
    """Whether the station is up, and what it holds."""
    return {"status": "up", "time": station.time_text(), "shows": len(station.rows("shows"))}


@router.get("/requests")
async def requests(station: StationHere) -> list[dict[str, Any]]:
    """Every request that was meant for Cablecast, oldest first."""
    return [asdict(seen) for seen in station.requests]


@router.delete("/requests", status_code=204)
async def forget_requests(station: StationHere) -> None:
    """Begin a new log of requests."""
    station.requests.clear()


@router.get("/events")
async def events(station: StationHere) -> list[dict[str, Any]]:
    """The station's own log: files, links, transcodes, and why a sidecar gave no captions."""
    return list(station.events)


@router.get("/faults")
async def faults(station: StationHere) -> list[dict[str, Any]]:
    """The trouble that is ordered."""
    return [asdict(fault) for fault in station.faults.waiting]


@router.post("/faults", status_code=201)
async def order_fault(order: FaultOrder, station: StationHere) -> dict[str, Any]:
    """Order trouble."""
    fault = OrderedFault(**order.model_dump())
    station.faults.waiting.append(fault)
    return asdict(fault)


@router.delete("/faults", status_code=204)
async def clear_faults(station: StationHere) -> None:
    """No more trouble."""
    station.faults.waiting.clear()


@router.post("/clock")
async def set_clock(order: ClockOrder, station: StationHere) -> dict[str, Any]:
    """Set the station's clock forward, or let it run at another pace."""
    if order.speed is not None:
        station.clock.run_at(order.speed)
    station.clock.advance(order.advance_s)
    transcoder.update(station)
    segment_uploads.update(station)
    return {"time": station.time_text(), "speed": station.clock.speed}


@router.post("/switches")
async def set_switches(order: SwitchOrder, station: StationHere) -> dict[str, Any]:
    """Change how the server behaves where nobody knows how the real one does."""
    for name, value in order.model_dump(exclude_none=True).items():
        setattr(station.switches, name, str(value) if name == "offset_mode" else value)
    return asdict(station.switches)


@router.post("/scan")
async def scan_now(station: StationHere) -> dict[str, Any]:
    """Look at the drives at once; answers the assets."""
    await scan(station)
    return {"assets": station.rows("assets")}


@router.post("/seed", status_code=204)
async def seed(station: StationHere, records: Annotated[dict[str, Any], Body()]) -> None:
    """Add records, written as in ``seed.json``."""
    plant(station, records)
    await scan(station)
    save_station(station)


@router.post("/transcodes/fail-next", status_code=204)
async def fail_next_transcode(order: FailureOrder, station: StationHere) -> None:
    """Let the next VOD that leaves the queue fail."""
    station.switches.fail_next_transcode = {"state": order.state, "message": order.message}


@router.post("/vods/{vod_id}/fail", status_code=204)
async def fail_vod(vod_id: int, order: FailureOrder, station: StationHere) -> None:
    """Let this VOD fail now."""
    transcoder.fail(station, must_exist(station, "vods", vod_id), order.state, order.message)


@router.post("/vods/{vod_id}/transcode", status_code=204)
async def transcode_again(vod_id: int, station: StationHere) -> None:
    """Press the station's own button for a new transcode; the API has none that anybody knows."""
    transcoder.transcode_again(station, must_exist(station, "vods", vod_id))
