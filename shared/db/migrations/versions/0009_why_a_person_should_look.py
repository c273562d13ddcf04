"""The reasons of every transcription that needs review, in its row."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Rows of the release before have their report, whose reasons have no codes of their own yet.
_FROM_REPORT = """
    UPDATE transcriptions SET review_reasons = (
        SELECT jsonb_agg(jsonb_build_object(
            'code', checks->>'name', 'check', checks->>'name', 'text', reasons->>'text',
            'start_ms', reasons->'start_ms', 'end_ms', reasons->'end_ms'))
        FROM jsonb_array_elements(quality->'checks') AS checks, jsonb_array_elements(checks->'reasons') AS reasons
        WHERE checks->>'verdict' IN ('doubt', 'fail')
           OR checks->>'verdict' = 'unknown' AND checks->>'name' IN ('file_integrity', 'scc_validity', 'completeness')
    ) WHERE status = 'needs_review' AND quality IS NOT NULL
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "transcriptions",
        sa.Column("review_reasons", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    op.execute(_FROM_REPORT)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("transcriptions", "review_reasons")
