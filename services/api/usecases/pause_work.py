"""Let a lane, a city or a single row rest, and go on again. What is in hand is finished, and what is finished stays."""

from typing import TypeVar
from uuid import UUID

from services.api.list_queries import WITHOUT_REPORTS
from services.api.session_tokens import Principal
from shared.db.event_log import tell
from shared.db.models import City, Publication, Recording, Transcription
from shared.db.paused_work import pause_lane as write_lane
from shared.db.paused_work import pause_row
from shared.db.session import Unit, Work
from shared.errors import NotFound
from shared.event_kinds import Happened, Subject
from shared.lanes import Lane

Row = TypeVar("Row", City, Recording, Transcription, Publication)

_SUBJECTS = {
    City: Subject.CITY,
    Recording: Subject.RECORDING,
    Transcription: Subject.TRANSCRIPTION,
    Publication: Subject.PUBLICATION,
}


async def pause(model: type[Row], row_id: UUID, who: Principal, *, paused: bool, work: Work) -> Row:
    """Pause the row or resume it; to say so twice changes nothing."""
    subject = _SUBJECTS[model]
    async with work() as unit:
        options = WITHOUT_REPORTS if model is Transcription else ()
        row, is_new = await pause_row(unit.db, model, row_id, *options, paused=paused)
        if row is None:
            raise NotFound(f"There is no {subject} {row_id}.")
        if is_new:
            tell(unit.db, Happened.WORK_PAUSED if paused else Happened.WORK_RESUMED, row_id, by=who, subject=subject)
        if not paused:
            _wake(unit)
        await unit.db.flush()
        await unit.db.refresh(row)
        return row


async def pause_lane(lane: Lane, who: Principal, *, paused: bool, work: Work) -> None:
    """The same for all work of a kind."""
    async with work() as unit:
        if await write_lane(unit.db, lane, by=who.name, paused=paused):
            kind = Happened.WORK_PAUSED if paused else Happened.WORK_RESUMED
            tell(unit.db, kind, lane, by=who, subject=Subject.LANE)
        if not paused:
            unit.notify(lane)


def _wake(unit: Unit) -> None:
    for lane in (Lane.INSPECT, Lane.PLAN, Lane.SLICE, Lane.FINISH, Lane.PUBLISH):
        unit.notify(lane)
