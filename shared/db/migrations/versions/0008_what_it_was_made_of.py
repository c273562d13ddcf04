"""The content that captions and publications were made of, the places of a sidecar, and what stood before a retry."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MADE_OF_IT = ("transcriptions", "caption_versions", "publications")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    json = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("recordings", sa.Column("content", sa.Text(), nullable=True))
    op.add_column("recordings", sa.Column("ctime_ns", sa.BigInteger(), nullable=True))
    op.add_column("recordings", sa.Column("inode", sa.BigInteger(), nullable=True))
    for table in _MADE_OF_IT:
        op.add_column(table, sa.Column("content", sa.Text(), nullable=True))
    op.add_column("transcriptions", sa.Column("standing", json, nullable=True))
    for table, column in (("transcriptions", "links_due"), ("publications", "places_due")):
        op.add_column(table, sa.Column(column, sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("publications", sa.Column("places", json, nullable=True))
    op.create_index("ix_recordings_content", "recordings", ["content"])
    op.create_index(
        "ix_recordings_duplicates", "recordings", ["duplicate_of"], postgresql_where=sa.text("duplicate_of IS NOT NULL")
    )
    op.create_index(
        "ix_transcriptions_links_due", "transcriptions", ["ready_at"], postgresql_where=sa.text("links_due")
    )
    op.create_index("ix_publications_places_due", "publications", ["ready_at"], postgresql_where=sa.text("places_due"))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_publications_places_due", table_name="publications")
    op.drop_index("ix_transcriptions_links_due", table_name="transcriptions")
    op.drop_index("ix_recordings_duplicates", table_name="recordings")
    op.drop_index("ix_recordings_content", table_name="recordings")
    op.drop_column("publications", "places")
    for table, column in (("publications", "places_due"), ("transcriptions", "links_due")):
        op.drop_column(table, column)
    op.drop_column("transcriptions", "standing")
    for table in _MADE_OF_IT:
        op.drop_column(table, "content")
    for column in ("inode", "ctime_ns", "content"):
        op.drop_column("recordings", column)
