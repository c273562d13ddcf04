"""A mount may be removed: its row stays for the recordings that were found on it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAME = "ck_mounts_kind_known"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f(_NAME), "mounts", type_="check")
    op.create_check_constraint(op.f(_NAME), "mounts", "kind IN ('folder', 'uploads', 'removed')")


def downgrade() -> None:
    """Removed mounts are known again, and stay unwatched."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("UPDATE mounts SET kind = 'folder' WHERE kind = 'removed'")
    op.drop_constraint(op.f(_NAME), "mounts", type_="check")
    op.create_check_constraint(op.f(_NAME), "mounts", "kind IN ('folder', 'uploads')")
