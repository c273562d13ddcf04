"""Tasks, which are work without a row of its own, and the schedules that start them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOW, _ZERO, _EMPTY = sa.text("archivist_now()"), sa.text("0"), sa.text("'{}'::jsonb")
_SERVICES = "service IN ('api', 'ingest', 'transcriber', 'vod')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("payload", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("timezone", sa.String(length=80), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.CheckConstraint(_SERVICES, name=op.f("ck_schedules_service_known")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedules")),
    )
    op.create_index("ix_schedules_next", "schedules", ["next_at"], postgresql_where=sa.text("enabled"))
    op.create_table(
        "tasks",
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column("progress", postgresql.JSONB(), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("schedule", sa.String(length=80), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=_ZERO, nullable=False),
        sa.Column("waits", sa.Integer(), server_default=_ZERO, nullable=False),
        sa.Column("died_alone", sa.Integer(), server_default=_ZERO, nullable=False),
        sa.Column("ran_short", sa.Integer(), server_default=_ZERO, nullable=False),
        sa.Column("alone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.CheckConstraint(_SERVICES, name=op.f("ck_tasks_service_known")),
        sa.CheckConstraint("status IN ('pending', 'done', 'failed', 'cancelled')", name=op.f("ck_tasks_status_known")),
        sa.ForeignKeyConstraint(
            ["schedule"], ["schedules.name"], name=op.f("fk_tasks_schedule_schedules"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("schedule", "due_at", name=op.f("uq_tasks_schedule_due_at")),
    )
    op.create_index("ix_tasks_ready", "tasks", ["service", "ready_at"], postgresql_where=sa.text("status = 'pending'"))
    op.create_index("ix_tasks_newest", "tasks", [sa.text("created_at DESC"), sa.text("id DESC")])
    op.create_index("ix_tasks_ended", "tasks", ["ended_at"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("tasks")
    op.drop_table("schedules")
