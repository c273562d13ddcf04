"""A publication at a station without Cablecast is done, and no longer waits for a person."""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BEFORE = "'pending', 'linked', 'placed', 'processing', 'published', 'needs_review', 'failed', 'removed'"
_AFTER = "'pending', 'linked', 'placed', 'processing', 'published', 'done', 'needs_review', 'failed', 'removed'"
_CODE = "reason_code = 'cablecast_not_configured'"


def upgrade() -> None:
    _allow(_AFTER)
    op.execute(f"UPDATE publications SET status = 'done' WHERE status = 'needs_review' AND {_CODE}")  # noqa: S608


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("UPDATE publications SET status = 'needs_review' WHERE status = 'done'")
    _allow(_BEFORE)


def _allow(words: str) -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("ck_publications_status_known"), "publications", type_="check")
    op.create_check_constraint(op.f("ck_publications_status_known"), "publications", f"status IN ({words})")
