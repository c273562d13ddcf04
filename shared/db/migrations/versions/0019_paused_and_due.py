"""Lanes, cities and single rows may be paused; captions may be due at a moment."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PAUSED = ("cities", "recordings", "transcriptions", "publications")
_INDEXED = ("recordings", "transcriptions")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in _PAUSED:
        op.add_column(table, sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for table in _INDEXED:
        op.create_index(f"ix_{table}_paused", table, ["id"], postgresql_where=sa.text("paused"))
    op.add_column("transcriptions", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.create_table(
        "paused_lanes",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), server_default=sa.text("archivist_now()"), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_paused_lanes")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("paused_lanes")
    op.drop_column("transcriptions", "due_at")
    for table in _INDEXED:
        op.drop_index(f"ix_{table}_paused", table)
    for table in _PAUSED:
        op.drop_column(table, "paused")
