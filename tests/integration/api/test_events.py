"""Progress as server-sent events: they come while rows change, and end by themselves."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import delete, select, text, update

from services.api.progress import progress_of
from shared.db.event_log import tell
from shared.db.models import Event, Publication, Slice, Transcription
from shared.db.session import Work
from shared.event_kinds import Happened
from tests.integration.api.conftest import Api


async def _events(answer: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    name = ""
    async for line in answer.aiter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


@asynccontextmanager
async def _following(api: Api, rows: Any) -> AsyncIterator[httpx.Response]:
    path = f"/api/v1/transcriptions/{rows.transcription}/events"
    async with api.client("user") as client, client.stream("GET", path) as answer:
        yield answer


async def _change(api: Api, row: UUID, **values: Any) -> None:
    async with api.work() as unit:
        await unit.db.execute(update(Transcription).where(Transcription.id == row).values(**values))


async def test_events_arrive_while_the_work_goes_on_and_end_with_it(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="pending", publication="pending")
    async with api.work() as unit:
        unit.db.add(Slice(transcription_id=rows.transcription, number=0, start_ms=0, end_ms=1000))
    seen: list[tuple[str, dict[str, Any]]] = []
    async with asyncio.timeout(30), _following(api, rows) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = _events(answer)
        seen.append(await anext(events))
        await _change(api, rows.transcription, status="processing", stage="slices", progress=40)
        seen.append(await anext(events))
        await _change(api, rows.transcription, status="completed", stage="done", progress=100)
        seen.append(await anext(events))
        async with api.work() as unit:
            await unit.db.execute(update(Publication).values(status="published", reason="All words are there."))
        seen += [event async for event in events]

    assert [name for name, _ in seen] == ["progress", "progress", "progress", "progress", "end"]
    assert [event["message"] for _, event in seen] == [
        "waiting for a transcriber",
        "transcribing: 0 of 1 slices done",
        "captions ready; looking for the show",
        "captions ready; published and verified",
        "captions ready; published and verified",
    ]
    assert [event["progress"] for _, event in seen] == [0, 40, 100, 100, 100]
    assert seen[-1][1]["error_message"] is None  # what proves success is no error


async def test_telling_speakers_apart_is_named_and_moves(api: Api, add_rows: Any) -> None:
    listening = {"warning": "The speakers were not told apart: the work was interrupted twice.", "share": 0.0}
    rows = await add_rows(transcription="processing", stage="finish", progress=90, speakers=listening)
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(30), _following(api, rows) as answer:
        events = _events(answer)
        seen.append((await anext(events))[1])
        await _change(api, rows.transcription, progress=93, speakers={**listening, "share": 0.418})
        seen.append((await anext(events))[1])
        async with api.client("user") as client:
            speakers = await client.get(f"/api/v1/transcriptions/{rows.transcription}/speakers")
        await _change(api, rows.transcription, speakers={"turns": [], "speakers": []})
        seen.append((await anext(events))[1])

    assert [(event["progress"], event["message"]) for event in seen] == [
        (90, "telling speakers apart: 0 % heard"),
        (93, "telling speakers apart: 41 % heard"),
        (93, "writing and checking captions"),
    ]
    assert speakers.json()["warning"] is None  # what would stand there if the worker ended now


async def test_an_event_never_tells_of_a_state_that_never_was(work: Work, add_rows: Any) -> None:
    rows = await add_rows(transcription="processing", stage="slices", progress=0)
    async with work() as unit:
        unit.db.add(Slice(transcription_id=rows.transcription, number=0, start_ms=0, end_ms=1000))

    async def go_on_and_back() -> None:
        for progress, status in ((100, "done"), (0, "pending")) * 50:
            async with work() as unit:
                await unit.db.execute(update(Transcription).values(progress=progress))
                await unit.db.execute(update(Slice).values(status=status))

    going = asyncio.create_task(go_on_and_back())
    seen = set()
    while not going.done():
        async with work() as unit:
            progress = await progress_of(unit.db, rows.transcription)
        seen.add((progress.progress, progress.slices_done))
    await going

    assert seen == {(0, 0), (100, 1)}


async def test_what_has_ended_is_told_once(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="failed", error_code="no_audio", error_message="No sound.")
    async with api.client("user") as client:
        answer = await client.get(f"/api/v1/transcriptions/{rows.transcription}/events")

    assert answer.text.count("event: progress") == 1
    assert answer.text.count("event: end") == 1
    assert "no_audio" in answer.text


async def test_a_stream_ends_when_what_it_follows_is_forgotten(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="pending")
    async with asyncio.timeout(30), _following(api, rows) as answer:
        events = _events(answer)
        await anext(events)
        async with api.work() as unit:
            await unit.db.execute(delete(Transcription))
        rest = [event async for event in events]

    assert rest == []


async def test_a_stream_outlives_a_database_that_drops_its_connections(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="pending")
    async with asyncio.timeout(30), _following(api, rows) as answer:
        events = _events(answer)
        await anext(events)
        async with api.work() as unit:
            await unit.db.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name = 'archivist-api'"
                )
            )
        await _change(api, rows.transcription, status="cancelled")
        rest = [event async for event in events]

    assert [name for name, _ in rest] == ["progress", "end"]
    assert rest[-1][1]["status"] == "cancelled"


async def test_a_listener_who_leaves_costs_nothing_afterwards(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="pending")
    before = len(asyncio.all_tasks())
    async with _following(api, rows) as answer:
        await anext(_events(answer))
    async with asyncio.timeout(10):
        while len(asyncio.all_tasks()) > before:
            await asyncio.sleep(0.05)


async def _steps(answer: httpx.Response) -> list[tuple[int, str]]:
    return [(event["id"], event["kind"]) async for name, event in _events(answer) if name == "step"]


async def _tell(api: Api, transcription: UUID, *kinds: Happened) -> list[int]:
    async with api.work() as unit:
        for kind in kinds:
            tell(unit.db, kind, transcription, by="transcriber", transcription_id=transcription)
            await unit.db.flush()
        ids = await unit.db.scalars(select(Event.id).where(Event.transcription_id == transcription).order_by(Event.id))
        return list(ids)


async def test_steps_are_told_as_they_happen_and_a_stream_is_taken_up_after_the_last_one(
    api: Api, add_rows: Any
) -> None:
    rows = await add_rows(transcription="processing", publication="done")
    other = await add_rows(transcription="processing", name="other")
    path = f"/api/v1/transcriptions/{rows.transcription}/events"
    await _tell(api, rows.transcription, Happened.TRANSCRIPTION_STARTED)
    async with asyncio.timeout(30), _following(api, rows) as answer:
        lines = answer.aiter_lines()
        first = [await anext(lines) for _ in range(3)]
        _, one, two = await _tell(api, rows.transcription, Happened.TRANSCRIPTION_PLANNED, Happened.SLICE_DONE)
        await _tell(api, other.transcription, Happened.SLICE_DONE)
        while not (line := await anext(lines)).startswith("id: ") or int(line[4:]) < two:
            pass
    # The line is cut, and the rest happens meanwhile.
    *_, three, four = await _tell(api, rows.transcription, Happened.SLICE_DONE, Happened.TRANSCRIPTION_COMPLETED)
    await _change(api, rows.transcription, status="completed", stage="done", progress=100)
    async with api.client("user") as client:
        again = await client.get(path, headers={"Last-Event-ID": str(two)})
        whole = await client.get(path, headers={"Last-Event-ID": "0"})
        from_now = await client.get(path)
        strange = await client.get(path, headers={"Last-Event-ID": "what?"})
        beyond = await client.get(path, headers={"Last-Event-ID": "9" * 40})

    assert "event: progress" in first  # without an id to go on from, the past is not told
    assert await _steps(again) == [(three, "slice.done"), (four, "transcription.completed")]
    assert [number for number, _ in await _steps(whole)][1:] == [one, two, three, four]
    assert [await _steps(answer) for answer in (from_now, strange, beyond)] == [[], [], []]
    assert f"id: {four}" in again.text.split("event: progress")[1]  # whoever hears no step can go on from there too


async def test_a_stream_does_not_end_before_the_last_step_was_told(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="processing", publication="done")
    async with asyncio.timeout(30), _following(api, rows) as answer:
        events = _events(answer)
        await anext(events)
        async with api.work() as slow:
            tell(slow.db, Happened.CITY_CHANGED, 1, by="ada")
            await slow.db.flush()  # an event with a lower id, of a transaction that is still open
            (last,) = await _tell(api, rows.transcription, Happened.TRANSCRIPTION_FAILED)
            await _change(api, rows.transcription, status="failed", error_code="no_audio")
            name, _ = await anext(events)
        rest = [(name, event["id"]) async for name, event in events]

    assert name == "progress"
    assert rest[0] == ("step", last)
    assert rest[-1][0] == "end"
