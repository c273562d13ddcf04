"""The audit trail: who did what to which thing."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.models import AuditEvent


def note(db: AsyncSession, actor: str, action: str, subject_kind: str, subject_id: object, **facts: Any) -> None:
    """Write down ``action`` (past tense, ``transcription.cancelled``) with the transaction at hand."""
    db.add(AuditEvent(actor=actor, action=action, subject_kind=subject_kind, subject_id=str(subject_id), facts=facts))
