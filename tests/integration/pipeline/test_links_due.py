"""Whoever has edited or linked captions waits until their files lie where people find them, whatever a retry does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.api.usecases.steer_transcription import cancel_transcription, retry_transcription
from services.transcriber.parts.link_outputs import link_outputs
from shared.db.models import City, Transcription
from shared.db.session import Unit
from shared.errors import Temporary
from shared.lanes import Lane
from shared.lifecycle import TranscriptionStatus
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.test_crossing import WHO
from tests.integration.pipeline.test_history import correct
from tests.integration.pipeline.test_moved_outputs import link_to_another_city, made
from tests.integration.pipeline.test_standing import STRICT

__all__ = ["made"]


async def _folder(workshop: Workshop, made: UUID) -> Path:
    return Path(str((await workshop.row(made)).output_directory))


async def test_an_edit_is_written_after_a_retry_even_if_the_first_try_to_do_so_fails(
    workshop: Workshop, made: UUID
) -> None:
    await correct(workshop, made, 1)
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    failures = 0

    @asynccontextmanager
    async def full() -> AsyncIterator[Unit]:
        nonlocal failures
        if not failures and (await workshop.row(made)).status == TranscriptionStatus.COMPLETED:  # and no link is made
            failures += 1
            raise Temporary("The disk is full.", code="storage_full", outside=True)
        async with workshop.work() as unit:
            yield unit

    await workshop.finish(workshop.worker(workshop.deps(work=full)))
    await workshop.pass_time()
    await workshop.finish(workshop.worker())

    assert failures == 1
    machine, edit, *proposed = await workshop.versions(made)
    assert (machine.source, edit.source, [one.is_proposal for one in proposed]) == ("machine", "edit", [True, True])
    assert edit.files
    assert "CORRECTED" in (await _folder(workshop, made) / "short.txt").read_text()
    assert [one.caption_version for one in await workshop.publications()] == [2]
    assert not (await workshop.row(made)).links_due


@pytest.mark.parametrize("is_edited", [False, True])
async def test_a_link_while_a_retry_runs_moves_the_folder_when_that_ends(
    workshop: Workshop, made: UUID, is_edited: bool
) -> None:
    worker = workshop.worker()
    if is_edited:
        await correct(workshop, made, 1)
        await workshop.finish(worker)
    old = await _folder(workshop, made)
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    await link_to_another_city(workshop, made)

    await workshop.finish(worker)
    await workshop.pass_time()
    await workshop.finish(worker)

    row = await workshop.row(made)
    assert (row.status, row.links_due, row.error_code) == (TranscriptionStatus.COMPLETED, False, None)
    assert Path(str(row.output_directory)).is_relative_to(workshop.output / "grant")
    assert not old.exists()


async def test_a_link_while_a_retry_runs_that_is_cancelled_in_its_review_moves_the_folder(
    workshop: Workshop, made: UUID
) -> None:
    worker = workshop.worker()
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    await link_to_another_city(workshop, made)
    async with workshop.work() as unit:
        await unit.db.execute(update(City).values(settings=STRICT))
    await workshop.finish(worker)
    waiting = await workshop.row(made)
    before = workshop.notifier.notified[Lane.FINISH]
    await cancel_transcription(made, WHO, work=workshop.work)
    assert workshop.notifier.notified[Lane.FINISH] == before + 1

    await workshop.finish(worker)  # at once: nothing has to be waited for

    row = await workshop.row(made)
    assert (waiting.status, waiting.links_due) == (TranscriptionStatus.NEEDS_REVIEW, True)
    assert (row.status, row.links_due) == (TranscriptionStatus.COMPLETED, False)
    assert Path(str(row.output_directory)).is_relative_to(workshop.output / "grant")


async def test_a_link_that_comes_while_files_are_linked_moves_the_folder_next(workshop: Workshop, made: UUID) -> None:
    async with workshop.work() as unit:
        await unit.db.execute(update(Transcription).values(links_due=True))
    looks = 0

    @asynccontextmanager
    async def meddled() -> AsyncIterator[Unit]:
        nonlocal looks
        looks += 1
        if looks == 3:  # the worker has linked, and is about to say so
            await link_to_another_city(workshop, made)
        async with workshop.work() as unit:
            yield unit

    await link_outputs(made, workshop.deps(work=meddled))
    assert (await workshop.row(made)).links_due
    await workshop.finish(workshop.worker())

    assert (await _folder(workshop, made)).is_relative_to(workshop.output / "grant")
    async with workshop.work() as unit:
        assert (await unit.db.scalars(select(Transcription.links_due))).all() == [False]
