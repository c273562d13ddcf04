"""The audit trail becomes one table of events that everything reads; the system log becomes a view of it.

The table is renamed and not copied, so every row and id stays. ``audit_events`` lives on as a view that can be written
to: the release before goes on working while this is applied, and what it writes are events. A later release drops it.
Lines of the system log get ids below zero, so that whoever follows events from the first one does not hear of them.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = """
    ALTER TABLE audit_events RENAME TO events;
    ALTER TABLE events RENAME COLUMN action TO kind;
    ALTER TABLE events
        ADD COLUMN level varchar(10) NOT NULL DEFAULT 'info',
        ADD COLUMN user_id bigint,
        ADD COLUMN transcription_id uuid,
        ADD COLUMN before jsonb,
        ADD COLUMN after jsonb,
        ADD CONSTRAINT ck_events_level_known CHECK (level IN ('info', 'warning', 'error'));
    ALTER TABLE events RENAME CONSTRAINT pk_audit_events TO pk_events;
    ALTER SEQUENCE audit_events_id_seq RENAME TO events_id_seq;
    ALTER INDEX ix_audit_events_subject RENAME TO ix_events_subject;
    CREATE INDEX ix_events_transcription ON events (transcription_id, id) WHERE transcription_id IS NOT NULL;
    CREATE INDEX ix_events_kind ON events (kind, at)
