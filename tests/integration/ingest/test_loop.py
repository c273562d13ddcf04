"""Whatever lies on a drive, the loop of ingest goes on turning: each lane with the worst that it may be given."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, insert, literal, select

from services.ingest.lane_jobs import handlers
from shared.db.models import Mount, Recording
from shared.lanes import Lane
from tests.integration.ingest.conftest import NAME, Station
from tests.loop_watch import watched

_SIDECAR_BYTES = 16 * 2**20
ROWS = 100_000
"""Recordings of one mount in its ledger."""


async def _a_large_ledger(station: Station) -> None:
    """All that is known has to be compared with what is there, and of a whole folder nothing can be said."""
    folder = "/".join("12345678")
    (await station.recorded()).parent.joinpath(folder, "9").mkdir(parents=True)
    async with station.work() as unit:
        mount_id = await unit.db.scalar(select(Mount.id))
        path = func.concat(f"{folder}/9/", func.generate_series(1, ROWS).column_valued("number"), ".mp4")
        gone = select(literal(mount_id), path, path, func.now() - func.make_interval(0, 0, 1), literal("valid"))
        await unit.db.execute(
            insert(Recording).from_select(
                [Recording.mount_id, Recording.relative_path, Recording.file_name, Recording.created_at, "status"], gone
            )
        )


async def _a_sidecar_of_junk(station: Station) -> None:
    """As long as a sidecar may be, and every line of it has to be looked at."""
    sidecar = (await station.recorded()).with_suffix(".scc")
    sidecar.write_bytes(b"Scenarist_SCC V1.0\n".ljust(_SIDECAR_BYTES, b"\n"))
    await station.scan_until_still()


WORST: dict[Lane, Callable[[Station], Awaitable[None]]] = {
    Lane.SCAN: _a_large_ledger,
    Lane.INSPECT: _a_sidecar_of_junk,
}


def test_every_lane_has_its_worst_input(station: Station) -> None:
    assert set(WORST) == set(handlers(station.deps))


@pytest.mark.parametrize("lane", WORST)
async def test_the_loop_goes_on_turning(station: Station, lane: Lane) -> None:
    await WORST[lane](station)

    with watched():
        await asyncio.create_task(station.scan() if lane is Lane.SCAN else station.inspect())

    async with station.work() as unit:
        row = await unit.db.scalar(select(Recording).where(Recording.relative_path == NAME))
        missing = await unit.db.scalar(select(func.count()).where(Recording.present.is_(False)))
    assert row is not None
    assert (row.status, row.has_captions) == ("settling" if lane is Lane.SCAN else "valid", False)
    assert missing == 0


async def test_a_sidecar_that_cannot_be_captions_is_not_even_judged(station: Station) -> None:
    (await station.recorded()).with_suffix(".scc").write_bytes(b"x" * (_SIDECAR_BYTES + 1))

    await station.settle()

    assert (await station.recordings())[NAME].status == "valid"
