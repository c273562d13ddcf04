"""Telling what happened, following it, and forgetting what is old: the only module that writes the table ``events``."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    String,
    cast,
    column,
    func,
    literal,
    null,
    select,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import clock
from shared.db.lane_rows import ROWS
from shared.db.leases import Lease
from shared.db.models import Event, Mount, Publication, Recording, Slice, Task, Transcription
from shared.errors import Temporary
from shared.event_kinds import ABOUT, SERVICES, Happened, Somebody, Subject

_AT_ONCE = 10_000
"""Rows that one call takes out, so that no transaction is long."""


def tell(
    db: AsyncSession,
    kind: Happened,
    subject_id: object,
    *,
    by: str | Somebody,
    subject: Subject | None = None,
    transcription_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    **facts: Any,
) -> None:
    """Write down what happened with the transaction at hand: it is told if and only if the change is committed.

    ``by`` is a service's name or whoever asked. ``subject`` is needed only where the kind leaves it open;
    ``transcription_id`` is the subject itself where that is a transcription. Facts that are None are left out.
    """
    about = ABOUT[kind]
    subject = about.subject or subject
    assert subject is not None, f"{kind} may be about anything: say what"
    if subject is Subject.TRANSCRIPTION and isinstance(subject_id, UUID):
        transcription_id = subject_id
    db.add(
        Event(
            actor=by if isinstance(by, str) else by.name,
            user_id=None if isinstance(by, str) else by.user_id,
            kind=kind,
            level=about.level,
            subject_kind=subject,
            subject_id=str(subject_id),
            transcription_id=transcription_id,
            before=before,
            after=after,
            facts={name: value for name, value in facts.items() if value is not None},
        )
    )


async def tell_retry(db: AsyncSession, lease: Lease, error: Temporary, *, in_s: float) -> None:
    """Another try follows. What is waited for without counting is told when its cause is a new one, not every time.

    To be asked before the row is given back; nothing is told for a lease that was lost.
    """
    model = ROWS[lease.lane].model
    subject = SUBJECT_OF.get(model)
    of = getattr(model, "transcription_id", None) or (model.id if subject is Subject.TRANSCRIPTION else null())
    mine = select(model.error_code, of).where(model.id == lease.row_id, model.lease_token == lease.token)
    row = (await db.execute(mine)).one_or_none()
    if subject is None or row is None or (error.outside and row[0] == error.code):
        return
    facts: dict[str, Any] = {
        "code": error.code,
        "reason": error.message,
        "lane": str(lease.lane),
        "in_s": round(in_s, 1),
    }
    if not error.outside:
        facts["attempt"] = lease.attempt
    told: dict[str, Any] = {"subject": subject, "transcription_id": row[1], **facts}
    tell(db, Happened.WORK_RETRIED, lease.row_id, by=lease.lane.service, **told)


SUBJECT_OF: dict[type[Any], Subject] = {
    Mount: Subject.MOUNT,
    Recording: Subject.RECORDING,
    Transcription: Subject.TRANSCRIPTION,
    Slice: Subject.SLICE,
    Publication: Subject.PUBLICATION,
    Task: Subject.TASK,
}
"""What the rows of a lane are called."""


def was_told(kind: Happened | Sequence[Happened], subject_id: Any) -> ColumnElement[bool]:
    """The condition that a row of ``Event`` is of these kinds and about this subject; also within a statement."""
    kinds = [kind] if isinstance(kind, Happened) else list(kind)
    subject = ABOUT[kinds[0]].subject
    one = str(subject_id) if isinstance(subject_id, UUID | int | str) else cast(subject_id, String)
    return (Event.subject_kind == subject) & (Event.subject_id == one) & Event.kind.in_(kinds)


BY_A_PERSON = Event.actor.not_in(SERVICES)


async def settled_to(db: AsyncSession) -> int:
    """The id up to which no event can appear any more.

    Ids are drawn in order and committed out of order. Whoever writes events holds, until its transaction ends, an
    advisory lock that names the last id drawn before its own; what lies at or below the lowest of them is settled. To
    be asked in a statement of its own, before the rows are read, in a transaction of the default isolation.
    """
    return int((await db.scalars(select(func.events_settled()))).one())


async def follow(
    db: AsyncSession,
    after: int,
    *,
    kinds: Sequence[Happened] = (),
    transcription_id: UUID | None = None,
    most: int = 500,
) -> list[Event]:
    """The next events after the one with the id ``after``, in order; none is ever skipped, however late its commit.

    Ask again with the last id that came. An open transaction that has told something holds up readers, and no writer.
    """
    upper = await settled_to(db)
    wanted = select(Event).where(Event.id > after, Event.id <= upper).order_by(Event.id).limit(most)
    if kinds:
        wanted = wanted.where(Event.kind.in_(kinds))
    if transcription_id is not None:
        wanted = wanted.where(Event.transcription_id == transcription_id)
    return list((await db.scalars(wanted)).all())


async def forget_old(db: AsyncSession, *, by: str, most: int = _AT_ONCE) -> int:
    """Take out events that are older than their kind is kept; returns how many. Ask again while it is ``most``."""
    kept = values(column("kind"), column("days"), name="kept").data(
        [(str(kind), about.days) for kind, about in ABOUT.items() if about.days is not None]
    )
    old = (
        select(Event.id)
        .join(kept, kept.c.kind == Event.kind)
        .where(Event.at < clock.now() - func.make_interval(0, 0, 0, kept.c.days))
        .order_by(Event.id)
        .limit(most)
    )
    return await _forget(db, old, by=by, why="retention")


async def forget_subject(
    db: AsyncSession, subject: Subject, subject_id: object, *, by: str, why: str = "erasure", most: int = _AT_ONCE
) -> int:
    """Take out what was told about one thing, because somebody has a right to that; returns how many."""
    theirs = select(Event.id).where(Event.subject_kind == subject, Event.subject_id == str(subject_id)).limit(most)
    return await _forget(db, theirs, by=by, why=why)


async def _forget(db: AsyncSession, which: Any, *, by: str, why: str) -> int:
    ids = list((await db.scalars(which)).all())
    if not ids:
        return 0
    gone = await db.scalars(select(func.forget_events(literal(ids, ARRAY(BigInteger)), by, why)))
    return int(gone.one())
