"""Tasks and schedules over HTTP: started, followed, stopped; switched off and on."""

import asyncio
import os
import time
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from shared.db import clock
from shared.db.models import Event, Schedule, Task
from tests.integration.api.conftest import Api, StartApi


async def _scheduled(api: Api) -> None:
    """Wait until the API has entered the schedules."""
    async with asyncio.timeout(60):
        while True:
            async with api.work() as unit:
                if (await unit.db.scalars(select(Schedule))).all():
                    return
            await asyncio.sleep(0.05)


async def test_a_task_is_started_by_name_done_by_the_apis_own_worker_and_read(start_api: StartApi) -> None:
    async with start_api(sweep_seconds=0.2) as api, api.client("operator") as client:
        api.app.state.deps.uploads.folder.mkdir(exist_ok=True)
        left = api.app.state.deps.uploads.folder / "left.wav"
        left.write_bytes(b"x")
        os.utime(left, (time.time() - 86400,) * 2)
        started = await client.post("/api/v1/tasks", json={"name": "forget-uploads"})
        path = f"/api/v1/tasks/{started.json()['id']}"
        async with asyncio.timeout(60):
            while (found := (await client.get(path)).json())["status"] == "pending":
                await asyncio.sleep(0.05)
        listed = (await client.get("/api/v1/tasks", params={"status": "done", "kind": "forget-uploads"})).json()
        again = await client.post(f"{path}/cancel")

    assert started.status_code == 202
    assert (found["status"], found["result"], found["requested_by"]) == ("done", {"forgotten": 1}, "operator")
    assert not left.exists()
    assert [one["id"] for one in listed["items"]] == [found["id"]]
    assert (again.status_code, again.json()["code"]) == (409, "wrong_status")


async def test_a_task_of_a_service_that_is_away_waits_and_can_be_cancelled(api: Api) -> None:
    async with api.client("operator") as client:
        task = (await client.post("/api/v1/tasks", json={"name": "forget-old-rows"})).json()
        cancelled = await client.post(f"/api/v1/tasks/{task['id']}/cancel")
        once_more = await client.post(f"/api/v1/tasks/{task['id']}/cancel")
        unknown = await client.post("/api/v1/tasks", json={"name": "paint-the-shed"})
        nowhere = await client.get(f"/api/v1/tasks/{task['id'][:-4]}0000")
    async with api.work() as unit:
        told = (
            await unit.db.scalars(select(Event.kind).where(Event.subject_id == task["id"]).order_by(Event.id))
        ).all()

    assert (task["status"], task["service"]) == ("pending", "vod")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    assert once_more.status_code == 202
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_task")
    assert nowhere.status_code == 404
    assert told == ["task.requested", "task.cancelled"]


async def test_schedules_are_read_by_all_and_changed_by_admins(api: Api) -> None:
    await _scheduled(api)
    path = "/api/v1/schedules/forget-old-rows"
    async with api.client("user") as reader, api.client("operator") as operator, api.client("admin") as admin:
        listed: Any = (await reader.get("/api/v1/schedules")).json()["items"]
        refused = await operator.patch(path, json={"enabled": False})
        changed = await admin.patch(path, json={"enabled": False, "rule": "0 19 * * 1-5"})
        wrong = await admin.patch(path, json={"rule": "every evening"})
        missing = await admin.patch("/api/v1/schedules/nothing", json={"enabled": False})
        started = await reader.post("/api/v1/tasks", json={"name": "forget-old-rows"})

    by_name = {one["name"]: one for one in listed}
    assert by_name["forget-uploads"]["rule"] == "*/10 * * * *"
    assert by_name["forget-old-rows"]["next_at"] is not None
    assert refused.status_code == 403
    assert changed.json() | {"next_at": None} == by_name["forget-old-rows"] | {
        "enabled": False, "rule": "0 19 * * 1-5", "next_at": None
    }  # fmt: skip
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_schedule")
    assert missing.status_code == 404
    assert started.status_code == 403


async def test_tasks_are_listed_by_pages_newest_first(api: Api) -> None:
    async with api.work() as unit:
        for n in range(5):
            task = Task(kind=f"kind-{n}", service="vod")
            unit.db.add(task)
            await unit.db.flush()
            await unit.db.execute(
                update(Task).where(Task.id == task.id).values(created_at=clock.now() - timedelta(minutes=n))
            )
    async with api.client("user") as client:
        first = (await client.get("/api/v1/tasks", params={"limit": 3})).json()
        second = (await client.get("/api/v1/tasks", params={"limit": 3, "cursor": first["next"]})).json()

    assert [one["kind"] for one in first["items"]] == ["kind-0", "kind-1", "kind-2"]
    assert [one["kind"] for one in second["items"]] == ["kind-3", "kind-4"]
    assert second["next"] is None
