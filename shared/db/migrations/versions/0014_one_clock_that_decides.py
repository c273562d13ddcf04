"""One function that says what time it is, for every claim, lease and default; a simulation may replace it."""

from collections.abc import Sequence

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FUNCTION = (
    "CREATE OR REPLACE FUNCTION archivist_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE"
    " AS 'SELECT pg_catalog.now()'"
)
_DEFAULTS = {
    "api_keys": ("created_date",),
    "audit_events": ("at",),
    "cablecast_shows": ("updated_date",),
    "caption_versions": ("created_at",),
    "cities": ("created_at",),
    "mounts": ("created_at", "ready_at"),
    "publications": ("recorded_at", "created_at", "ready_at"),
    "random_deaths": ("proven_at",),
    "recordings": ("seen_at", "recorded_at", "created_at", "ready_at"),
    "slices": ("ready_at",),
    "system_logs": ("created_date",),
    "transcriptions": ("created_date", "recorded_at", "ready_at"),
    "users": ("created_date",),
    "vod_content": ("created_date",),
    "voices": ("updated_at", "created_at"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(_FUNCTION)
    _default_to("archivist_now()")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _default_to("now()")
    op.execute("DROP FUNCTION archivist_now()")


def _default_to(moment: str) -> None:
    for table, columns in _DEFAULTS.items():
        changes = ", ".join(f"ALTER COLUMN {column} SET DEFAULT {moment}" for column in columns)
        op.execute(f"ALTER TABLE {table} {changes}")
