"""The table of events: told with the change or not at all, followed without a gap, never changed, forgotten by kind."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from shared.db import clock
from shared.db.event_log import follow, forget_old, forget_subject, settled_to, tell, was_told
from shared.db.models import Event
from shared.db.session import Work, open_database, unit_of_work
from shared.event_kinds import ABOUT, Happened, Level, Subject


async def _kinds(work: Work) -> list[str]:
    async with work() as unit:
        return list(await unit.db.scalars(select(Event.kind).order_by(Event.id)))


async def _tell(work: Work, *kinds: Happened, about: object = 1, days_ago: float = 0) -> None:
    async with work() as unit:
        for kind in kinds:
            tell(unit.db, kind, about, by="vod", subject=None if ABOUT[kind].subject else Subject.SLICE)
        if days_ago:
            moment = clock.now() - timedelta(days=days_ago)
            for row in unit.db.new:
                if isinstance(row, Event):
                    row.at = moment


async def test_what_is_told_stands_with_the_change_and_goes_with_it(work: Work) -> None:
    with pytest.raises(ZeroDivisionError):
        async with work() as unit:
            tell(unit.db, Happened.CITY_CREATED, 1, by="ada")
            await unit.db.flush()
            raise ZeroDivisionError
    await _tell(work, Happened.CITY_CHANGED)

    async with work() as unit:
        (event,) = await follow(unit.db, 0)
    assert event.kind == Happened.CITY_CHANGED


async def test_an_event_knows_its_subject_its_level_and_the_transcription_it_belongs_to(work: Work) -> None:
    class Ada:
        name, user_id = "ada (key playout)", 7

    row, piece = uuid4(), uuid4()
    async with work() as unit:
        tell(unit.db, Happened.TRANSCRIPTION_FAILED, row, by="transcriber", code="no_audio", reason=None)
        tell(unit.db, Happened.SLICE_DONE, piece, by="transcriber", transcription_id=row, number=3)
        told: dict[str, Any] = {"before": {"priority": 1}, "after": {"priority": 5}}
        tell(unit.db, Happened.TRANSCRIPTION_PRIORITISED, row, by=Ada(), **told)

    async with work() as unit:
        failed, done, steered = await follow(unit.db, 0, transcription_id=row)
        other = await follow(unit.db, 0, transcription_id=uuid4())
        only = await follow(unit.db, 0, kinds=[Happened.SLICE_DONE])
        asked = await unit.db.scalar(select(was_told(Happened.TRANSCRIPTION_FAILED, row)).where(Event.id == failed.id))
    assert (failed.level, failed.subject_kind, failed.facts) == (Level.ERROR, "transcription", {"code": "no_audio"})
    assert (done.subject_id, done.level, done.facts) == (str(piece), Level.INFO, {"number": 3})
    assert (steered.actor, steered.user_id, steered.before, steered.after) == (Ada.name, 7, *told.values())
    assert (failed.actor, failed.user_id, failed.before) == ("transcriber", None, None)
    assert other == []
    assert [event.id for event in only] == [done.id]
    assert asked is True


async def test_a_reader_waits_for_a_transaction_that_began_earlier_and_commits_later(work: Work) -> None:
    async with work() as early:
        tell(early.db, Happened.CITY_CREATED, "early", by="ada")
        await early.db.flush()
        await _tell(work, Happened.CITY_CHANGED, about="late")
        async with work() as reader:
            while_it_is_open = await follow(reader.db, 0)
            visible = (await reader.db.scalars(select(Event.subject_id))).all()
    async with work() as reader:
        afterwards = await follow(reader.db, 0)

    assert visible == ["late"]  # a reader that took what it sees, and remembered the id, would never hear of the other
    assert while_it_is_open == []
    assert [event.subject_id for event in afterwards] == ["early", "late"]


async def test_a_transaction_that_has_told_nothing_yet_holds_up_nobody(work: Work) -> None:
    async with work() as open_one:
        await open_one.db.execute(text("SELECT pg_current_xact_id()"))
        await _tell(work, Happened.CITY_CREATED, about=1)
        async with work() as reader:
            seen = await follow(reader.db, 0)
        tell(open_one.db, Happened.CITY_CHANGED, 2, by="ada")
        await open_one.db.flush()
        async with work() as reader:
            still = await settled_to(reader.db)

    assert [event.subject_id for event in seen] == ["1"]
    assert still == seen[-1].id


async def test_the_very_first_event_is_not_skipped_either(work: Work) -> None:
    async with work() as first:
        tell(first.db, Happened.CITY_CREATED, 1, by="ada")
        await first.db.flush()
        async with work() as reader:
            assert await settled_to(reader.db) == 0


async def test_a_rollback_to_a_savepoint_does_not_let_readers_pass(work: Work) -> None:
    async with work() as unit:
        with pytest.raises(ZeroDivisionError):
            async with unit.db.begin_nested():
                tell(unit.db, Happened.CITY_CREATED, "undone", by="ada")
                await unit.db.flush()
                raise ZeroDivisionError
        tell(unit.db, Happened.CITY_CREATED, "early", by="ada")
        await unit.db.flush()
        await _tell(work, Happened.CITY_CHANGED, about="late")
        async with work() as reader:
            while_it_is_open = await follow(reader.db, 0)
    async with work() as reader:
        assert [event.subject_id for event in await follow(reader.db, 0)] == ["early", "late"]
    assert while_it_is_open == []


async def test_readers_hear_everything_once_and_in_order_however_writers_commit(
    database_url: str, work: Work, notifier: Any
) -> None:
    engine = open_database(database_url, pool_size=12)
    many = unit_of_work(engine, notifier)

    async def write(writer: int) -> None:
        for number in range(12):
            async with many() as unit:
                for part in range(writer % 3 + 1):
                    tell(unit.db, Happened.CITY_CHANGED, f"{writer}.{number}.{part}", by="ada")
                    await unit.db.flush()
                if (writer + number) % 5 == 0:
                    await unit.db.rollback()

    writing = [asyncio.create_task(write(writer)) for writer in range(8)]
    heard: list[Event] = []

    async def listen() -> None:
        async with work() as unit:
            heard.extend(await follow(unit.db, heard[-1].id if heard else 0, most=7))

    while not all(task.done() for task in writing):
        await listen()
    await asyncio.gather(*writing)
    before = -1
    while before != len(heard):
        before = len(heard)
        await listen()
    async with work() as unit:
        everything = (await unit.db.scalars(select(Event.id).order_by(Event.id))).all()
    await engine.dispose()

    assert [event.id for event in heard] == everything
    assert len(everything) > 100


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'nobody'",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE audit_events SET actor = 'nobody'",
        "DELETE FROM audit_events",
        "INSERT INTO events (id, actor, kind, subject_kind, subject_id) SELECT id, 'x', 'x', 'x', 'x' FROM events"
        " ON CONFLICT (id) DO UPDATE SET actor = 'nobody'",
        "MERGE INTO events USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM events RETURNING id) SELECT count(*) FROM gone",
    ],
)
async def test_the_database_lets_nobody_change_or_delete_an_event(work: Work, statement: str) -> None:
    await _tell(work, Happened.CITY_CREATED)
    with pytest.raises(DBAPIError, match="events are only ever added"):
        async with work() as unit:
            await unit.db.execute(text(statement))

    async with work() as unit:
        assert (await unit.db.scalars(select(Event.actor))).all() == ["vod"]


async def test_what_is_forgotten_leaves_a_trace_that_is_never_forgotten(work: Work) -> None:
    gone, stays = uuid4(), uuid4()
    await _tell(work, Happened.TRANSCRIPTION_STARTED, Happened.TRANSCRIPTION_FAILED, about=gone)
    await _tell(work, Happened.TRANSCRIPTION_STARTED, about=stays)
    async with work() as unit:
        count = await forget_subject(unit.db, Subject.TRANSCRIPTION, gone, by="ada", why="asked to be forgotten")
    async with work() as unit:
        await forget_subject(unit.db, Subject.EVENTS, "asked to be forgotten", by="ada")
    async with work() as unit:
        with pytest.raises(DBAPIError):  # the way is open within the function alone
            await unit.db.execute(text("DELETE FROM events"))

    async with work() as unit:
        left, trace = await follow(unit.db, 0)
    assert count == 2
    assert (left.subject_id, trace.kind, trace.actor) == (str(stays), "events.forgotten", "ada")
    assert (trace.subject_id, trace.facts["rows"]) == ("asked to be forgotten", 2)
    assert trace.facts["kinds"] == {"transcription.started": 1, "transcription.failed": 1}


@pytest.mark.parametrize(
    "setting", ["archivist.forgetting = 'on'", "session_replication_role = 'replica'"], ids=["ours", "replica"]
)
@pytest.mark.parametrize("statement", ["DELETE FROM events", "TRUNCATE events", "UPDATE events SET actor = 'nobody'"])
async def test_no_setting_opens_the_table(work: Work, setting: str, statement: str) -> None:
    await _tell(work, Happened.CITY_CREATED)
    with pytest.raises(DBAPIError, match="events are only ever added"):
        async with work() as unit:
            await unit.db.execute(text(f"SET LOCAL {setting}"))
            await unit.db.execute(text(statement))

    assert await _kinds(work) == ["city.created"]


async def test_a_trace_lets_go_what_it_tells_of_and_nothing_else(work: Work) -> None:
    """In the function's transaction: what is like it in number, kind and time, more of it, and the trace itself."""
    await _tell(work, *[Happened.SLICE_DONE] * 3)
    async with work() as unit:
        first, second, third = await follow(unit.db, 0)
    for also in (
        f"DELETE FROM events WHERE id = {second.id}",
        f"DELETE FROM events WHERE id IN ({second.id}, {third.id})",
        "DELETE FROM events WHERE kind = 'events.forgotten'",
        "DELETE FROM events",
    ):
        with pytest.raises(DBAPIError, match="events are only ever added"):
            async with work() as unit:
                forgotten = text(f"SELECT forget_events(ARRAY[{first.id}], 'ada', 'erasure')")
                assert await unit.db.scalar(forgotten) == 1
                await unit.db.execute(text(also))

    assert await _kinds(work) == ["slice.done"] * 3


