"""Indexes in the order in which rows are claimed, so that a claim costs the same however many wait."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BEST: list[str | sa.TextClause] = [sa.text("priority DESC"), sa.text("recorded_at DESC"), "id"]
_TO_INSPECT = "status = 'settling' AND settled_at IS NOT NULL"
_ON_ITS_WAY = "status IN ('pending', 'linked', 'placed', 'processing')"
_TO_FINISH = "(status = 'processing' AND stage = 'finish') OR (status = 'completed' AND links_due)"
_BY_WAIT = {
    "ix_mounts_ready": ("mounts", ["ready_at"], "enabled", "enabled"),
    "ix_recordings_inspect": ("recordings", ["ready_at"], _TO_INSPECT, _TO_INSPECT),
    "ix_publications_ready": ("publications", ["ready_at"], _ON_ITS_WAY, f"{_ON_ITS_WAY} OR places_due"),
    "ix_tasks_ready": ("tasks", ["service", "ready_at"], "status = 'pending'", "status = 'pending'"),
}
"""Table, columns, and condition before and after: ``id`` joins them, so that rows ready at one moment are in order."""
_BY_RANK = {
    "ix_recordings_inspect_best": ("recordings", _TO_INSPECT),
    "ix_publications_best": ("publications", f"{_ON_ITS_WAY} OR places_due"),
    "ix_transcriptions_finish": ("transcriptions", _TO_FINISH),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, (table, columns, _, condition) in _BY_WAIT.items():
        op.drop_index(name, table)
        op.create_index(name, table, [*columns, "id"], postgresql_where=sa.text(condition))
    for name, (table, condition) in _BY_RANK.items():
        op.create_index(name, table, _BEST, postgresql_where=sa.text(condition))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, (table, _) in _BY_RANK.items():
        op.drop_index(name, table)
    for name, (table, columns, condition, _) in _BY_WAIT.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns, postgresql_where=sa.text(condition))
