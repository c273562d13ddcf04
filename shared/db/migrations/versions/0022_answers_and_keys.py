"""What Cablecast said of a show, word for word; and the indexes that the original system had on its API keys."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("cablecast_shows", sa.Column("answer", postgresql.JSONB(none_as_null=True)))
    op.create_index("idx_api_keys_user_id", "api_keys", ["user_id"])
    op.create_index("idx_api_keys_active", "api_keys", ["active"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("idx_api_keys_active", "api_keys")
    op.drop_index("idx_api_keys_user_id", "api_keys")
    op.drop_column("cablecast_shows", "answer")