"""

_OLD_ROWS = (
    # What the columns would have said; a subject that is no transcription's id any more stays what it was.
    """
    UPDATE events SET
        level = CASE WHEN kind ~ '\\.failed$' THEN 'error' WHEN kind ~ '\\.(needs_review|ended)$' THEN 'warning'
                     ELSE 'info' END,
        transcription_id = CASE WHEN subject_kind = 'transcription'
            AND subject_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN subject_id::uuid END,
        user_id = (SELECT users.id FROM users WHERE users.username = regexp_replace(actor, ' \\(key .*\\)$', ''))
    """,
    "UPDATE events SET transcription_id = publications.transcription_id FROM publications"
    " WHERE subject_kind = 'publication' AND subject_id = publications.id::text",
)

_SETTLED = """
    CREATE FUNCTION events_drawn() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM public.events_id_seq';

    CREATE FUNCTION events_about_to_come() RETURNS trigger LANGUAGE plpgsql AS $$
    -- Until this transaction ends, readers stop before the ids that it is going to draw. The lock's upper bits are
    -- ours (EVT in ASCII), the lower forty are an id.
    BEGIN
        IF coalesce(current_setting('archivist.telling', true), '') <> pg_current_xact_id()::text THEN
            PERFORM pg_advisory_xact_lock_shared((4544084::bigint << 40) | public.events_drawn());
            PERFORM set_config('archivist.telling', pg_current_xact_id()::text, true);
        END IF;
        RETURN NULL;
    END $$;

    CREATE FUNCTION events_settled() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
    -- The order matters: whoever takes its lock after the second look draws ids above what the first look saw.
    DECLARE
        drawn bigint := public.events_drawn();
        lowest bigint;
    BEGIN
        SELECT min(held & ((1::bigint << 40) - 1)) INTO lowest
          FROM (SELECT (classid::bigint << 32) | objid::bigint AS held FROM pg_locks
                 WHERE locktype = 'advisory' AND objsubid = 1
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks
         WHERE held >> 40 = 4544084;
        RETURN least(drawn, lowest);
    END $$;

    CREATE TRIGGER events_about_to_come BEFORE INSERT ON events
    FOR EACH STATEMENT EXECUTE FUNCTION events_about_to_come()
"""

_KEPT = """
    CREATE FUNCTION events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_setting('archivist.forgetting', true) = 'on' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'events are only ever added: % is refused', TG_OP
            USING ERRCODE = 'insufficient_privilege', HINT = 'forget_events() takes them out, and leaves a trace.';
    END $$;

    CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION events_are_kept();

    CREATE FUNCTION forget_events(ids bigint[], who text, why text) RETURNS bigint
    LANGUAGE plpgsql SET archivist.forgetting = 'on' AS $$
    -- What tells of forgetting is itself never forgotten.
    DECLARE
        facts jsonb;
    BEGIN
        WITH gone AS (
            DELETE FROM public.events WHERE id = ANY (ids) AND kind <> 'events.forgotten' RETURNING kind, at
        ), counted AS (
            SELECT kind, count(*) AS rows, min(at) AS since, max(at) AS until FROM gone GROUP BY kind
        )
        SELECT jsonb_build_object('why', why, 'rows', sum(rows), 'kinds', jsonb_object_agg(kind, rows),
                                  'since', min(since), 'until', max(until))
          INTO facts FROM counted HAVING count(*) > 0;
        IF facts IS NULL THEN
            RETURN 0;
        END IF;
        INSERT INTO public.events (actor, kind, subject_kind, subject_id, facts)
        VALUES (who, 'events.forgotten', 'events', why, facts);
        RETURN (facts->>'rows')::bigint;
    END $$
"""

_VIEWS = """
    INSERT INTO events (id, at, actor, kind, subject_kind, subject_id, level, user_id, transcription_id, facts)
    SELECT id - 1 - (SELECT max(id) FROM system_logs), created_date,
           coalesce(component, 'unknown'), 'log.written', 'log', id::text,
           CASE WHEN upper(level) IN ('ERROR', 'CRITICAL', 'FATAL') THEN 'error'
                WHEN upper(level) LIKE 'WARN%' THEN 'warning' ELSE 'info' END,
           user_id, transcription_id,
           jsonb_build_object('level', level, 'message', message)
           || CASE WHEN component IS NULL THEN '{}' ELSE jsonb_build_object('component', component) END
           || CASE WHEN metadata IS NULL THEN '{}' ELSE jsonb_build_object('metadata', metadata) END
      FROM system_logs ORDER BY id;
    DROP TABLE system_logs;

    CREATE VIEW system_logs AS
    SELECT id,
           CASE kind WHEN 'log.written' THEN facts->>'level' ELSE upper(level) END::varchar(20) AS level,
           CASE kind WHEN 'log.written' THEN facts->>'message'
                ELSE translate(kind, '._', '  ')
                     || coalesce(': ' || coalesce(facts->>'reason', facts->>'message', facts->>'code'), '')
           END AS message,
           CASE WHEN kind = 'log.written' THEN facts->>'component'
                WHEN actor IN ('api', 'console', 'ingest', 'transcriber', 'vod') THEN actor
                ELSE 'api' END::varchar(50) AS component,
           user_id, transcription_id,
           CASE WHEN kind = 'log.written' THEN facts->'metadata'
                ELSE facts || jsonb_strip_nulls(jsonb_build_object('actor', actor, 'kind', kind,
                    'subject_kind', subject_kind, 'subject_id', subject_id, 'before', before, 'after', after))
           END AS metadata,
           at AS created_date
      FROM events;

    CREATE VIEW audit_events AS
    SELECT id, at, actor, kind AS action, subject_kind, subject_id, facts FROM events WHERE kind <> 'log.written'
"""

_LOG_TABLE = """
    CREATE TABLE system_logs (
        level varchar(20) NOT NULL,
        message text NOT NULL,
        component varchar(50),
        user_id bigint,
        transcription_id uuid,
        metadata jsonb,
        created_date timestamptz NOT NULL DEFAULT archivist_now(),
        id bigint GENERATED BY DEFAULT AS IDENTITY,
        CONSTRAINT pk_system_logs PRIMARY KEY (id),
        CONSTRAINT fk_system_logs_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL,
        CONSTRAINT fk_system_logs_transcription_id_transcriptions
            FOREIGN KEY (transcription_id) REFERENCES transcriptions (id) ON DELETE SET NULL
    );
    CREATE INDEX idx_system_logs_level ON system_logs (level);
    CREATE INDEX idx_system_logs_component ON system_logs (component);
    CREATE INDEX idx_system_logs_created_date ON system_logs (created_date);
    INSERT INTO system_logs (id, level, message, component, user_id, transcription_id, metadata, created_date)
    SELECT subject_id::bigint, facts->>'level', facts->>'message', facts->>'component',
           (SELECT users.id FROM users WHERE users.id = events.user_id),
           (SELECT transcriptions.id FROM transcriptions WHERE transcriptions.id = events.transcription_id),
           facts->'metadata', at
      FROM events WHERE kind = 'log.written';
    DELETE FROM events WHERE kind = 'log.written';
    SELECT setval('system_logs_id_seq', max(id)) FROM system_logs HAVING max(id) IS NOT NULL
"""

_BACK = """
    DROP INDEX ix_events_kind;
    DROP INDEX ix_events_transcription;
    ALTER INDEX ix_events_subject RENAME TO ix_audit_events_subject;
    ALTER SEQUENCE events_id_seq RENAME TO audit_events_id_seq;
    ALTER TABLE events RENAME CONSTRAINT pk_events TO pk_audit_events;
    ALTER TABLE events DROP COLUMN level, DROP COLUMN user_id, DROP COLUMN transcription_id, DROP COLUMN before,
        DROP COLUMN after;
    ALTER TABLE events RENAME COLUMN kind TO action;
    ALTER TABLE events RENAME TO audit_events
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _run(_COLUMNS)
    for statement in _OLD_ROWS:
        op.execute(statement)
    _run(_VIEWS)
    for script in (_SETTLED, _KEPT):
        _run(script)


def downgrade() -> None:
    """Every event becomes a line of the audit trail; what its columns said besides is lost."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _run(
        "DROP VIEW audit_events; DROP VIEW system_logs;"
        "DROP TRIGGER events_are_kept ON events; DROP TRIGGER events_about_to_come ON events;"
        "DROP FUNCTION forget_events(bigint[], text, text); DROP FUNCTION events_are_kept();"
        "DROP FUNCTION events_about_to_come(); DROP FUNCTION events_settled(); DROP FUNCTION events_drawn()"
    )
    _run(_LOG_TABLE)
    _run(_BACK)


def _run(script: str) -> None:
    """One statement at a time, as the driver wants it; a semicolon within a function's body ends none."""
    parts = script.split("$$")
    statements = [""]
    for number, part in enumerate(parts):
        if number % 2:
            statements[-1] += f"$${part}$$"
            continue
        first, *others = part.split(";")
        statements[-1] += first
        statements.extend(others)
    for statement in statements:
        if statement.strip():
            op.execute(statement)
