"""Ask Cablecast's schedule when shows air next, so that their captions are made before.

A recording is a show's by its link, and before it has one by the id in its name, if the show does not contradict it.
A date that a person has set stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, any_, cast, func, literal, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.vod.gateways.cablecast import Airing, Cablecast
from services.vod.gateways.cablecast_models import Show
from services.vod.linking import verify_link
from services.vod.recording_name import read_name
from shared.db import clock
from shared.db.event_log import tell
from shared.db.models import Publication, Recording, Transcription
from shared.db.session import Work
from shared.errors import NotFound
from shared.event_kinds import Happened
from shared.lifecycle import PublicationStatus, TranscriptionStatus

AHEAD = timedelta(days=7)
"""Far enough that a date is there before it decides anything."""
_ID_IN_NAME = r"^\s*(\d{1,7})\s*-"


@dataclass(frozen=True, slots=True)
class _AwaitedShow:
    """A recording whose captions are being made, and the show that it may be of."""

    transcription_id: UUID
    file_name: str
    duration_ms: int | None
    show_id: int
    is_linked: bool


async def sync_airings(work: Work, cablecast: Cablecast | None) -> dict[str, Any]:
    """Date every transcription under way by its show's next airing; answers how many dates changed.

    Nothing is changed unless the whole schedule could be read.
    """
    if cablecast is None:
        return {"skipped": "cablecast_not_configured"}
    async with work() as unit:
        now = await clock.read(unit.db)
    airings = await cablecast.airings_between(now, now + AHEAD)
    nearest = _nearest(airings)
    async with work() as unit:
        waiting = await _waiting(unit.db, nearest)
    doubtful = {one.show_id for one in waiting if not one.is_linked}
    shows = {show_id: show for show_id in sorted(doubtful) if (show := await _show(cablecast, show_id)) is not None}
    dates = {one.transcription_id: nearest[one.show_id] for one in waiting if one.is_linked or _is_of(one, shows)}
    changed = 0
    async with work() as unit:
        for transcription_id, due_at in await _changes(unit.db, dates):
            changed += await _date(unit.db, transcription_id, due_at)
    return {"airings": len(airings), "dated": len(dates), "changed": changed}


def _nearest(airings: Iterable[Airing]) -> dict[int, datetime]:
    """The first airing of each show."""
    nearest: dict[int, datetime] = {}
    for airing in sorted(airings, key=lambda each: each.starts_at, reverse=True):
        nearest[airing.show_id] = airing.starts_at
    return nearest


async def _show(cablecast: Cablecast, show_id: int) -> Show | None:
    try:
        return (await cablecast.get_show(show_id)).show
    except NotFound:
        return None


def _is_of(one: _AwaitedShow, shows: Mapping[int, Show]) -> bool:
    """Whether the name may be believed, by the rule that links are made by; the reel changes nothing about the time."""
    facts = read_name(one.file_name)
    show = shows.get(one.show_id)
    return (
        show is not None
        and facts.show_id == show.id
        and verify_link(facts, show, duration_ms=one.duration_ms).is_certain
    )


_UNDER_WAY = Transcription.status.in_((TranscriptionStatus.PENDING, TranscriptionStatus.PROCESSING))
_IS_OURS_TO_DATE = _UNDER_WAY & not_(Transcription.set_by_person.contains(["due_at"]))
_IS_LINK = Publication.linked_by.is_not(None) & (Publication.status != PublicationStatus.REMOVED)


async def _waiting(db: AsyncSession, nearest: Mapping[int, datetime]) -> list[_AwaitedShow]:
    """Recordings of these shows whose captions are under way; by the link where there is one, else by the name."""
    airing = any_(literal(list(nearest), ARRAY(Integer)))
    link = (
        select(Publication.show_id)
        .where(Publication.recording_id == Recording.id, _IS_LINK)
        .order_by(Publication.created_at.desc(), Publication.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    named: ColumnElement[int] = cast(func.substring(Recording.file_name, _ID_IN_NAME), Integer)
    show_id = func.coalesce(link, named)
    found = await db.execute(
        select(Transcription.id, Recording.file_name, Recording.duration_ms, show_id, link.is_not(None))
        .join(Recording, Recording.id == Transcription.recording_id)
        .where(_IS_OURS_TO_DATE, show_id == airing)
    )
    return [_AwaitedShow(*row) for row in found]


async def _changes(db: AsyncSession, dates: Mapping[UUID, datetime]) -> list[tuple[UUID, datetime | None]]:
    """What is dated otherwise than the schedule says, by id; what does not air any more has no date."""
    rows = await db.execute(
        select(Transcription.id, Transcription.due_at)
        .where(_IS_OURS_TO_DATE, or_(Transcription.due_at.is_not(None), Transcription.id.in_(list(dates))))
        .order_by(Transcription.id)
    )
    return [(row_id, dates.get(row_id)) for row_id, due_at in rows if due_at != dates.get(row_id)]


async def _date(db: AsyncSession, transcription_id: UUID, due_at: datetime | None) -> bool:
    """Set the date unless a person has set one meanwhile, or the work has ended."""
    mine = (Transcription.id == transcription_id) & _IS_OURS_TO_DATE
    row = (await db.execute(select(Transcription.due_at).where(mine).with_for_update(key_share=True))).one_or_none()
    if row is None:
        return False
    await db.execute(
        update(Transcription)
        .where(Transcription.id == transcription_id)
        .values(due_at=due_at)
        .execution_options(synchronize_session=False)
    )
    before, after = {"due_at": _text(row.due_at)}, {"due_at": _text(due_at)}
    tell(db, Happened.TRANSCRIPTION_DUE, transcription_id, by="vod", before=before, after=after, because="airing")
    return True


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
