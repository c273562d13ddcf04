"""What the rules decided for a recording, and why; and what of a transcription a person has set."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("recordings", sa.Column("decision", postgresql.JSONB(none_as_null=True)))
    op.add_column(
        "transcriptions",
        sa.Column(
            "set_by_person",
            postgresql.JSONB(none_as_null=True),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("transcriptions", "set_by_person")
    op.drop_column("recordings", "decision")
