"""Builds ingest from its settings and runs it until it is told to stop."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from services.ingest.deps import Deps, StationChoices
from services.ingest.gateways.ffprobe import FfprobeInspector
from services.ingest.gateways.mount_client import Mounts
from services.ingest.lane_jobs import handlers
from services.ingest.usecases.seed_mounts import seed_mounts
from shared.db.session import DATABASE_TROUBLE, Work
from shared.db.usable import require_usable
from shared.rules import Terms
from shared.runtime import Runtime, open_runtime, run_lanes
from shared.settings import Settings

log = logging.getLogger(__name__)

CONCURRENCY = 16


async def run(settings: Settings) -> None:
    """Scan and inspect until SIGTERM; the mounts are seeded as soon as the database answers."""
    async with open_runtime("ingest", settings) as runtime, _deps(settings, runtime) as deps:
        await require_usable(runtime.engine)
        seeding = asyncio.create_task(_seed(settings, runtime.work), name="seed")
        try:
            await run_lanes(runtime, settings, handlers(deps), concurrency=CONCURRENCY)
        finally:
            seeding.cancel()
            await asyncio.gather(seeding, return_exceptions=True)


async def _seed(settings: Settings, work: Work) -> None:
    while True:
        try:
            await seed_mounts(
                settings.named_mounts,
                settle_seconds=settings.settle_seconds,
                scan_seconds=settings.scan_seconds,
                work=work,
                said=settings.mounts_said,
            )
        except DATABASE_TROUBLE as error:
            log.warning("mounts_not_seeded", extra={"fields": {"error": repr(error)}})
            await asyncio.sleep(settings.sweep_seconds)
        else:
            return


@contextlib.asynccontextmanager
async def _deps(settings: Settings, runtime: Runtime) -> AsyncIterator[Deps]:
    mounts = Mounts(timeout_s=settings.file_call_timeout)
    try:
        yield Deps(
            work=runtime.work,
            mounts=mounts,
            inspector=FfprobeInspector(settings.max_file_size, timeout_s=3 * settings.file_call_timeout),
            compute=runtime.compute,
            now=lambda: datetime.now(UTC),
            choices=StationChoices(
                terms=Terms(
                    priority=1,
                    language=settings.default_language,
                    include_summary=settings.include_summary,
                    output_format=settings.output_format,
                    publish_policy=settings.default_publish_policy,
                ),
                grace=timedelta(seconds=settings.unfinished_seconds),
                whole_scan_every=timedelta(seconds=settings.whole_scan_seconds),
            ),
        )
    finally:
        await mounts.close()
