"""``python -m services.vod``: bring captions to viewers and prove it, until told to stop."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from services.vod.deps import VodDeps
from services.vod.gateways.cablecast import Cablecast, HttpCablecast, open_cablecast
from services.vod.gateways.drives import Drives
from services.vod.parts.settle_publication import end_publication
from services.vod.usecases.publish_recording import publish_recording
from services.vod.usecases.sync_airings import sync_airings
from shared.compute import ComputeProcesses
from shared.db.growth import Keeping
from shared.db.session import Work
from shared.db.task_starts import forget_old_rows
from shared.db.usable import require_usable
from shared.earlier_settings import earlier_settings
from shared.entry import read_settings, saying_why
from shared.jobs.task_lane import DoTask, TaskInHand
from shared.jobs.worker import Handler
from shared.lanes import Lane
from shared.rules import Terms
from shared.runtime import open_runtime, run_lanes
from shared.settings import Settings

log = logging.getLogger(__name__)

_CONCURRENCY = 4
"""Publications walked at once: they wait for the server most of the time."""


async def serve(settings: Settings) -> None:
    """Run the lane; a server that is down is waited for, so nothing is asked of it at the start."""
    async with open_runtime("vod", settings) as runtime:
        await require_usable(runtime.engine)
        cablecast = _cablecast(settings)
        if cablecast is None:
            meaning = (
                "Cablecast's address is not set, so captions are put beside recordings and nothing is published: set"
                " CABLECAST_API_URL, CABLECAST_USERNAME and CABLECAST_PASSWORD in .env, and start vod again."
            )
            log.warning("cablecast_not_configured", extra={"fields": {"meaning": meaning}})
        changed = {"VOD_TIMEOUT": settings.vod_timeout, "CABLECAST_LOCATION_ID": settings.cablecast_location_id or ""}
        for sentence in earlier_settings({name: str(value) for name, value in changed.items()}):
            log.warning("setting_explained", extra={"fields": {"meaning": sentence}})
        files = ComputeProcesses(_CONCURRENCY)
        deps = VodDeps(
            work=runtime.work,
            cablecast=cablecast,
            output_root=settings.default_output_path.absolute(),
            compute=runtime.compute,
            drives=Drives(files, timeout_s=settings.file_call_timeout),
            poll=timedelta(seconds=settings.vod_poll_seconds),
            patience=timedelta(seconds=settings.vod_timeout),
            publishes=settings.auto_publish_to_vod,
            terms=Terms(
                priority=1,
                language=settings.default_language,
                include_summary=settings.include_summary,
                output_format=settings.output_format,
                publish_policy=settings.default_publish_policy,
            ),
            location_id=settings.cablecast_location_id,
            configuration_id=settings.cablecast_vod_configuration_id,
            writes_sidecars=settings.write_sidecar,
        )
        keeping = Keeping(
            words=timedelta(days=settings.words_kept_days),
            overtaken=timedelta(days=settings.overtaken_captions_kept_days),
        )
        # Never given up: a server may be down for a weekend, and its captions must still get there on Monday.
        handler = Handler(
            lambda lease: publish_recording(lease, deps), end_publication, gives_up=False, concurrency=_CONCURRENCY
        )
        try:
            await run_lanes(
                runtime,
                settings,
                {Lane.PUBLISH: handler},
                concurrency=_CONCURRENCY + 1,  # a task that takes long holds up no publication
                tasks=tasks(runtime.work, cablecast, keeping),
                facts=lambda: {"cablecast": settings.cablecast_api_url or "not configured"},
            )
        finally:
            await files.aclose()
            if cablecast is not None:
                await cablecast.aclose()


def tasks(work: Work, cablecast: Cablecast | None = None, keeping: Keeping | None = None) -> dict[str, DoTask]:
    """What is the whole station's is done by this service, and what Cablecast knows is asked by it."""

    async def forget(_: TaskInHand) -> dict[str, Any]:
        return await forget_old_rows(work, keeping or Keeping())

    async def airings(_: TaskInHand) -> dict[str, Any]:
        return await sync_airings(work, cablecast)

    return {"forget-old-rows": forget, "sync-airings": airings}


def _cablecast(settings: Settings) -> HttpCablecast | None:
    if not settings.cablecast_api_url or settings.cablecast_password is None:
        return None
    return open_cablecast(
        settings.cablecast_api_url,
        settings.cablecast_username,
        settings.cablecast_password.get_secret_value(),
        verify_tls=settings.cablecast_verify_tls,
    )


def main() -> None:
    """Entry point."""
    with saying_why("vod"):
        asyncio.run(serve(read_settings("vod")))


if __name__ == "__main__":
    main()
