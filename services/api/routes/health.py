"""Health for machines (live, ready) and for people (detailed), and the metrics."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import func, select

from services.api.deps import Deps, Reader, Work
from services.api.list_queries import cities_as_stored, city_shown, last_engine
from services.api.problems import PROBLEMS
from shared.db.leases import backlog
from shared.db.models import Mount, Recording, Transcription, Worker
from shared.db.models.workers import SERVICES
from shared.db.worker_rows import all_workers
from shared.lanes import Lane
from shared.metrics import STATION

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """Short."""

    status: str
    checks: dict[str, bool] = {}


class LaneHealth(BaseModel):
    """What waits on a lane."""

    rows: int
    media_seconds: float
    oldest_seconds: float


class DetailedHealth(BaseModel):
    """Everything an operator wants to see first."""

    status: str
    at: datetime
    checks: dict[str, bool]
    lanes: dict[str, LaneHealth]
    mounts: list[dict[str, Any]]
    recordings: dict[str, int]
    transcriptions: dict[str, int]
    speech_engine: dict[str, Any] | None
    workers: dict[str, int]
    """Living processes of each service."""
    warnings: list[str]


@router.get("/health/live", operation_id="isLive", summary="Is the process alive?")
async def live() -> Health:
    """Yes, when this answers."""
    return Health(status="ok")


@router.get(
    "/health/ready",
    operation_id="isReady",
    summary="Can requests be served?",
    responses={503: {"model": Health, "description": "The database or Redis does not answer."}},
)
async def ready(things: Deps, response: Response) -> Health:
    """Asks the database and Redis; only the database is needed to serve."""
    checks = await things.runtime.reachable()
    if not checks["database"]:
        response.status_code = 503
    status = "ok" if all(checks.values()) else "degraded" if checks["database"] else "unavailable"
    return Health(status=status, checks=checks)


@router.get(
    "/api/v1/health",
    operation_id="detailedHealth",
    summary="How is everything?",
    responses={code: PROBLEMS[code] for code in (401, 403, 429, 503)},
)
async def detailed(_: Reader, things: Deps, work: Work) -> DetailedHealth:
    """Queues in media time, mounts, counts, the speech engine, and what to worry about."""
    checks = await things.runtime.reachable()
    async with work() as unit:
        lanes = {lane.value: LaneHealth(**_fields(await backlog(unit.db, lane))) for lane in Lane}
        mounts = (await unit.db.scalars(select(Mount).where(Mount.that("scans")).order_by(Mount.name))).all()
        recordings = {
            str(status): int(count)
            for status, count in await unit.db.execute(
                select(Recording.status, func.count()).group_by(Recording.status)
            )
        }
        transcriptions = {
            str(status): int(count)
            for status, count in await unit.db.execute(
                select(Transcription.status, func.count()).group_by(Transcription.status)
            )
        }
        engine = await last_engine(unit.db)
        cities = await cities_as_stored(unit.db)
        workers = await all_workers(unit.db)
    warnings = [
        f"Mount {mount.name} is down: {mount.status_reason}"
        for mount in mounts
        if mount.status == "down" and mount.enabled
    ]
    alive = Counter(worker.service for worker, is_alive in workers if is_alive)
    warnings += [_silence(worker) for worker in _last_of_silent_services(workers)]
    complaints = await asyncio.to_thread(lambda: [city_shown(row).error_message for row in cities])
    warnings += [complaint for complaint in complaints if complaint]
    if engine and engine.get("is_demonstration"):
        warnings.append("The demonstration speech model is in use: its text is for trying Archivist out, nothing else.")
    if not checks["redis"]:
        warnings.append("Redis does not answer; work goes on when it is back, nothing is lost.")
    return DetailedHealth(
        status="ok" if not warnings else "degraded",
        at=datetime.now(UTC),
        checks=checks,
        lanes=lanes,
        mounts=[
            {"name": row.name, "status": row.status, "reason": row.status_reason, "seen_at": row.seen_at}
            for row in mounts
        ],
        recordings=recordings,
        transcriptions=transcriptions,
        speech_engine=engine,
        workers={service: alive[service] for service in SERVICES},
        warnings=warnings,
    )


def _last_of_silent_services(workers: Sequence[tuple[Worker, bool]]) -> list[Worker]:
    """Of each service that has run here and of which no process lives, the one that was heard last."""
    alive = {worker.service for worker, is_alive in workers if is_alive}
    last: dict[str, Worker] = {}
    for worker, _ in workers:
        if worker.service not in alive and worker.service != "api":
            last[worker.service] = max(worker, last.get(worker.service, worker), key=lambda each: each.beat_at)
    return list(last.values())


def _silence(worker: Worker) -> str:
    if worker.stopped_at is not None:
        return f"No {worker.service} is running: the last was stopped at {worker.stopped_at:%Y-%m-%d %H:%M} UTC."
    return (
        f"No {worker.service} is heard: the last, {worker.owner}, fell silent at {worker.beat_at:%Y-%m-%d %H:%M} UTC."
        " Its work waits."
    )


def _fields(found: Any) -> dict[str, float]:
    return {"rows": found.rows, "media_seconds": found.media_seconds, "oldest_seconds": found.oldest_seconds}


@router.get("/metrics", operation_id="metrics", summary="Prometheus metrics", response_class=PlainTextResponse)
async def exported(things: Deps) -> Response:
    """What Prometheus scrapes: this process's own figures, and the station's as the database has them now."""
    await things.station.refresh()
    return Response(generate_latest() + generate_latest(STATION), media_type=CONTENT_TYPE_LATEST)
