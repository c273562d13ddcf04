"""Whether there is room in the queue for one more transcription."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.models import Transcription
from shared.errors import Temporary
from shared.lifecycle import TranscriptionStatus


async def require_room(db: AsyncSession, max_queue_size: int) -> None:
    """Raise ``Temporary`` when so many transcriptions wait that another would only grow old."""
    waiting = await db.scalar(
        select(func.count()).select_from(Transcription).where(Transcription.status == TranscriptionStatus.PENDING)
    )
    if (waiting or 0) >= max_queue_size:
        raise Temporary(
            f"{waiting} transcriptions are waiting already; try again later.", code="queue_full", retry_after_s=60
        )
