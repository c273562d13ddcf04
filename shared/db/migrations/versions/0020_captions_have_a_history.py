"""Each version of captions knows what it was made from and by whom, and a recording which of them counts.

``person`` stays allowed as a source, and is read as ``naming``: the release before may still be running and write it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SOURCE = "ck_caption_versions_source_known"
_PARENT = "fk_caption_versions_parent_id_caption_versions"
_CURRENT = "fk_recordings_current_caption_version_id_caption_versions"
_COLUMNS = ("parent_id", "author", "note", "is_proposal", "cue_ids", "operations", "left_out")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    json = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    uuid = postgresql.UUID(as_uuid=True)
    for column in (
        sa.Column("parent_id", uuid),
        sa.Column("author", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("is_proposal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("cue_ids", json),
        sa.Column("operations", json),
        sa.Column("left_out", json),
    ):
        op.add_column("caption_versions", column)
    op.create_foreign_key(
        op.f(_PARENT), "caption_versions", "caption_versions", ["parent_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_caption_versions_parent",
        "caption_versions",
        ["parent_id"],
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.drop_constraint(op.f(_SOURCE), "caption_versions", type_="check")
    sources = "('machine', 'edit', 'naming', 'upload', 'live', 'person')"
    op.create_check_constraint(op.f(_SOURCE), "caption_versions", f"source IN {sources}")
    op.add_column("recordings", sa.Column("current_caption_version_id", uuid))
    op.create_foreign_key(
        op.f(_CURRENT),
        "recordings",
        "caption_versions",
        ["current_caption_version_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(
        "ix_recordings_current_caption_version",
        "recordings",
        ["current_caption_version_id"],
        postgresql_where=sa.text("current_caption_version_id IS NOT NULL"),
    )
    _tell_history()


def _tell_history() -> None:
    """A person has only ever named speakers; versions were made one after the other; the newest accepted one counts."""
    op.execute(
        "UPDATE caption_versions SET source = 'naming', author = users.username FROM users"
        " WHERE users.id = caption_versions.user_id AND source = 'person'"
    )
    op.execute("UPDATE caption_versions SET source = 'naming' WHERE source = 'person'")
    op.execute(
        "UPDATE caption_versions SET parent_id = earlier.parent FROM ("
        " SELECT id, lag(id) OVER (PARTITION BY transcription_id ORDER BY number) AS parent FROM caption_versions"
        ") AS earlier WHERE earlier.id = caption_versions.id AND earlier.parent IS NOT NULL"
    )
    op.execute(
        "UPDATE recordings SET current_caption_version_id = newest.id FROM ("
        " SELECT DISTINCT ON (transcriptions.recording_id) transcriptions.recording_id, caption_versions.id"
        " FROM transcriptions JOIN caption_versions ON caption_versions.transcription_id = transcriptions.id"
        " WHERE transcriptions.status = 'completed'"
        " ORDER BY transcriptions.recording_id,"
        " coalesce(transcriptions.completed_date, transcriptions.created_date) DESC, transcriptions.id,"
        " caption_versions.number DESC"
        ") AS newest WHERE newest.recording_id = recordings.id"
    )


def downgrade() -> None:
    """Proposals go, for the release before takes the newest version of all; every other version stays."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_recordings_current_caption_version", "recordings")
    op.drop_column("recordings", "current_caption_version_id")
    op.execute("DELETE FROM caption_versions WHERE is_proposal")
    op.execute("UPDATE caption_versions SET source = 'person' WHERE source IN ('edit', 'naming', 'upload')")
    op.execute("UPDATE caption_versions SET source = 'machine' WHERE source = 'live'")
    op.drop_constraint(op.f(_SOURCE), "caption_versions", type_="check")
    op.create_check_constraint(op.f(_SOURCE), "caption_versions", "source IN ('machine', 'person')")
    op.drop_index("ix_caption_versions_parent", "caption_versions")
    for column in _COLUMNS:
        op.drop_column("caption_versions", column)
