"""What stood before a retry is kept in the row, and comes back as if nobody had asked."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from shared.db.models import CaptionVersion, Slice, Transcription
from shared.db.standing import forget_standing, keep_standing, return_to_standing, still_standing
from shared.lifecycle import TranscriptionStatus
from tests.integration.db.conftest import FREE, HELD, Ledger

BEGAN, ENDED = datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 13, tzinfo=UTC)
FINISHED: dict[str, Any] = {
    "status": "completed",
    "stage": "done",
    "progress": 100,
    "language": "es",
    "started_date": BEGAN,
    "completed_date": ENDED,
    "processing_time": 3600,
    "second_decode": True,
    "plan": {"speech": [1]},
    "settings": {"engine": "x"},
    "wanted_engine": {"kind": "x"},
    "engine": {"name": "x"},
    "quality": {"score": 1},
    "quality_score": 0.9,
    "review_reasons": [{"code": "x"}],
    "enrichment": {"summary": "s"},
    "speakers": {"model": "m"},
    "output_directory": "/out",
    "scc_file_path": "/out/a.scc",
    "metadata_file_path": "/out/a.json",
    "summary_file_path": "/out/a.md",
}
PIECE: dict[str, Any] = {
    "start_ms": 0,
    "end_ms": 600_000,
    "status": "done",
    "progress_ms": 600_000,
    "result": {"words": ["aye"]},
    "first_decode": {"because": "x"},
    "work_seconds": 12.5,
    "finished_at": ENDED,
}


async def _finished(ledger: Ledger, name: str = "a.mp4", **values: Any) -> UUID:
    row_id = await ledger.transcription(await ledger.recording(name), **{**FINISHED, **values})
    for number in (1, 0):
        await ledger.add(Slice(transcription_id=row_id, number=number, **PIECE))
    await _version(ledger, row_id, 1)
    return row_id


async def _version(ledger: Ledger, row_id: UUID, number: int) -> None:
    await ledger.add(CaptionVersion(transcription_id=row_id, number=number, cue_list={}))


async def _versions(ledger: Ledger, row_id: UUID) -> list[int]:
    async with ledger.work() as unit:
        mine = select(CaptionVersion.number).where(CaptionVersion.transcription_id == row_id)
        return list(await unit.db.scalars(mine.order_by(CaptionVersion.number)))


async def _slices(ledger: Ledger, row_id: UUID) -> list[dict[str, Any]]:
    async with ledger.work() as unit:
        rows = await unit.db.scalars(select(Slice).where(Slice.transcription_id == row_id).order_by(Slice.number))
        return [{name: getattr(row, name) for name in ("number", *PIECE)} for row in rows]


async def _keep(ledger: Ledger, row_id: UUID) -> None:
    async with ledger.work() as unit:
        await keep_standing(unit.db, await unit.db.get_one(Transcription, row_id))


async def _return(ledger: Ledger, row_id: UUID) -> bool:
    async with ledger.work() as unit:
        return await return_to_standing(unit.db, await unit.db.get_one(Transcription, row_id))


async def _standing(ledger: Ledger, row_id: UUID) -> dict[str, Any] | None:
    async with ledger.work() as unit:
        return await unit.db.scalar(select(Transcription.standing).where(Transcription.id == row_id))


async def _retry(ledger: Ledger, row_id: UUID, **values: Any) -> None:
    """Nothing of what stood is left in the row itself."""
    emptied: dict[str, Any] = {name: None for name, value in FINISHED.items() if isinstance(value, dict | list | float)}
    paths = dict.fromkeys(("output_directory", "scc_file_path", "metadata_file_path", "summary_file_path"))
    others = {"language": "en", "started_date": None, "completed_date": None, "processing_time": None}
    emptied |= {**paths, **others, "settings": {}, "second_decode": False, "attempt": 2, "progress": 40, **HELD}
    async with ledger.work() as unit:
        await unit.db.execute(
            update(Transcription)
            .where(Transcription.id == row_id)
            .values({**emptied, "status": "processing", "stage": "slices", **values})
        )
        await unit.db.execute(
            update(Slice).where(Slice.transcription_id == row_id).values(status="pending", result=None, progress_ms=0)
        )


@pytest.mark.parametrize("status", ["completed", "needs_review"])
async def test_a_retry_that_ends_early_leaves_everything_as_it_was(ledger: Ledger, status: str) -> None:
    row_id, other = await _finished(ledger, status=status), await _finished(ledger, "b.mp4")
    await _keep(ledger, row_id)
    await _retry(ledger, row_id)
    await _version(ledger, row_id, 2)
    await _version(ledger, other, 2)

    assert await _return(ledger, row_id)

    row = await ledger.columns(Transcription, row_id, *FINISHED, "attempt", *FREE)
    assert row == {**FINISHED, "status": status, "attempt": 0, **FREE}
    assert await _slices(ledger, row_id) == [{"number": number, **PIECE} for number in (0, 1)]
    assert await _versions(ledger, row_id) == [1]
    assert await _standing(ledger, row_id) is None
    assert len(await _slices(ledger, other)) == 2
    assert await _versions(ledger, other) == [1, 2]
    assert await _standing(ledger, other) is None


async def test_captions_without_slices_and_versions_stand_too(ledger: Ledger) -> None:
    row_id = await ledger.transcription(await ledger.recording("a.mp4"), **FINISHED)
    await _keep(ledger, row_id)
    await _retry(ledger, row_id, completed_date=ENDED)
    await ledger.add(Slice(transcription_id=row_id, number=0, **PIECE))
    await _version(ledger, row_id, 1)

    assert await _return(ledger, row_id)

    assert (await ledger.read(Transcription, row_id)).status == "completed"
    assert await _slices(ledger, row_id) == []


async def test_times_that_nobody_knew_are_not_known_again(ledger: Ledger) -> None:
    row_id = await _finished(ledger, started_date=None, completed_date=None)
    await _keep(ledger, row_id)
    await _retry(ledger, row_id, started_date=BEGAN, completed_date=ENDED)

    await _return(ledger, row_id)

    row = await ledger.columns(Transcription, row_id, "started_date", "completed_date")
    assert row == {"started_date": None, "completed_date": None}


async def test_what_an_earlier_release_kept_less_of_stays_as_it_is(ledger: Ledger) -> None:
    stood: dict[str, Any] = {
        "status": "completed",
        "completed_date": None,
        "started_date": None,
        "slices": [],
        "before": None,
    }
    row_id = await _finished(ledger, status="processing", standing=stood)
    await _version(ledger, row_id, 2)

    assert await _return(ledger, row_id)

    row = await ledger.columns(Transcription, row_id, "status", "language", "plan")
    assert row == {"status": "completed", "language": "es", "plan": {"speech": [1]}}
    assert await _versions(ledger, row_id) == [1, 2]


@pytest.mark.parametrize("status", ["pending", "processing", "failed", "cancelled"])
async def test_only_finished_captions_stand(ledger: Ledger, status: str) -> None:
    row_id = await _finished(ledger, status=status)

    await _keep(ledger, row_id)

    assert await _standing(ledger, row_id) is None
    assert not await _return(ledger, row_id)
    assert (await ledger.read(Transcription, row_id)).status == status


async def test_a_second_retry_returns_to_the_first_and_the_first_to_what_stood_before_it(ledger: Ledger) -> None:
    row_id = await _finished(ledger)
    await _keep(ledger, row_id)
    await _retry(ledger, row_id, status="needs_review", language="fr")
    await _keep(ledger, row_id)
    await _retry(ledger, row_id)

    assert await _return(ledger, row_id)
    first = await ledger.columns(Transcription, row_id, "status", "language")
    assert await _return(ledger, row_id)
    before = await ledger.columns(Transcription, row_id, "status", "language")

    assert first == {"status": "needs_review", "language": "fr"}
    assert before == {"status": "completed", "language": "es"}
    assert not await _return(ledger, row_id)


async def test_what_has_taken_its_place_lets_nothing_stand(ledger: Ledger) -> None:
    row_id, other = await _finished(ledger), await _finished(ledger, "b.mp4")
    for one in (row_id, other):
        await _keep(ledger, one)

    async with ledger.work() as unit:
        await forget_standing(unit.db, await unit.db.get_one(Transcription, row_id))

    assert await _standing(ledger, row_id) is None
    assert await _standing(ledger, other) is not None


@pytest.mark.parametrize(
    ("stood", "ends_as", "stands"),
    [
        (["completed"], "completed", []),
        (["completed"], "needs_review", ["completed"]),
        (["completed"], "failed", ["completed"]),
        (["needs_review"], "needs_review", []),
        (["completed", "needs_review"], "needs_review", ["completed"]),
        ([], "needs_review", []),
    ],
)
async def test_captions_that_were_accepted_stand_until_others_are(
    ledger: Ledger, stood: list[str], ends_as: str, stands: list[str]
) -> None:
    """``stood`` and ``stands`` name what stood first before what stood after it."""
    row_id = await _finished(ledger)
    for status in stood:
        async with ledger.work() as unit:
            await unit.db.execute(update(Transcription).where(Transcription.id == row_id).values(status=status))
        await _keep(ledger, row_id)

    async with ledger.work() as unit:
        kept = still_standing(TranscriptionStatus(ends_as))
        await unit.db.execute(update(Transcription).where(Transcription.id == row_id).values(standing=kept))

    found: list[str] = []
    standing = await _standing(ledger, row_id)
    while standing is not None:
        found.insert(0, standing["status"])
        standing = standing["before"]
    assert found == stands
