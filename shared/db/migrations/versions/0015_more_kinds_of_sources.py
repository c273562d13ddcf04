"""Recordings may come from more than drives: sent by people, fetched from Cablecast, recorded from a stream."""

from collections.abc import Sequence

from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAME = "ck_mounts_kind_known"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f(_NAME), "mounts", type_="check")
    op.create_check_constraint(
        op.f(_NAME), "mounts", "kind IN ('folder', 'uploads', 'removed', 'received', 'downloaded', 'live')"
    )


def downgrade() -> None:
    """What came another way keeps its history, as a folder does that is not watched."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("UPDATE mounts SET kind = 'removed', enabled = false WHERE kind IN ('received', 'downloaded', 'live')")
    op.drop_constraint(op.f(_NAME), "mounts", type_="check")
    op.create_check_constraint(op.f(_NAME), "mounts", "kind IN ('folder', 'uploads', 'removed')")
