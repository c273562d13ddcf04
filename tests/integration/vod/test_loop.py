"""Whatever a server publishes, or lies beside a recording, the loop of the VOD service goes on turning."""

import asyncio
from dataclasses import replace
from fractions import Fraction
from typing import Any, cast

from demo.cablecast import hls
from services.vod.gateways.cablecast import Cablecast
from shared.captions import Cue
from shared.lanes import Lane, lanes_of
from tests.integration.vod.conftest import Desk
from tests.loop_watch import watched

HOURS = 4
CUES = 1000 * HOURS
SEGMENTS = 360 * HOURS
_SIDECAR_BYTES = 16 * 2**20


class _LongMeeting:
    """The station's own answers, but for the published captions: those are a long meeting's, and of great length."""

    def __init__(self, station: Cablecast) -> None:
        self._station = station
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._station, name)

    async def fetch_text(self, url: str) -> str:
        self.asked += 1
        if url.endswith("/vod.m3u8"):
            return await self._station.fetch_text(url)
        if url.endswith(".m3u8"):
            return hls.caption_playlist(1, hls.SEGMENT_S * SEGMENTS)
        return "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nAye\n\n" + "<c>" * 2**19


async def test_the_loop_goes_on_turning(desk: Desk) -> None:
    """The one lane there is, with junk where the sidecar is to be and a meeting of many hours to be proven."""
    assert lanes_of("vod") == (Lane.PUBLISH,)
    desk.recorded()
    desk.sidecar.write_bytes(b"Scenarist_SCC V1.0\n".ljust(_SIDECAR_BYTES, b"\n"))
    length = Fraction(HOURS * 3600, CUES)
    await desk.captioned([Cue(length * n + 1, length * n + 3, (f"Item number {n}",)) for n in range(CUES)])
    published = _LongMeeting(desk.deps.cablecast) if desk.deps.cablecast else None
    assert published is not None
    deps = replace(desk.deps, cablecast=cast("Cablecast", published))

    with watched():
        row = await asyncio.create_task(desk.walk(6, deps))

    assert published.asked > 6
    assert row.evidence is not None
    assert row.evidence["segments_read"] == 6
