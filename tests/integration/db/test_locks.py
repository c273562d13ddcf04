"""Who is locked, and against whom: a row that is only referred to is nobody's business."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.locks import (
    lock_places,
    lock_recording_of,
    lock_recordings,
    lock_transcription,
    lock_transcription_of,
)
from shared.db.models import Publication, Recording, Transcription
from tests.integration.db.conftest import Ledger


async def _places(ledger: Ledger) -> dict[str, UUID]:
    """A recording with two copies, and one of which there is no copy."""
    original = await ledger.recording("original.mp4")
    first = await ledger.recording("first.mp4", duplicate_of=original)
    second = await ledger.recording("second.mp4", duplicate_of=original)
    other = await ledger.recording("other.mp4", content="of another")
    return {"original": original, "first": first, "second": second, "other": other}


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        (["original"], ["original", "first", "second"]),
        (["first"], ["original", "first"]),
        (["other"], ["other"]),
        (["first", "other"], ["original", "first", "other"]),
    ],
)
async def test_a_place_is_locked_with_its_copies_or_with_what_it_is_a_copy_of(
    ledger: Ledger, asked: list[str], held: list[str]
) -> None:
    places = await _places(ledger)

    async with ledger.work() as unit:
        await lock_places(unit.db, (places[name] for name in asked))
        to_change, to_refer = await ledger.locked(Recording)

    assert to_change == sorted(places[name] for name in held)
    assert to_refer == []


async def test_recordings_are_locked_without_their_copies(ledger: Ledger) -> None:
    places = await _places(ledger)

    async with ledger.work() as unit:
        await lock_recordings(unit.db, (places[name] for name in ("original", "other")))
        found = await ledger.locked(Recording)

    assert found == (sorted([places["original"], places["other"]]), [])


@pytest.mark.parametrize(
    ("lock", "table"),
    [(lock_recording_of, Recording), (lock_transcription, Transcription), (lock_transcription_of, Transcription)],
)
async def test_what_belongs_to_a_row_is_locked_alone(
    ledger: Ledger,
    lock: Callable[[AsyncSession, UUID], Awaitable[None]],
    table: type[Recording] | type[Transcription],
) -> None:
    wanted = {}
    for name in ("mine.mp4", "other.mp4"):
        recording = await ledger.recording(name)
        transcription = await ledger.transcription(recording)
        wanted[name] = {
            Recording: recording,
            Transcription: transcription,
            Publication: await ledger.publication(transcription),
        }
    known_by = Publication if lock is lock_transcription_of else Transcription

    async with ledger.work() as unit:
        await lock(unit.db, wanted["mine.mp4"][known_by])
        found = await ledger.locked(table)

    assert found == ([wanted["mine.mp4"][table]], [])
