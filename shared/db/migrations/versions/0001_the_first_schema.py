"""The first schema.

The previous release keeps running while this is applied: add, copy, switch; remove only in a later release.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "audit_events",
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column(
            "facts",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index(
        "ix_audit_events_subject",
        "audit_events",
        ["subject_kind", "subject_id", sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "cablecast_shows",
        sa.Column("cablecast_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("producer", sa.Text(), nullable=True),
        sa.Column("runtime", sa.Integer(), nullable=True),
        sa.Column("created_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_date", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=True),
        sa.Column("event_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "facts",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cablecast_shows")),
        sa.UniqueConstraint("cablecast_id", name=op.f("uq_cablecast_shows_cablecast_id")),
    )
    op.create_index("idx_cablecast_shows_title", "cablecast_shows", ["title"], unique=False)
    op.create_table(
        "cities",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "title_words",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("publish_policy", sa.String(length=20), server_default="auto", nullable=False),
        sa.Column("write_sidecar", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("priority", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("publish_policy IN ('auto', 'review', 'off')", name=op.f("ck_cities_publish_policy_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cities")),
        sa.UniqueConstraint("slug", name=op.f("uq_cities_slug")),
    )
    op.create_table(
        "users",
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=20), server_default="user", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_date", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_login", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'operator', 'user')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "api_keys",
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("key_hash", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("permissions", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_date", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_table(
        "mounts",
        sa.Column("city_id", sa.UUID(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), server_default="folder", nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("settle_seconds", sa.Double(), server_default=sa.text("90"), nullable=False),
        sa.Column("scan_seconds", sa.Double(), server_default=sa.text("30"), nullable=False),
        sa.Column("sentinel", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=20), server_default="unknown", nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "facts",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('folder', 'uploads')", name=op.f("ck_mounts_kind_known")),
        sa.CheckConstraint("status IN ('unknown', 'up', 'down')", name=op.f("ck_mounts_status_known")),
        sa.CheckConstraint("settle_seconds > 0 AND scan_seconds > 0", name=op.f("ck_mounts_times_positive")),
        sa.ForeignKeyConstraint(["city_id"], ["cities.id"], name=op.f("fk_mounts_city_id_cities"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mounts")),
        sa.UniqueConstraint("name", name=op.f("uq_mounts_name")),
        sa.UniqueConstraint("path", name=op.f("uq_mounts_path")),
    )
    op.create_index("ix_mounts_ready", "mounts", ["ready_at"], unique=False, postgresql_where=sa.text("enabled"))
    op.create_table(
        "recordings",
        sa.Column("mount_id", sa.UUID(), nullable=False),
        sa.Column("city_id", sa.UUID(), nullable=True),
        sa.Column("relative_path", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "looks",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("identity", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.UUID(), nullable=True),
        sa.Column("status", sa.String(length=20), server_default="seen", nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("present", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column(
            "facts",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("has_captions", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('seen', 'settling', 'valid', 'rejected')", name=op.f("ck_recordings_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_recordings_city_id_cities"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["recordings.id"], name=op.f("fk_recordings_duplicate_of_recordings"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["mount_id"], ["mounts.id"], name=op.f("fk_recordings_mount_id_mounts"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("mount_id", "relative_path", name=op.f("uq_recordings_mount_id_relative_path")),
    )
    op.create_index("ix_recordings_identity", "recordings", ["identity"], unique=False)
    op.create_index(
        "ix_recordings_inspect",
        "recordings",
        ["ready_at"],
        unique=False,
        postgresql_where=sa.text("status = 'settling' AND settled_at IS NOT NULL"),
    )
    op.create_index(
        "ix_recordings_newest",
        "recordings",
        [sa.literal_column("recorded_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_recordings_status_newest",
        "recordings",
        ["status", sa.literal_column("recorded_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_recordings_mount_newest",
        "recordings",
        ["mount_id", sa.literal_column("recorded_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_recordings_city_newest",
        "recordings",
        ["city_id", sa.literal_column("recorded_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_recordings_file_name_newest",
        "recordings",
        ["file_name", sa.literal_column("recorded_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_recordings_unsettled",
        "recordings",
        ["mount_id"],
        unique=False,
        postgresql_where=sa.text("status IN ('seen', 'settling')"),
    )
    op.create_table(
        "transcriptions",
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("file_path", sa.Text(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("duration", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column("progress", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("language", sa.String(length=10), server_default="en", nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("output_format", sa.String(length=10), server_default="scc", nullable=False),
        sa.Column("include_summary", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("priority", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_date", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scc_file_path", sa.Text(), nullable=True),
        sa.Column("summary_file_path", sa.Text(), nullable=True),
        sa.Column("metadata_file_path", sa.Text(), nullable=True),
        sa.Column("processing_time", sa.Integer(), nullable=True),
        sa.Column("vod_id", sa.String(length=100), nullable=True),
        sa.Column("vod_url", sa.Text(), nullable=True),
        sa.Column("vod_status", sa.String(length=20), nullable=True),
        sa.Column("recording_id", sa.UUID(), nullable=False),
        sa.Column("city_id", sa.UUID(), nullable=True),
        sa.Column("stage", sa.String(length=20), server_default="plan", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column(
            "settings",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("plan", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("engine", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("quality", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("quality_score", sa.Double(), nullable=True),
        sa.Column("enrichment", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("output_directory", sa.Text(), nullable=True),
        sa.Column("second_decode", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.CheckConstraint("stage IN ('plan', 'slices', 'finish', 'done')", name=op.f("ck_transcriptions_stage_known")),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'failed', 'cancelled', 'needs_review')",
            name=op.f("ck_transcriptions_status"),
        ),
        sa.CheckConstraint(
            "vod_status IN ('processing', 'published', 'failed', 'removed')", name=op.f("ck_transcriptions_vod_status")
        ),
        sa.CheckConstraint("priority BETWEEN 1 AND 5", name=op.f("ck_transcriptions_priority")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_transcriptions_progress")),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_transcriptions_city_id_cities"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_transcriptions_recording_id_recordings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_transcriptions_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcriptions")),
    )
    op.create_index(
        "idx_transcriptions_created_date",
        "transcriptions",
        [sa.literal_column("created_date DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "idx_transcriptions_status",
        "transcriptions",
        ["status", sa.literal_column("created_date DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("idx_transcriptions_user_id", "transcriptions", ["user_id"], unique=False)
    op.create_index("idx_transcriptions_vod_status", "transcriptions", ["vod_status"], unique=False)
    op.create_index(
        "ix_transcriptions_ready",
        "transcriptions",
        ["stage", sa.literal_column("priority DESC"), sa.literal_column("recorded_at DESC")],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'processing')"),
    )
    op.create_index(
        "ix_transcriptions_recording",
        "transcriptions",
        ["recording_id", sa.literal_column("created_date DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_transcriptions_city",
        "transcriptions",
        ["city_id", sa.literal_column("created_date DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_transcriptions_active_recording",
        "transcriptions",
        ["recording_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('pending', 'processing')"),
    )
    op.create_table(
        "caption_versions",
        sa.Column("transcription_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), server_default="machine", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("cue_list", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column(
            "files",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("source IN ('machine', 'person')", name=op.f("ck_caption_versions_source_known")),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcriptions.id"],
            name=op.f("fk_caption_versions_transcription_id_transcriptions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_caption_versions_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caption_versions")),
        sa.UniqueConstraint("transcription_id", "number", name=op.f("uq_caption_versions_transcription_id_number")),
    )
    op.create_table(
        "publications",
        sa.Column("transcription_id", sa.UUID(), nullable=False),
        sa.Column("recording_id", sa.UUID(), nullable=False),
        sa.Column("city_id", sa.UUID(), nullable=True),
        sa.Column("caption_version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("show_id", sa.Integer(), nullable=True),
        sa.Column("linked_by", sa.Text(), nullable=True),
        sa.Column("vod_id", sa.Integer(), nullable=True),
        sa.Column("vod_created", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sidecar", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("suggestions", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("evidence", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("priority", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("vod_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'linked', 'placed', 'processing', 'published', 'needs_review', 'failed', 'removed')",
            name=op.f("ck_publications_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["city_id"], ["cities.id"], name=op.f("fk_publications_city_id_cities"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_publications_recording_id_recordings"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcriptions.id"],
            name=op.f("fk_publications_transcription_id_transcriptions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("transcription_id", name=op.f("uq_publications_transcription_id")),
    )
    op.create_index(
        "ix_publications_newest",
        "publications",
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_publications_status_newest",
        "publications",
        ["status", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_publications_ready",
        "publications",
        ["ready_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'linked', 'placed', 'processing')"),
    )
    op.create_table(
        "slices",
        sa.Column("transcription_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column("progress_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("work_seconds", sa.Double(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_token", sa.UUID(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'done', 'failed')", name=op.f("ck_slices_status_known")),
        sa.CheckConstraint("end_ms > start_ms", name=op.f("ck_slices_forwards")),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcriptions.id"],
            name=op.f("fk_slices_transcription_id_transcriptions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slices")),
        sa.UniqueConstraint("transcription_id", "number", name=op.f("uq_slices_transcription_id_number")),
    )
    op.create_index(
        "ix_slices_ready",
        "slices",
        ["transcription_id", "number"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "system_logs",
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("component", sa.String(length=50), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("transcription_id", sa.UUID(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("created_date", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcriptions.id"],
            name=op.f("fk_system_logs_transcription_id_transcriptions"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_system_logs_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_logs")),
    )
    op.create_index("idx_system_logs_component", "system_logs", ["component"], unique=False)
    op.create_index("idx_system_logs_created_date", "system_logs", ["created_date"], unique=False)
    op.create_index("idx_system_logs_level", "system_logs", ["level"], unique=False)
    op.create_table(
        "vod_content",
        sa.Column("transcription_id", sa.UUID(), nullable=True),
        sa.Column("cablecast_show_id", sa.BigInteger(), nullable=True),
        sa.Column("vod_id", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("thumbnail_url", sa.Text(), nullable=True),
        sa.Column("duration", sa.Integer(), nullable=True),
        sa.Column("quality", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=20), server_default="processing", nullable=False),
        sa.Column("published_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_date", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "status IN ('processing', 'published', 'failed', 'removed')", name=op.f("ck_vod_content_vod_status")
        ),
        sa.ForeignKeyConstraint(
            ["cablecast_show_id"],
            ["cablecast_shows.id"],
            name=op.f("fk_vod_content_cablecast_show_id_cablecast_shows"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["transcription_id"],
            ["transcriptions.id"],
            name=op.f("fk_vod_content_transcription_id_transcriptions"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vod_content")),
        sa.UniqueConstraint("vod_id", name=op.f("uq_vod_content_vod_id")),
    )
    op.create_index("idx_vod_content_status", "vod_content", ["status"], unique=False)
    op.create_index("idx_vod_content_transcription_id", "vod_content", ["transcription_id"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("idx_vod_content_transcription_id", table_name="vod_content")
    op.drop_index("idx_vod_content_status", table_name="vod_content")
    op.drop_table("vod_content")
    op.drop_index("idx_system_logs_level", table_name="system_logs")
    op.drop_index("idx_system_logs_created_date", table_name="system_logs")
    op.drop_index("idx_system_logs_component", table_name="system_logs")
    op.drop_table("system_logs")
    op.drop_index("ix_slices_ready", table_name="slices", postgresql_where=sa.text("status = 'pending'"))
    op.drop_table("slices")
    op.drop_index(
        "ix_publications_ready",
        table_name="publications",
        postgresql_where=sa.text("status IN ('pending', 'linked', 'placed', 'processing')"),
    )
    op.drop_index("ix_publications_newest", table_name="publications")
    op.drop_index("ix_publications_status_newest", table_name="publications")
    op.drop_table("publications")
    op.drop_table("caption_versions")
    op.drop_index(
        "uq_transcriptions_active_recording",
        table_name="transcriptions",
        postgresql_where=sa.text("status IN ('pending', 'processing')"),
    )
    op.drop_index("ix_transcriptions_recording", table_name="transcriptions")
    op.drop_index("ix_transcriptions_city", table_name="transcriptions")
    op.drop_index(
        "ix_transcriptions_ready",
        table_name="transcriptions",
        postgresql_where=sa.text("status IN ('pending', 'processing')"),
    )
    op.drop_index("idx_transcriptions_vod_status", table_name="transcriptions")
    op.drop_index("idx_transcriptions_user_id", table_name="transcriptions")
    op.drop_index("idx_transcriptions_status", table_name="transcriptions")
    op.drop_index("idx_transcriptions_created_date", table_name="transcriptions")
    op.drop_table("transcriptions")
    op.drop_index(
        "ix_recordings_unsettled", table_name="recordings", postgresql_where=sa.text("status IN ('seen', 'settling')")
    )
    op.drop_index("ix_recordings_newest", table_name="recordings")
    op.drop_index("ix_recordings_status_newest", table_name="recordings")
    op.drop_index("ix_recordings_mount_newest", table_name="recordings")
    op.drop_index("ix_recordings_city_newest", table_name="recordings")
    op.drop_index("ix_recordings_file_name_newest", table_name="recordings")
    op.drop_index(
        "ix_recordings_inspect",
        table_name="recordings",
        postgresql_where=sa.text("status = 'settling' AND settled_at IS NOT NULL"),
    )
    op.drop_index("ix_recordings_identity", table_name="recordings")
    op.drop_table("recordings")
    op.drop_index("ix_mounts_ready", table_name="mounts", postgresql_where=sa.text("enabled"))
    op.drop_table("mounts")
    op.drop_table("api_keys")
    op.drop_table("users")
    op.drop_table("cities")
    op.drop_index("idx_cablecast_shows_title", table_name="cablecast_shows")
    op.drop_table("cablecast_shows")
    op.drop_index("ix_audit_events_subject", table_name="audit_events")
    op.drop_table("audit_events")
