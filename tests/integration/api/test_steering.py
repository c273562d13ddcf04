"""What people decide about transcriptions and publications, and every state in which they cannot."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from services.api.progress import progress_of
from shared.db.leases import settle, take
from shared.db.models import City, Publication, Recording, Slice, Transcription
from shared.lanes import Lane
from shared.lifecycle import PUBLICATION_STEPS, TRANSCRIPTION_STEPS
from shared.lifecycle import PublicationStatus as P
from shared.lifecycle import TranscriptionStatus as T
from tests.integration.api.conftest import Api, StartApi


async def test_captions_are_asked_for_once(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="completed")
    wish = {"recording_id": str(rows.recording), "priority": 4, "language": "es", "include_summary": False}
    async with api.client("operator") as client:
        made = await client.post("/api/v1/transcriptions", json=wish)
        again = await client.post("/api/v1/transcriptions", json=wish)
        read = await client.get(made.headers["location"])

    assert made.status_code == 202
    assert read.json()["id"] == made.json()["id"]
    shown = read.json()
    assert (shown["status"], shown["stage"], shown["priority"], shown["language"], shown["include_summary"]) == (
        "pending",
        "plan",
        4,
        "es",
        False,
    )
    assert (again.status_code, again.json()["code"]) == (409, "already_active")
    assert await api.audit() == [("operator", "transcription.requested")]


async def test_the_format_that_is_given_out_is_the_orders_then_the_citys_then_the_stations(
    start_api: StartApi, add_rows: Any
) -> None:
    async with start_api(output_format="srt", include_summary=False) as api, api.client("operator") as client:
        rows = await add_rows(transcription="completed")
        wish: dict[str, Any] = {"recording_id": str(rows.recording)}
        answers = [(await client.post("/api/v1/transcriptions", json=wish)).json()]
        async with api.work() as unit:
            await unit.db.execute(update(Transcription).values(status="completed"))
            unit.db.add(City(slug="grant", name="Grant", settings={"output_format": "vtt", "include_summary": True}))
            await unit.db.flush()
            await unit.db.execute(update(Recording).values(city_id=select(City.id).scalar_subquery()))
        answers.append((await client.post("/api/v1/transcriptions", json=wish)).json())
        async with api.work() as unit:
            await unit.db.execute(update(Transcription).values(status="completed"))
        answers.append((await client.post("/api/v1/transcriptions", json={**wish, "output_format": "txt"})).json())
        refused = await client.post("/api/v1/transcriptions", json={**wish, "output_format": "docx"})

    assert [(one["output_format"], one["include_summary"]) for one in answers] == [
        ("srt", False),
        ("vtt", True),
        ("txt", True),
    ]
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body.output_format")


async def test_two_who_ask_at_the_same_moment_get_one_transcription(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="completed")
    async with api.client("operator") as client:
        wish = {"recording_id": str(rows.recording)}
        answers = await asyncio.gather(*(client.post("/api/v1/transcriptions", json=wish) for _ in range(5)))

    assert sorted(each.status_code for each in answers) == [202, 409, 409, 409, 409]


@pytest.mark.parametrize("status", ["seen", "settling", "rejected"])
async def test_a_recording_that_is_not_valid_cannot_be_transcribed(api: Api, add_rows: Any, status: str) -> None:
    rows = await add_rows(recording=status)
    async with api.client("operator") as client:
        answer = await client.post("/api/v1/transcriptions", json={"recording_id": str(rows.recording)})

    assert (answer.status_code, answer.json()["code"]) == (409, "recording_not_valid")


async def test_a_recording_that_is_not_there_and_wishes_that_make_no_sense(api: Api, add_rows: Any) -> None:
    rows = await add_rows()
    async with api.client("operator") as client:
        unknown = await client.post("/api/v1/transcriptions", json={"recording_id": str(uuid4())})
        wrong = [
            (
                await client.post("/api/v1/transcriptions", json={"recording_id": str(rows.recording), **each})
            ).status_code
            for each in (
                {"priority": 0},
                {"priority": 6},
                {"priority": 2**70},
                {"language": "e"},
                {"model": ""},
                {"model": "a\0"},
                {"recording_id": None},
                {"prority": 3},
            )
        ]

    assert unknown.status_code == 404
    assert wrong == [422] * 8


async def test_a_full_queue_takes_no_more(start_api: StartApi, add_rows: Any) -> None:
    await add_rows(transcription="pending", name="waiting")
    rows = await add_rows(transcription="completed", name="next")
    async with start_api(max_queue_size=1) as api, api.client("operator") as client:
        answer = await client.post("/api/v1/transcriptions", json={"recording_id": str(rows.recording)})

    assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")
    assert answer.headers["retry-after"] == "60"


@pytest.mark.parametrize("status", list(T))
async def test_every_step_of_a_transcription_is_allowed_or_refused_by_the_table(
    api: Api, add_rows: Any, status: T
) -> None:
    steps = {"cancel": T.CANCELLED, "retry": T.PENDING, "approve": T.COMPLETED}
    async with api.client("operator") as client:
        for action, wanted in steps.items():
            rows = await add_rows(transcription=status, name=f"{action}-{status}")
            path = f"/api/v1/transcriptions/{rows.transcription}"
            answer = await client.post(f"{path}/{action}")
            after = (await client.get(path)).json()["status"]

            if action == "approve":
                is_allowed = status == T.NEEDS_REVIEW
            elif action == "retry":
                is_allowed = status not in (T.PENDING, T.PROCESSING)
            else:
                is_allowed = status == wanted or wanted in TRANSCRIPTION_STEPS[status]
            if is_allowed:
                assert answer.status_code in (200, 202), (action, answer.text)
                assert after == wanted
            else:
                assert (answer.status_code, after) == (409, status), action


async def test_a_retry_keeps_what_is_done_and_from_scratch_does_not(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="failed")
    async with api.work() as unit:
        for number, status in enumerate(("done", "failed")):
            unit.db.add(
                Slice(
                    transcription_id=rows.transcription,
                    number=number,
                    start_ms=number * 1000,
                    end_ms=number * 1000 + 1000,
                    status=status,
                    result={"words": []},
                )
            )

    async def statuses() -> list[str]:
        async with api.work() as unit:
            return list(await unit.db.scalars(select(Slice.status).order_by(Slice.number)))

    async with api.client("operator") as client:
        path = f"/api/v1/transcriptions/{rows.transcription}"
        await client.post(f"{path}/retry")
        kept = await statuses()
        await client.post(f"{path}/cancel")
        await client.post(f"{path}/retry", params={"from_scratch": True})
        scratch = await statuses()

    assert kept == ["done", "pending"]
    assert scratch == ["pending", "pending"]


@pytest.mark.parametrize("status", ["completed", "needs_review"])
@pytest.mark.parametrize("from_scratch", [False, True])
async def test_a_retry_of_finished_captions_that_is_cancelled_leaves_everything_as_it_was(
    api: Api, add_rows: Any, status: str, from_scratch: bool
) -> None:
    rows = await add_rows(
        transcription=status, publication="published", stage="done", progress=100, completed_date=datetime.now(UTC)
    )
    async with api.work() as unit:
        unit.db.add(
            Slice(
                transcription_id=rows.transcription, number=0, start_ms=0, end_ms=1000, status="done", result={"w": 1}
            )
        )
    path = f"/api/v1/transcriptions/{rows.transcription}"
    async with api.client("operator") as client:
        before = (await client.get(path)).json()
        retried = await client.post(f"{path}/retry", params={"from_scratch": from_scratch})
        cancelled = await client.post(f"{path}/cancel")
        after = (await client.get(path)).json()

    assert (retried.json()["status"], cancelled.json()["status"]) == ("pending", status)
    changing = {"ready_at", "updated_at", "slices"}
    assert {key: value for key, value in after.items() if key not in changing} == {
        key: value for key, value in before.items() if key not in changing
    }
    async with api.work() as unit:
        (piece,) = (await unit.db.scalars(select(Slice))).all()
        assert (piece.status, piece.result) == ("done", {"w": 1})
        assert await unit.db.scalar(select(Publication.status)) == "published"


async def test_captions_of_what_is_no_longer_there_can_neither_be_tried_again_nor_approved(
    api: Api, add_rows: Any
) -> None:
    rows = await add_rows(transcription="needs_review", content="what was there")
    async with api.client("operator") as client:
        path = f"/api/v1/transcriptions/{rows.transcription}"
        answers = [await client.post(f"{path}/{action}") for action in ("retry", "approve")]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(409, "recording_changed")] * 2


async def test_a_retry_while_another_transcription_runs_is_refused(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="failed")
    async with api.client("operator") as client:
        await client.post("/api/v1/transcriptions", json={"recording_id": str(rows.recording)})
        answer = await client.post(f"/api/v1/transcriptions/{rows.transcription}/retry")

    assert (answer.status_code, answer.json()["code"]) == (409, "already_active")


async def test_a_new_priority_takes_effect_and_is_written_down(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="pending")
    async with api.client("operator") as client:
        path = f"/api/v1/transcriptions/{rows.transcription}/priority"
        answers = [(await client.put(path, json={"priority": each})).status_code for each in (5, 0, 6, "x", None)]
    async with api.work() as unit:
        stored = await unit.db.scalar(select(Transcription.priority))

    assert answers == [200, 422, 422, 422, 422]
    assert stored == 5
    assert await api.audit() == [("operator", "transcription.prioritised")]


@pytest.mark.parametrize(("policy", "expected"), [("auto", "pending"), ("review", "needs_review"), ("never", "failed")])
async def test_approval_goes_the_way_the_citys_policy_says(api: Api, add_rows: Any, policy: str, expected: str) -> None:
    reason = {"code": "no_speech", "check": "completeness", "text": "No speech.", "start_ms": None, "end_ms": None}
    rows = await add_rows(transcription="needs_review", publication="failed", review_reasons=[reason])
    async with api.work() as unit:
        city = City(slug="c", name="C", publish_policy=policy)
        unit.db.add(city)
        await unit.db.flush()
        (await unit.db.get_one(Transcription, rows.transcription)).city_id = city.id
    async with api.client("operator") as client:
        path = f"/api/v1/transcriptions/{rows.transcription}"
        before = [(await client.get(path)).json(), (await client.get("/api/v1/transcriptions")).json()["items"][0]]
        answer = await client.post(f"{path}/approve")
    async with api.work() as unit:
        status = await unit.db.scalar(select(Publication.status))

    assert [one["review_reasons"] for one in before] == [[reason], [reason]]
    assert answer.status_code == 200
    assert answer.json()["review_reasons"] is None
    assert status == expected
    told = [("operator", "transcription.approved"), ("operator", f"publication.{expected}")]
    assert sorted(await api.audit()) == sorted(told[: 1 if policy == "never" else 2])


@pytest.mark.parametrize("status", list(P))
async def test_every_step_of_a_publication_is_allowed_or_refused_by_the_table(
    api: Api, add_rows: Any, status: P
) -> None:
    steps = {"link": P.PENDING, "retry": P.PENDING, "remove": P.REMOVED}
    async with api.client("operator") as client:
        for action, wanted in steps.items():
            rows = await add_rows(publication=status, name=f"{action}-{status}")
            path = f"/api/v1/publications/{rows.publication}"
            answer = await client.post(f"{path}/{action}", json={"show_id": 7} if action == "link" else None)
            after = (await client.get(path)).json()

            if status == wanted or wanted in PUBLICATION_STEPS[status]:
                assert answer.status_code in (200, 202), (action, answer.text)
                assert after["status"] == wanted
                if action == "link":
                    assert (after["show_id"], after["linked_by"]) == (7, "operator")
            else:
                assert (answer.status_code, answer.json()["code"]) == (409, "wrong_status"), action
                assert after["status"] == status


@pytest.mark.parametrize("show_id", [0, -1, 2**31, 2**63, 10**30, 1.5, "x", None])
async def test_a_show_that_cannot_be_one_is_refused(api: Api, add_rows: Any, show_id: Any) -> None:
    rows = await add_rows()
    async with api.client("operator") as client:
        answer = await client.post(f"/api/v1/publications/{rows.publication}/link", json={"show_id": show_id})

    assert answer.status_code == 422


async def test_decisions_about_publications_are_in_the_audit_trail(api: Api, add_rows: Any) -> None:
    rows = await add_rows(publication="needs_review")
    async with api.client("operator") as client:
        path = f"/api/v1/publications/{rows.publication}"
        await client.post(f"{path}/link", json={"show_id": 7})
        await client.post(f"{path}/remove")
        await client.post(f"{path}/retry")
        await client.post(f"{path}/link", json={"show_id": 0})

    assert [action for _, action in await api.audit()] == [
        "publication.linked",
        "publication.removed",
        "publication.retried",
    ]


async def test_a_removed_publication_says_who_removed_it_and_forgets_what_was_wrong(api: Api, add_rows: Any) -> None:
    rows = await add_rows(publication="failed")
    async with api.work() as unit:
        row = await unit.db.get_one(Publication, rows.publication)
        row.reason_code, row.reason = "vod_failed", "Cablecast says of VOD 7: permanent failure."
        row.error_code, row.error_message = "server_error", "Cablecast does not answer."
    async with api.client("operator") as client:
        path = f"/api/v1/publications/{rows.publication}"
        removed = (await client.post(f"{path}/remove")).json()
        again = (await client.post(f"{path}/remove")).json()
    async with api.work() as unit:
        progress = await progress_of(unit.db, rows.transcription)

    assert (removed["status"], removed["reason_code"]) == ("removed", "removed_by_person")
    assert removed["reason"] == "operator stopped it. Retry it to have these captions published after all."
    assert (removed["error_code"], removed["error_message"]) == (None, None)
    assert again == removed
    assert (progress.message, progress.error_code) == ("captions ready; publication withdrawn", None)
    assert await api.audit() == [("operator", "publication.removed")]


async def test_captions_that_newer_ones_replaced_go_on_saying_so_when_they_are_removed(api: Api, add_rows: Any) -> None:
    rows = await add_rows(publication="removed")
    async with api.work() as unit:
        (await unit.db.get_one(Publication, rows.publication)).reason_code = "superseded"
    async with api.client("operator") as client:
        removed = await client.post(f"/api/v1/publications/{rows.publication}/remove")

    assert (removed.status_code, removed.json()["reason_code"]) == (200, "superseded")
    assert await api.audit() == []


async def test_a_worker_that_was_at_a_removed_publication_cannot_write_over_what_comes_after(
    api: Api, add_rows: Any
) -> None:
    rows = await add_rows(publication="placed")
    async with api.work() as unit:
        lease = await take(unit.db, Lane.PUBLISH, owner="vod", lasting=timedelta(minutes=1))
    assert lease is not None
    async with api.client("operator") as client:
        path = f"/api/v1/publications/{rows.publication}"
        await client.post(f"{path}/remove")
        await client.post(f"{path}/link", json={"show_id": 7})
    async with api.work() as unit:
        written = await settle(unit.db, lease, status=P.PUBLISHED, show_id=2101)
        row = await unit.db.get_one(Publication, rows.publication)

    assert not written
    assert (row.status, row.show_id) == (P.PENDING, 7)


async def test_what_is_not_there_cannot_be_steered(api: Api) -> None:
    async with api.client("operator") as client:
        answers = [
            (await client.request(method, path.format(uuid4()), json=body)).status_code
            for method, path, body in (
                ("GET", "/api/v1/recordings/{}", None),
                ("GET", "/api/v1/transcriptions/{}", None),
                ("POST", "/api/v1/transcriptions/{}/cancel", None),
                ("POST", "/api/v1/transcriptions/{}/retry", None),
                ("POST", "/api/v1/transcriptions/{}/approve", None),
                ("PUT", "/api/v1/transcriptions/{}/priority", {"priority": 1}),
                ("GET", "/api/v1/transcriptions/{}/captions", None),
                ("GET", "/api/v1/transcriptions/{}/captions.scc", None),
                ("GET", "/api/v1/transcriptions/{}/events", None),
                ("GET", "/api/v1/publications/{}", None),
                ("POST", "/api/v1/publications/{}/link", {"show_id": 1}),
                ("POST", "/api/v1/publications/{}/retry", None),
                ("POST", "/api/v1/publications/{}/remove", None),
            )
        ]

    assert answers == [404] * 13


async def test_a_recording_is_read_with_its_facts(api: Api, add_rows: Any) -> None:
    rows = await add_rows()
    async with api.work() as unit:
        (await unit.db.get_one(Recording, rows.recording)).facts = {"frame_rate": "30000/1001"}
    async with api.client("user") as client:
        read = (await client.get(f"/api/v1/recordings/{rows.recording}")).json()

    assert read["facts"] == {"frame_rate": "30000/1001"}
    assert (read["file_name"], read["status"], read["looks"]) == ("meeting.mp4", "valid", [])
