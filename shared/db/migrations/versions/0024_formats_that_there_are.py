"""A transcription's output format is one of those that are written; nothing has read it so far, and all say ``scc``."""

from collections.abc import Sequence

from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAME = "ck_transcriptions_output_format_known"
_KNOWN = "output_format IN ('scc', 'vtt', 'srt', 'txt', 'json')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"UPDATE transcriptions SET output_format = 'scc' WHERE NOT ({_KNOWN})")  # noqa: S608 - written above
    op.create_check_constraint(op.f(_NAME), "transcriptions", _KNOWN)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f(_NAME), "transcriptions", type_="check")
