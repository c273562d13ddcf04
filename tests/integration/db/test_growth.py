"""What is let go of when it is old, and above all what is not."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from shared.db import clock
from shared.db.content_return import start_over
from shared.db.growth import Keeping, forget_overtaken_cues, forget_words
from shared.db.models import CaptionVersion, Recording, Slice, Transcription
from shared.db.session import Work
from shared.db.task_starts import forget_old_rows
from tests.integration.db.conftest import Ledger

KEPT = timedelta(days=30)
FILES = {kind: {"name": f"{kind}.x", "sha256": "0" * 64, "size_bytes": 1} for kind in ("scc", "json")}
CUES = {"start_tc": "00:00:00;00", "drop_frame": True, "cues": []}


async def _ago(work: Work, days: float) -> datetime:
    async with work() as unit:
        return await clock.read(unit.db) - timedelta(days=days)


async def _finished(ledger: Ledger, *, days: float = 40, files: Any = FILES, **values: Any) -> UUID:
    """A transcription that ended so long ago, with a slice and a version."""
    at = await _ago(ledger.work, days)
    times = {"created_date": at, "started_date": at, "completed_date": at}
    recording = await ledger.recording(f"{values.pop('name', 'a')}.mp4")
    made = await ledger.transcription(recording, **{"plan": {"speech": []}, **times, **values})
    heard = {"status": "done", "result": {"words": [1]}, "first_decode": {"result": {}, "because": []}}
    await ledger.add(Slice(transcription_id=made, number=0, start_ms=0, end_ms=1, **heard))
    await ledger.add(CaptionVersion(transcription_id=made, number=1, cue_list=CUES, files=files))
    return made


async def _has_words(ledger: Ledger, transcription: UUID) -> tuple[bool, bool]:
    async with ledger.work() as unit:
        row = await unit.db.get_one(Transcription, transcription)
        piece = (await unit.db.scalars(select(Slice).where(Slice.transcription_id == transcription))).one()
        return bool(row.plan), piece.result is not None or piece.first_decode is not None


async def _forget_words(work: Work, most: int = 50) -> int:
    async with work() as unit:
        return await forget_words(unit.db, KEPT, most=most)


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
async def test_words_of_what_ended_long_ago_go_and_rows_stay(ledger: Ledger, status: str) -> None:
    old = await _finished(ledger, status=status)
    young = await _finished(ledger, status=status, days=20, name="b")

    assert await _forget_words(ledger.work) == 1

    assert await _has_words(ledger, old) == (False, False)
    assert await _has_words(ledger, young) == (True, True)
    assert await _forget_words(ledger.work) == 0


@pytest.mark.parametrize(
    "kept",
    [
        {"status": "needs_review"},
        {"status": "processing", "stage": "slices"},
        {"links_due": True},
        {"files": {}},
        {"standing": {"status": "completed"}},
    ],
    ids=["a person is to look", "is worked on", "files are to follow", "no files yet", "a retry stands before others"],
)
async def test_words_that_are_still_needed_stay(ledger: Ledger, kept: dict[str, Any]) -> None:
    made = await _finished(ledger, **kept)

    assert await _forget_words(ledger.work) == 0
    assert await _has_words(ledger, made) == (True, True)


async def test_words_of_an_old_wish_that_was_worked_on_lately_stay(ledger: Ledger) -> None:
    made = await _finished(ledger, status="cancelled", completed_date=None, progress_at=await _ago(ledger.work, 1))

    assert await _forget_words(ledger.work) == 0
    assert await _has_words(ledger, made) == (True, True)


async def test_a_retry_without_words_does_every_slice_again(ledger: Ledger) -> None:
    made = await _finished(ledger)
    await _forget_words(ledger.work)

    async with ledger.work() as unit:
        await start_over(unit.db, await unit.db.get_one(Transcription, made))

    async with ledger.work() as unit:
        piece = (await unit.db.scalars(select(Slice))).one()
    assert piece.status == "pending"


async def test_all_that_is_old_goes_in_parts(ledger: Ledger) -> None:
    for number in range(3):
        await _finished(ledger, name=f"n{number}")

    assert [await _forget_words(ledger.work, most=2) for _ in range(3)] == [2, 1, 0]
    assert (await forget_old_rows(ledger.work, Keeping()))["words"] == 0


async def _history(ledger: Ledger, *sources: str, days: float = 40) -> tuple[UUID, list[UUID]]:
    """Versions made one of the other; a trailing ``?`` is a proposal."""
    recording = await ledger.recording("a.mp4")
    made = await ledger.transcription(recording)
    at = await _ago(ledger.work, days)
    ids: list[UUID] = []
    for number, source in enumerate(sources, 1):
        version = CaptionVersion(
            transcription_id=made, number=number, source=source.rstrip("?"), is_proposal=source.endswith("?"),
            cue_list={**CUES, "number": number}, files=FILES, created_at=at, parent_id=ids[-1] if ids else None,
        )  # fmt: skip
        ids.append((await ledger.add(version)).id)
    return made, ids


async def _kept(ledger: Ledger, made: UUID) -> list[int]:
    async with ledger.work() as unit:
        await forget_overtaken_cues(unit.db, KEPT, most=50)
    async with ledger.work() as unit:
        versions = select(CaptionVersion).where(CaptionVersion.transcription_id == made)
        rows = (await unit.db.scalars(versions.order_by(CaptionVersion.number))).all()
        assert all(row.files == FILES for row in rows)
        return [row.number for row in rows if row.cue_list]


async def test_the_first_and_the_newest_result_keep_their_cues_and_those_between_do_not(ledger: Ledger) -> None:
    made, _ = await _history(ledger, *["machine"] * 4)

    assert await _kept(ledger, made) == [1, 4]


async def test_young_results_keep_their_cues(ledger: Ledger) -> None:
    made, _ = await _history(ledger, *["machine"] * 4, days=20)

    assert await _kept(ledger, made) == [1, 2, 3, 4]


async def test_what_counts_and_what_is_published_keeps_its_cues(ledger: Ledger) -> None:
    made, ids = await _history(ledger, *["machine"] * 5)
    await ledger.publication(made, caption_version=3)
    async with ledger.work() as unit:
        await unit.db.execute(update(Recording).values(current_caption_version_id=ids[1]))

    assert await _kept(ledger, made) == [1, 2, 3, 5]


async def test_a_persons_versions_and_what_they_were_made_of_keep_their_cues(ledger: Ledger) -> None:
    made, _ = await _history(
        ledger, "machine", "machine", "machine", "edit", "edit", "machine?", "edit?", "machine?", "machine?", "naming"
    )

    assert await _kept(ledger, made) == [1, 3, 4, 5, 6, 7, 9, 10]
