"""Files that people are owed stay owed whatever keeps them from being written, and are written when that is over."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from services.api.usecases.edit_captions import CaptionEdits, edit_captions
from services.transcriber.usecases.end_transcription import end_transcription
from shared.captions.edits_json import edits_to_json
from shared.captions.operations import SetText
from shared.compute import ComputeHere
from shared.db import clock
from shared.db.leases import take
from shared.db.session import Unit
from shared.errors import ArchivistError, Conflict, Temporary, Unusable
from shared.jobs.worker import LeaseTerms
from shared.lanes import Lane
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.finished_captions import TEXTS, finished
from tests.integration.pipeline.test_crossing import WHO
from tests.integration.pipeline.test_history import correct


async def test_an_edit_waits_for_a_volume_that_is_away_and_lies_nowhere_else(workshop: Workshop) -> None:
    made = await finished(workshop)
    worker = workshop.worker(terms=LeaseTerms(max_attempts=1))
    await workshop.finish(worker)
    await correct(workshop, made, 1)
    away = workshop.output.rename(workshop.output.with_name("away"))
    workshop.output.mkdir()  # where it is mounted

    await workshop.finish(worker)
    waiting, below = await workshop.row(made), list(workshop.output.iterdir())
    versions = await workshop.versions(made)
    workshop.output.rmdir()
    away.rename(workshop.output)
    await workshop.pass_time()
    await workshop.finish(worker)

    assert (waiting.links_due, waiting.error_code, below) == (True, "output_away", [])
    assert [bool(one.files) for one in versions] == [True, False]
    row = await workshop.row(made)
    folder = Path(str(row.output_directory))
    text = next(folder.glob("*.txt")).read_text()
    assert "CORRECTED" in text
    assert (row.links_due, row.error_code, row.error_message) == (False, None, None)
    assert [one.caption_version for one in await workshop.publications()] == [2]


async def test_links_of_files_that_are_gone_are_waited_for(workshop: Workshop) -> None:
    made = await finished(workshop)
    folder = Path(str((await workshop.row(made)).output_directory))
    words = next(folder.rglob("words.json"))
    words.rename(folder / "aside")
    worker = workshop.worker(terms=LeaseTerms(max_attempts=1))

    await workshop.finish(worker)
    waiting = await workshop.row(made)
    (folder / "aside").rename(words)
    await workshop.pass_time()
    await workshop.finish(worker)

    assert (waiting.links_due, waiting.error_code) == (True, "output_away")
    assert not (await workshop.row(made)).links_due and (folder / "words.json").is_file()


async def test_what_nobody_foresaw_gives_nothing_up_but_waits_longer(workshop: Workshop) -> None:
    made = await finished(workshop)
    await workshop.finish(workshop.worker())
    await correct(workshop, made, 1)

    is_broken = True

    @asynccontextmanager
    async def broken() -> AsyncIterator[Unit]:
        if is_broken:
            raise RuntimeError("Nobody foresaw this.")
        async with workshop.work() as unit:
            yield unit

    await workshop.finish(workshop.worker(workshop.deps(work=broken), terms=LeaseTerms(max_attempts=1)))
    waiting = await workshop.row(made)
    async with workshop.work() as unit:
        pause = waiting.ready_at - await clock.read(unit.db)
    await workshop.pass_time()
    await workshop.finish(workshop.worker())

    assert (waiting.links_due, waiting.error_code, waiting.attempt) == (True, "unforeseen", 0)
    assert timedelta(minutes=14) < pause <= timedelta(minutes=15)
    assert [bool(one.files) for one in await workshop.versions(made)] == [True, True]
    assert not (await workshop.row(made)).links_due


@pytest.mark.parametrize(
    ("error", "is_due"),
    [
        (Temporary("The disk was slow."), True),
        (Unusable("Its process was killed.", code="worker_died"), True),
        (Unusable("It leads out.", code="path_escapes"), True),
        (Unusable("No decoder shows it.", code="edit_not_writable", version=2), False),
        (Unusable("No decoder shows it.", code="edit_not_writable", version=1), True),
        (Conflict("The recording was replaced.", code="recording_changed"), False),
    ],
)
async def test_only_what_no_try_could_write_is_owed_no_more(
    workshop: Workshop, error: ArchivistError, is_due: bool
) -> None:
    made = await finished(workshop)
    await correct(workshop, made, 1)
    async with workshop.work() as unit:
        lease = await take(unit.db, Lane.FINISH, owner="w", lasting=timedelta(minutes=1))
    assert lease is not None

    async with workshop.work() as unit:
        await end_transcription(unit.db, lease, error)

    row = await workshop.row(made)
    assert (row.links_due, row.error_code, row.lease_token) == (is_due, error.code, None)


async def test_an_edit_after_one_that_cannot_be_written_is_written(workshop: Workshop) -> None:
    made = await finished(workshop)
    said = [tuple(text.split()) for text in TEXTS]
    strange = [("\u4f1a\u8b70\u3092\u958b\u4f1a",)] * 3

    async def edit(base: int, old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> None:
        steps = [SetText(f"{n:06}", 0, *words) for n, words in enumerate(zip(old, new, strict=True), 1)]
        edits = CaptionEdits(base, edits_to_json(steps))
        await edit_captions(made, edits, WHO, work=workshop.work, compute=ComputeHere())

    await edit(1, said, strange)
    worker = workshop.worker()
    await workshop.finish(worker)
    refused = await workshop.row(made)
    await edit(2, strange, [("Our", "meeting"), *said[1:]])
    await workshop.finish(worker)

    row = await workshop.row(made)
    assert (refused.links_due, refused.error_code) == (False, "edit_not_writable")
    assert (row.links_due, row.error_code) == (False, None)
    assert "Our meeting" in next(Path(str(row.output_directory)).glob("*.txt")).read_text()
