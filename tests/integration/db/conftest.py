"""A ledger to write rows into, so that a test of `shared.db` names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from shared.db.base import Base
from shared.db.models import Mount, Publication, Recording, Transcription
from shared.db.session import Work
from shared.notify import MemoryNotifier

Row = TypeVar("Row", bound=Base)

HELD: dict[str, Any] = {
    "lease_token": UUID(int=7),
    "lease_owner": "somebody",
    "lease_expires_at": datetime(2126, 1, 1, tzinfo=UTC),
}
"""What a row is like while a worker has it."""
FREE = dict.fromkeys(HELD)
ENDED = datetime(2026, 1, 1, tzinfo=UTC)
"""Long before every test."""
LATER = datetime(2126, 1, 1, tzinfo=UTC)
"""Long after every test: what is ready then waits now."""


class Ledger:
    """Rows of a station, made one by one and read back from the database itself."""

    def __init__(self, work: Work, notifier: MemoryNotifier) -> None:
        self.work = work
        self.notifier = notifier

    async def add(self, row: Row) -> Row:
        async with self.work() as unit:
            unit.db.add(row)
        return row

    async def mount(self, name: str = "flex-1", **values: Any) -> UUID:
        return (await self.add(Mount(name=name, path=f"/mnt/{name}", **values))).id

    async def recording(self, name: str, mount: UUID | None = None, **values: Any) -> UUID:
        if mount is None:
            async with self.work() as unit:
                mount = await unit.db.scalar(select(Mount.id).where(Mount.name == "flex-1"))
            mount = mount or await self.mount()
        row = Recording(
            **{
                "id": uuid4(),
                "mount_id": mount,
                "relative_path": f"meetings/{name}",
                "file_name": name,
                "status": "valid",
                "content": "of the meeting",
                "identity": "samples",
                "settled_at": ENDED,
                **values,
            }
        )
        return (await self.add(row)).id

    async def transcription(self, recording: UUID, **values: Any) -> UUID:
        row = Transcription(
            **{
                "id": uuid4(),
                "recording_id": recording,
                "filename": "old name.mp4",
                "file_path": "/old/place/old name.mp4",
                "status": "completed",
                "stage": "done",
                "content": "of the meeting",
                **values,
            }
        )
        return (await self.add(row)).id

    async def publication(self, transcription: UUID, **values: Any) -> UUID:
        async with self.work() as unit:
            recording = (await unit.db.get_one(Transcription, transcription)).recording_id
        row = Publication(
            **{"transcription_id": transcription, "recording_id": recording, "caption_version": 1, **values}
        )
        return (await self.add(row)).id

    async def read(self, table: type[Row], row_id: UUID | int) -> Row:
        async with self.work() as unit:
            return await unit.db.get_one(table, row_id)

    async def columns(self, table: type[Base], row_id: UUID | int, *names: str) -> dict[str, Any]:
        row = await self.read(table, row_id)
        return {name: getattr(row, name) for name in names}

    async def is_ready(self, table: Any, row_id: UUID) -> bool:
        """Whether it has been made ready a moment ago, and not when it was written."""
        at: datetime = (await self.read(table, row_id)).ready_at
        return abs(datetime.now(UTC) - at) < timedelta(minutes=5)

    async def locked(self, table: Any) -> tuple[Sequence[UUID], Sequence[UUID]]:
        """Rows that somebody has locked: against whoever changes them, and against whoever only refers to them."""
        async with self.work() as unit:
            every = set(await unit.db.scalars(select(table.id)))
            to_change = set(await unit.db.scalars(select(table.id).with_for_update(skip_locked=True)))
        async with self.work() as unit:
            referring = select(table.id).with_for_update(skip_locked=True, read=True, key_share=True)
            to_refer = set(await unit.db.scalars(referring))
        return sorted(every - to_change), sorted(every - to_refer)


@pytest.fixture
def ledger(work: Work, notifier: MemoryNotifier) -> Ledger:
    """An empty one."""
    return Ledger(work, notifier)
