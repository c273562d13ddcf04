"""How far a recording has come, in numbers, in words and step by step, read from PostgreSQL."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from services.api.list_queries import WITHOUT_REPORTS, slice_counts, transcription_or_404
from services.api.schemas.transcriptions import Progress, ReviewReason
from shared.db.event_log import follow, settled_to
from shared.db.models import Event, Publication, Transcription
from shared.db.session import Work
from shared.lifecycle import PublicationStatus, Stage, TranscriptionStatus, VodStatus

_PUBLICATION_WORDS = {
    PublicationStatus.PENDING: "looking for the show",
    PublicationStatus.LINKED: "show found, placing the sidecar",
    PublicationStatus.PLACED: "sidecar placed, looking at the VOD",
    PublicationStatus.PROCESSING: "Cablecast is making the VOD",
    PublicationStatus.PUBLISHED: "published and verified",
    PublicationStatus.DONE: "they lie beside the recording or in the output tree",
    PublicationStatus.NEEDS_REVIEW: "publication needs a person",
    PublicationStatus.FAILED: "publication failed",
    PublicationStatus.REMOVED: "publication withdrawn",
}
_RESTING = {
    PublicationStatus.PUBLISHED,
    PublicationStatus.DONE,
    PublicationStatus.NEEDS_REVIEW,
    PublicationStatus.FAILED,
    PublicationStatus.REMOVED,
}
_SETTLED = {PublicationStatus.PUBLISHED, PublicationStatus.DONE, PublicationStatus.REMOVED}


_LARGEST = 2**63 - 1


def read_last_id(header: str | None) -> int | None:
    """The id in ``Last-Event-ID``; None without one, and for what we never gave out, as the standard asks."""
    if header is None or not (header.isascii() and header.isdecimal()):
        return None
    return min(int(header[:20]), _LARGEST)


class Following:
    """Somebody who hears the steps of one transcription, and how far they have come."""

    def __init__(self, transcription_id: UUID, *, after: int | None) -> None:
        self._transcription_id = transcription_id
        self._after = after

    @property
    def after(self) -> int:
        """The id of the last step that was given out, or from which on they are."""
        return self._after or 0

    async def steps(self, work: Work) -> list[Event]:
        """What has happened since the last call; none of it is skipped, see ``shared.db.event_log``."""
        async with work() as unit:
            if self._after is None:
                self._after = await settled_to(unit.db)
            found = await follow(unit.db, self._after, transcription_id=self._transcription_id)
        if found:
            self._after = found[-1].id
        return found

    async def has_more(self, db: AsyncSession) -> bool:
        """Whether this transaction sees a step that was not given out yet."""
        more = exists().where(Event.transcription_id == self._transcription_id, Event.id > self.after)
        return bool(await db.scalar(select(more)))


async def progress_of(db: AsyncSession, transcription_id: UUID) -> Progress:
    """The state of this moment; to be asked first in a transaction."""
    # Without this every statement would see a moment of its own, and tell of a state that never was.
    await db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    row = await transcription_or_404(db, transcription_id, *WITHOUT_REPORTS)
    done, total = await slice_counts(db, transcription_id)
    publication = await db.scalar(
        select(Publication)
        .where(Publication.transcription_id == transcription_id)
        .options(defer(Publication.evidence), defer(Publication.suggestions))
    )
    # A publication that went well has a reason too: its proof. One that was stopped says by whom. Neither is an error.
    is_settled = publication and publication.status in _SETTLED
    trouble = None if is_settled else publication
    return Progress(
        id=row.id,
        status=TranscriptionStatus(row.status),
        stage=Stage(row.stage),
        progress=row.progress,
        slices_done=done,
        slices_total=total,
        message=_in_words(row, done, total, publication, await _heard(db, row)),
        vod_status=VodStatus(row.vod_status) if row.vod_status else None,
        publication_status=publication.status if publication else None,
        error_code=row.error_code or (trouble.reason_code if trouble else None),
        error_message=row.error_message or (trouble.reason if trouble else None),
        review_reasons=_reasons_of(row),
    )


def _reasons_of(row: Transcription) -> list[ReviewReason] | None:
    if row.status != TranscriptionStatus.NEEDS_REVIEW or row.review_reasons is None:
        return None
    return [ReviewReason.model_validate(reason) for reason in row.review_reasons]


def is_over(progress: Progress) -> bool:
    """True when nothing more will happen without a person."""
    if progress.status in (TranscriptionStatus.PENDING, TranscriptionStatus.PROCESSING):
        return False
    if progress.status == TranscriptionStatus.COMPLETED and progress.publication_status is not None:
        return progress.publication_status in _RESTING
    return True


async def _heard(db: AsyncSession, row: Transcription) -> float | None:
    """How much has been heard while speakers are told apart, which may take longer than all the rest."""
    if row.status != TranscriptionStatus.PROCESSING or row.stage != Stage.FINISH:
        return None
    return await db.scalar(select(Transcription.speakers["share"].as_float()).where(Transcription.id == row.id))


def _in_words(row: Transcription, done: int, total: int, publication: Publication | None, heard: float | None) -> str:
    if row.status == TranscriptionStatus.PENDING:
        return "waiting for a transcriber"
    if heard is not None:
        return f"telling speakers apart: {int(heard * 100)} % heard"
    if row.status == TranscriptionStatus.PROCESSING:
        return {
            Stage.PLAN: "reading the sound and planning slices",
            Stage.SLICES: f"transcribing: {done} of {total} slices done",
            Stage.FINISH: "writing and checking captions",
            Stage.DONE: "done",
        }[Stage(row.stage)]
    if row.status == TranscriptionStatus.COMPLETED and publication is not None:
        return f"captions ready; {_PUBLICATION_WORDS[PublicationStatus(publication.status)]}"
    return {
        TranscriptionStatus.COMPLETED: "captions ready",
        TranscriptionStatus.NEEDS_REVIEW: "captions ready, a person should look",
        TranscriptionStatus.FAILED: "failed",
        TranscriptionStatus.CANCELLED: "cancelled",
    }[TranscriptionStatus(row.status)]