async def test_whoever_forgets_the_same_events_at_once_leaves_one_trace(work: Work) -> None:
    about = uuid4()
    await _tell(work, *[Happened.TRANSCRIPTION_STARTED] * 40, about=about)

    async def forget() -> int:
        async with work() as unit:
            return await forget_subject(unit.db, Subject.TRANSCRIPTION, about, by="ada")

    counts = await asyncio.gather(*(forget() for _ in range(4)))

    async with work() as unit:
        (trace,) = await follow(unit.db, 0)
    assert sorted(counts) == [0, 0, 0, 40]
    assert (trace.kind, trace.facts["rows"]) == ("events.forgotten", 40)


async def test_each_kind_is_kept_as_long_as_it_says(work: Work) -> None:
    for kind, about in ABOUT.items():
        if about.days is not None:
            await _tell(work, kind, about="young", days_ago=about.days - 0.1)
            await _tell(work, kind, about="old", days_ago=about.days + 0.1)
        else:
            await _tell(work, kind, about="old", days_ago=36_500)

    passes: list[int] = []
    while not passes or passes[-1] == 10:
        async with work() as unit:
            passes.append(await forget_old(unit.db, by="ingest", most=10))

    limited = sum(about.days is not None for about in ABOUT.values())
    async with work() as unit:
        rows = (await unit.db.execute(select(Event.kind, Event.subject_id).where(Event.subject_kind != "events"))).all()
        traces = (await unit.db.scalars(select(Event.facts["rows"].as_integer()).where(_is_trace))).all()
    assert sum(passes) == limited
    assert {kind for kind, age in rows if age == "young"} == {kind for kind in ABOUT if ABOUT[kind].days is not None}
    for_ever = {kind for kind in ABOUT if ABOUT[kind].days is None and ABOUT[kind].subject is not Subject.EVENTS}
    assert {kind for kind, age in rows if age == "old"} == for_ever
    assert sum(traces) == limited


