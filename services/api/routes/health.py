"""Health for machines (live, ready) and for people (detailed), and the metrics."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import func, select

from services.api.deps import Deps, Reader, Work
from services.api.problems import PROBLEMS
from services.api.queries import cities_as_stored, city_shown, last_engine
from shared.db.leases import backlog
from shared.db.models import Mount, Recording, Transcription
from shared.jobs.lanes import Lane

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
    warnings = [
        f"Mount {mount.name} is down: {mount.status_reason}"
        for mount in mounts
        if mount.status == "down" and mount.enabled
    ]
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
        warnings=warnings,
    )


def _fields(found: Any) -> dict[str, float]:
    return {"rows": found.rows, "media_seconds": found.media_seconds, "oldest_seconds": found.oldest_seconds}


@router.get("/metrics", operation_id="metrics", summary="Prometheus metrics", response_class=PlainTextResponse)
async def exported() -> Response:
    """What Prometheus scrapes."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
