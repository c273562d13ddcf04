"""What operations see of the whole station."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.db.models import Slice
from shared.db.station_facts import StationFacts, WatchedMount, station_facts
from shared.lanes import Lane
from tests.integration.db.conftest import ENDED, Ledger


async def _facts(ledger: Ledger) -> StationFacts:
    async with ledger.work() as unit:
        return await station_facts(unit.db)


async def test_recordings_are_counted_by_status_and_each_lane_has_its_backlog(ledger: Ledger) -> None:
    for number, status in enumerate(("valid", "valid", "rejected")):
        recording = await ledger.recording(f"{number}.mp4", status=status)
    row = await ledger.transcription(recording, status="processing", stage="slices")
    await ledger.add(Slice(transcription_id=row, number=0, start_ms=0, end_ms=90_000))

    found = await _facts(ledger)

    assert found.recordings == {"valid": 2, "rejected": 1}
    assert found.backlogs.keys() == set(Lane)
    waiting = {lane: (each.rows, each.media_seconds) for lane, each in found.backlogs.items() if each.rows}
    assert waiting == {Lane.SCAN: (1, 0.0), Lane.SLICE: (1, 90.0)}


async def test_mounts_that_are_watched_are_listed_by_name_as_their_last_look_left_them(ledger: Ledger) -> None:
    looked = {"status": "up", "scanned_at": ENDED, "facts": {"not_looked_at": 3}}
    await ledger.mount("z", **looked)
    await ledger.mount("a")
    await ledger.mount("off", enabled=False)
    await ledger.mount("uploads", kind="uploads")

    found = await _facts(ledger)

    assert found.mounts == (WatchedMount("a", "unknown", None, 0, 0.0), WatchedMount("z", "up", ENDED, 3, 0.0))


async def test_the_file_that_has_waited_longest_without_a_change_says_how_long(ledger: Ledger) -> None:
    def ago(minutes: int) -> datetime:
        return datetime.now(UTC) - timedelta(minutes=minutes)

    mount, other = await ledger.mount("a"), await ledger.mount("b")
    grown = [{"since": ago(200).isoformat()}, {"since": ago(10).isoformat()}]
    await ledger.recording("grows.mp4", mount, status="settling", seen_at=ago(300), looks=grown)
    await ledger.recording("seen.mp4", mount, status="seen", seen_at=ago(20))
    await ledger.recording("gone.mp4", mount, status="settling", seen_at=ago(90), present=False)
    await ledger.recording("decided.mp4", mount, status="valid", seen_at=ago(90))
    await ledger.recording("elsewhere.mp4", other, status="seen", seen_at=ago(40))

    found = await _facts(ledger)

    assert [mount.oldest_unsettled_s for mount in found.mounts] == pytest.approx([1200, 2400], abs=120)