_is_trace = (Event.kind == Happened.EVENTS_FORGOTTEN) & Event.facts.has_key("rows")


async def test_nothing_to_forget_leaves_no_trace(work: Work) -> None:
    await _tell(work, Happened.SLICE_DONE)
    async with work() as unit:
        assert await forget_old(unit.db, by="ingest") == 0
    assert await _kinds(work) == ["slice.done"]


async def test_the_release_before_goes_on_writing_and_reading_its_audit_trail(work: Work) -> None:
    """As it does: insert with the id coming back, and ask whether a person wanted a publication."""
    async with work() as unit:
        made = await unit.db.scalar(
            text(
                "INSERT INTO audit_events (actor, action, subject_kind, subject_id, facts)"
                " VALUES ('ada', 'publication.retried', 'publication', '1', '{}'::jsonb) RETURNING audit_events.id"
            )
        )
    async with work() as unit:
        (event,) = await follow(unit.db, 0)
        rows = await unit.db.execute(
            text("SELECT id, actor, action, subject_kind, subject_id, facts FROM audit_events")
        )
        assert rows.all() == [(made, "ada", "publication.retried", "publication", "1", {})]
    assert (event.id, event.kind, event.level) == (made, "publication.retried", "info")


async def test_the_system_log_is_what_the_original_had_read_from_events(work: Work) -> None:
    row = UUID(int=5)
    async with work() as unit:
        tell(unit.db, Happened.TRANSCRIPTION_FAILED, row, by="transcriber", code="no_audio", reason="No sound.")
    async with work() as unit:
        found = (await unit.db.execute(text("SELECT * FROM system_logs"))).one()
        types = await unit.db.execute(
            text(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'system_logs'"
                " ORDER BY column_name"
            )
        )
    assert {row.column_name: row.data_type for row in types.all()} == {
        "component": "character varying",
        "created_date": "timestamp with time zone",
        "id": "bigint",
        "level": "character varying",
        "message": "text",
        "metadata": "jsonb",
        "transcription_id": "uuid",
        "user_id": "bigint",
    }
    assert (found.level, found.message, found.component) == ("ERROR", "transcription failed: No sound.", "transcriber")
    assert (found.transcription_id, found.user_id, found.metadata["code"]) == (row, None, "no_audio")
