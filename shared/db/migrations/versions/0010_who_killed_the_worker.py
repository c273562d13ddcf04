"""Which rows were in hand when a worker's process ended, whether alone, and which deaths were proven to be random."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = ("mounts", "recordings", "transcriptions", "slices", "publications")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in _TABLES:
        op.add_column(table, sa.Column("died_alone", sa.Integer(), server_default=sa.text("0"), nullable=False))
        op.add_column(table, sa.Column("alone", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "random_deaths",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("row_id", sa.UUID(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_random_deaths")),
    )
    op.create_index(op.f("ix_random_deaths_proven_at"), "random_deaths", ["proven_at"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("random_deaths")
    for table in reversed(_TABLES):
        for column in ("alone", "died_alone"):
            op.drop_column(table, column)
