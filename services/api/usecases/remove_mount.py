"""Watch a folder no more; what was found on it keeps its history."""

from uuid import UUID

from sqlalchemy import func, select, update

from services.api.list_queries import mount_or_404
from services.api.session_tokens import Principal
from shared.db.event_log import tell
from shared.db.models import Recording, Transcription
from shared.db.session import Work
from shared.errors import Conflict
from shared.event_kinds import Happened
from shared.lifecycle import RecordingStatus, TranscriptionStatus
from shared.sources import SourceKind


async def remove_mount(mount_id: UUID, who: Principal, *, work: Work) -> None:
    """Raises `Conflict` while recordings on it wait for captions: they would wait for ever."""
    async with work() as unit:
        row = await mount_or_404(unit.db, mount_id)
        waiting = await unit.db.scalar(
            select(func.count())
            .select_from(Transcription)
            .join(Recording, Recording.id == Transcription.recording_id)
            .where(
                Recording.mount_id == row.id,
                Transcription.status.in_((TranscriptionStatus.PENDING, TranscriptionStatus.PROCESSING)),
            )
        )
        if waiting:
            raise Conflict(
                f"{waiting} recording(s) of {row.name} wait for captions: let them end, or cancel them first.",
                code="mount_busy",
            )
        # Nobody looks any further into what had not been decided upon; it settles anew if the mount comes back.
        is_undecided = (Recording.mount_id == row.id, Recording.status == RecordingStatus.SETTLING)
        await unit.db.execute(update(Recording).where(*is_undecided).values(settled_at=None))
        tell(unit.db, Happened.MOUNT_REMOVED, row.id, by=who, name=row.name, path=row.path)
        row.kind, row.enabled = SourceKind.REMOVED, False
        row.name = f"{row.name[:40]} {row.id}"  # the name is free again
        # A scan in hand must not write down what it found.
        row.lease_token = row.lease_owner = row.lease_expires_at = None
