"""Transactions that touch the same rows from different ends: each waits its turn, and none is thrown out.

PostgreSQL ends one of two transactions that wait for each other, which nobody may see happen. Every test here stops two
of them at the point where it would: one row is held until both wait, in the order in which they must be served.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Select, func, select, text, update

from services.api.session_tokens import Principal
from services.api.usecases.steer_publication import remove_publication
from services.api.usecases.steer_transcription import approve_transcription
from services.ingest.deps import Deps, StationChoices
from services.ingest.gateways.ffprobe import FfprobeInspector
from services.ingest.gateways.mount_client import Mounts
from services.ingest.ledger import write_looks
from services.ingest.stability import observe
from services.ingest.usecases.inspect_recording import inspect_recording
from services.transcriber.usecases.finish_transcription import finish_transcription
from services.vod.deps import VodDeps
from services.vod.parts.publication_work import PublicationWork, StepOutcome
from services.vod.parts.settle_publication import settle_publication
from shared.compute import ComputeHere
from shared.db.leases import Lease, take
from shared.db.models import City, Mount, Publication, Recording, Transcription
from shared.db.session import Work
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus, Stage, TranscriptionStatus
from shared.rules.policy import PublishPolicy
from tests.integration.pipeline.conftest import Workshop

WHO = Principal(name="ada", user_id=1, role="operator")
LONG = timedelta(minutes=5)
CITY: dict[str, Any] = {"slug": "maplewood", "name": "Maplewood", "settings": {"quality_threshold": 0.2}}
"""Its captions pass, so that they are published."""


async def crossing(work: Work, held: Select[Any], *steps: Awaitable[Any]) -> list[Any]:
    """Start each step when the one before waits for a lock; let the ``held`` rows go when the last one does."""
    tasks: list[asyncio.Future[Any]] = []
    async with work() as unit:
        await unit.db.execute(held.with_for_update(key_share=True))
        for step in steps:
            tasks.append(asyncio.ensure_future(step))
            async with asyncio.timeout(30):
                while await _waiting(work) < sum(not task.done() for task in tasks):
                    await asyncio.sleep(0.02)
    return await asyncio.gather(*tasks)


async def _waiting(work: Work) -> int:
    statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with work() as unit:
        return int(await unit.db.scalar(text(statement)) or 0)


async def _leased(work: Work, lane: Lane) -> Lease:
    async with work() as unit:
        lease = await take(unit.db, lane, owner="somebody", lasting=LONG)
    assert lease is not None
    return lease


async def _publication(work: Work, transcription_id: uuid.UUID, status: PublicationStatus) -> Publication:
    async with work() as unit:
        row = await unit.db.get_one(Transcription, transcription_id)
        made = Publication(transcription_id=row.id, recording_id=row.recording_id, caption_version=1, status=status)
        unit.db.add(made)
        await unit.db.flush()
        await unit.db.refresh(made)
        return made


async def _proof(work: Work, lease: Lease, row: Publication) -> None:
    """The VOD service has found the captions with viewers; of its work only the publication is looked at here."""
    row.show_id, row.vod_id = 7, 70
    found = cast("PublicationWork", SimpleNamespace(publication=row, show=None))
    deps = cast("VodDeps", SimpleNamespace(work=work))
    await settle_publication(lease, found, StepOutcome(PublicationStatus.PUBLISHED), deps)


async def _two_captions_of_one_recording(work: Work) -> list[uuid.UUID]:
    async with work() as unit:
        mount = Mount(name="flex-1", path="/mnt/flex-1")
        unit.db.add(mount)
        await unit.db.flush()
        file = Recording(mount_id=mount.id, relative_path="a.mp4", file_name="a.mp4", status="valid")
        unit.db.add(file)
        await unit.db.flush()
        rows = [
            Transcription(recording_id=file.id, filename="a.mp4", file_path="/mnt/flex-1/a.mp4", status="needs_review")
            for _ in range(2)
        ]
        unit.db.add_all(rows)
        await unit.db.flush()
        return [row.id for row in rows]


async def _decoded(workshop: Workshop, media: Path) -> tuple[uuid.UUID, Lease]:
    """A transcription whose slices are done, in the hands of the worker that is about to finish it."""
    made = await workshop.add(media, city=City(**CITY))
    worker = workshop.worker()
    while await worker.work_one(Lane.PLAN) or await worker.work_one(Lane.SLICE):
        pass
    return made, await _leased(workshop.work, Lane.FINISH)


def _row_of(transcription_id: uuid.UUID) -> Select[Any]:
    return select(Transcription.id).where(Transcription.id == transcription_id)


async def test_captions_finish_while_a_person_removes_their_publication(workshop: Workshop, short_clip: Path) -> None:
    made, lease = await _decoded(workshop, short_clip)
    publication = await _publication(workshop.work, made, PublicationStatus.PUBLISHED)

    await crossing(
        workshop.work,
        _row_of(made),
        finish_transcription(lease, workshop.deps()),
        remove_publication(publication.id, WHO, work=workshop.work),
    )

    row = await workshop.row(made)
    assert (row.status, row.vod_status) == (TranscriptionStatus.COMPLETED, "removed")
    assert [one.status for one in await workshop.publications()] == [PublicationStatus.REMOVED]


async def test_captions_finish_while_the_vod_service_proves_those_before(workshop: Workshop, short_clip: Path) -> None:
    made, lease = await _decoded(workshop, short_clip)
    publication = await _publication(workshop.work, made, PublicationStatus.PROCESSING)

    await crossing(
        workshop.work,
        select(Publication.id),
        _proof(workshop.work, await _leased(workshop.work, Lane.PUBLISH), publication),
        finish_transcription(lease, workshop.deps()),
    )

    row = await workshop.row(made)
    assert (row.status, row.stage) == (TranscriptionStatus.COMPLETED, Stage.DONE)
    # The proof was of captions that are no longer the newest: they go the way again.
    assert [one.status for one in await workshop.publications()] == [PublicationStatus.PENDING]


async def test_captions_finish_while_ingest_finds_that_the_recording_has_changed(
    workshop: Workshop, short_clip: Path
) -> None:
    made, lease = await _decoded(workshop, short_clip)
    now = datetime(2026, 9, 15, tzinfo=UTC)
    mounts = Mounts(timeout_s=20)
    look = await mounts.reader(str(workshop.mount)).look(short_clip.name, now=lambda: now)
    settling = observe(observe(None, look), look)
    async with workshop.work() as unit:
        settled = {"status": "settling", "settled_at": func.now(), "looks": write_looks([], settling)}
        await unit.db.execute(update(Recording).values(**settled))
    inspection = await _leased(workshop.work, Lane.INSPECT)
    deps = Deps(workshop.work, mounts, FfprobeInspector(timeout_s=20), ComputeHere(), lambda: now, StationChoices())

    await crossing(
        workshop.work,
        _row_of(made),
        finish_transcription(lease, workshop.deps()),
        inspect_recording(inspection, deps=deps),
    )
    await mounts.close()

    assert (await workshop.row(made)).status == TranscriptionStatus.COMPLETED
    async with workshop.work() as unit:
        assert (await unit.db.scalars(select(Recording.status))).all() == ["valid"]


@pytest.mark.parametrize("removal_first", [True, False])
async def test_captions_are_approved_while_their_publication_is_removed(work: Work, removal_first: bool) -> None:
    made, _ = await _two_captions_of_one_recording(work)
    publication = await _publication(work, made, PublicationStatus.NEEDS_REVIEW)
    steps: Sequence[Awaitable[Any]] = (
        remove_publication(publication.id, WHO, work=work),
        approve_transcription(made, WHO, work=work, station=PublishPolicy.AUTO),
    )

    await crossing(work, _row_of(made), *(steps if removal_first else reversed(steps)))

    async with work() as unit:
        status = (await unit.db.scalars(select(Publication.status))).one()
    assert status == (PublicationStatus.PENDING if removal_first else PublicationStatus.REMOVED)


async def test_of_two_captions_of_a_recording_that_are_approved_at_once_one_is_published(work: Work) -> None:
    both = await _two_captions_of_one_recording(work)
    rows = [await _publication(work, one, PublicationStatus.NEEDS_REVIEW) for one in both]

    await crossing(
        work,
        select(Publication.id).where(Publication.id == rows[0].id),
        *(approve_transcription(one, WHO, work=work, station=PublishPolicy.AUTO) for one in both),
    )

    async with work() as unit:
        status = select(Publication.status).where
        found = [await unit.db.scalar(status(Publication.transcription_id == one)) for one in both]
    assert found == [PublicationStatus.REMOVED, PublicationStatus.PENDING]


async def test_of_two_captions_that_were_never_published_one_is(work: Work) -> None:
    """Neither sees the other's publication, which is not there yet."""
    both = await _two_captions_of_one_recording(work)

    await asyncio.gather(*(approve_transcription(one, WHO, work=work, station=PublishPolicy.AUTO) for one in both))

    async with work() as unit:
        found = (await unit.db.scalars(select(Publication.status))).all()
    assert sorted(found) == [PublicationStatus.PENDING, PublicationStatus.REMOVED]
