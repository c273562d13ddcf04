"""Whose turn it is: the media time taken of each city, and the indexes by which its best recording is found."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ACTIVE = sa.text("status IN ('pending', 'processing')")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "city_turns",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("city_id", sa.UUID(), nullable=False),
        sa.Column("began_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lane", "city_id", name=op.f("pk_city_turns")),
    )
    op.create_index(
        "ix_transcriptions_city_ready",
        "transcriptions",
        ["stage", "city_id", sa.text("priority DESC"), sa.text("recorded_at DESC"), "id"],
        postgresql_where=_ACTIVE,
    )
    op.create_index(
        "ix_transcriptions_due", "transcriptions", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_transcriptions_due", "transcriptions")
    op.drop_index("ix_transcriptions_city_ready", "transcriptions")
    op.drop_table("city_turns")
