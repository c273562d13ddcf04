"""An event goes only together with the event that tells of it: the guard looks at that, and no longer at a setting.

Whoever may write as the service may also set a setting, so ``SET archivist.forgetting`` opened the table and nothing
told of it. Now the trace comes first, and what is deleted is compared with it: number, kinds, times, a digest of ids.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FACTS = """
    SELECT jsonb_build_object(
               'rows', sum(rows), 'kinds', jsonb_object_agg(kind, rows), 'since', min(since), 'until', max(until),
               'digest', encode(sha256(convert_to(string_agg(listed, ';' ORDER BY kind), 'UTF8')), 'hex'))
      INTO summary
      FROM (SELECT kind, count(*) AS rows, min(at) AS since, max(at) AS until,
                   string_agg(id::text, ',' ORDER BY id) AS listed
              FROM {rows} GROUP BY kind) AS counted
"""

_REFUSED = """
        RAISE EXCEPTION 'events are only ever added: % is refused', TG_OP
            USING ERRCODE = 'insufficient_privilege', HINT = 'forget_events() takes them out, and leaves a trace.';
"""

_NEVER = f"""
    CREATE OR REPLACE FUNCTION events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {_REFUSED}
    END $$
"""

_ONLY_TOLD = f"""
    CREATE FUNCTION events_go_only_told() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    -- What tells of forgetting is never forgotten. One transaction has one moment, which the index finds.
    DECLARE
        summary jsonb;
    BEGIN
        IF NOT EXISTS (SELECT FROM gone) THEN
            RETURN NULL;
        END IF;
        {_FACTS.format(rows="gone")};
        IF summary->'kinds' ? 'events.forgotten' OR NOT EXISTS (
            SELECT FROM public.events AS told
             WHERE told.kind = 'events.forgotten' AND told.at = public.archivist_now() AND told.facts @> summary
        ) THEN
            {_REFUSED}
        END IF;
        RETURN NULL;
    END $$
"""  # noqa: S608 - no value in it

_FORGET = f"""
    CREATE OR REPLACE FUNCTION forget_events(ids bigint[], who text, why text) RETURNS bigint
    LANGUAGE plpgsql AS $$
    DECLARE
        chosen bigint[];
        summary jsonb;
    BEGIN
        chosen := ARRAY(SELECT id FROM public.events WHERE id = ANY (ids) AND kind <> 'events.forgotten'
                        ORDER BY id FOR UPDATE);
        IF cardinality(chosen) = 0 THEN
            RETURN 0;
        END IF;
        {_FACTS.format(rows="public.events WHERE id = ANY (chosen)")};
        INSERT INTO public.events (actor, kind, subject_kind, subject_id, facts)
        VALUES (who, 'events.forgotten', 'events', why, summary || jsonb_build_object('why', why));
        DELETE FROM public.events WHERE id = ANY (chosen);
        RETURN cardinality(chosen);
    END $$
"""  # noqa: S608 - no value in it

_TRIGGERS = (
    "DROP TRIGGER events_are_kept ON events",
    _NEVER,
    "CREATE TRIGGER events_are_kept BEFORE UPDATE OR TRUNCATE ON events"
    " FOR EACH STATEMENT EXECUTE FUNCTION events_are_kept()",
    _ONLY_TOLD,
    "CREATE TRIGGER events_go_only_told AFTER DELETE ON events REFERENCING OLD TABLE AS gone"
    " FOR EACH STATEMENT EXECUTE FUNCTION events_go_only_told()",
    # Also where session_replication_role is replica, which silences the others.
    "ALTER TABLE events ENABLE ALWAYS TRIGGER events_are_kept",
    "ALTER TABLE events ENABLE ALWAYS TRIGGER events_go_only_told",
)

_KEPT_BEFORE = """
    CREATE OR REPLACE FUNCTION events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_setting('archivist.forgetting', true) = 'on' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'events are only ever added: % is refused', TG_OP
            USING ERRCODE = 'insufficient_privilege', HINT = 'forget_events() takes them out, and leaves a trace.';
    END $$
"""

_FORGET_BEFORE = """
    CREATE OR REPLACE FUNCTION forget_events(ids bigint[], who text, why text) RETURNS bigint
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

_BACK = (
    "DROP TRIGGER events_go_only_told ON events",
    "DROP FUNCTION events_go_only_told()",
    "DROP TRIGGER events_are_kept ON events",
    _KEPT_BEFORE,
    "CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON events"
    " FOR EACH STATEMENT EXECUTE FUNCTION events_are_kept()",
    _FORGET_BEFORE,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (*_TRIGGERS, _FORGET):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _BACK:
        op.execute(statement)
