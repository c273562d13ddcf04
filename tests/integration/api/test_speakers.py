"""Speakers over HTTP: who may see them, who may name them, and what is refused."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from shared.db.leases import is_mine, take
from shared.db.models import City, Transcription, Voice
from shared.lanes import Lane
from shared.speaker_cast import Proposal, Speaker, Speakers
from tests.integration.api.conftest import Api

CAST = Speakers(
    model="voices",
    turns=((0, 2000, "S1"), (2000, 3000, "S2")),
    speakers=(
        Speaker(
            label="S1",
            speech_ms=2000,
            first_ms=0,
            voice=(1.0, 0.0),
            proposals=(Proposal(name="Mayor Reed", evidence="voice", confidence=0.8),),
        ),
        Speaker(label="S2", speech_ms=1000, first_ms=2000),
    ),
).model_dump(mode="json")


async def test_everybody_may_see_who_speaks_and_an_operator_says_who_it_is(api: Api, add_rows: Any) -> None:
    rows = await add_rows(speakers=CAST, stage="done")
    path = f"/api/v1/transcriptions/{rows.transcription}/speakers"
    async with api.client("user") as client:
        seen = await client.get(path)
        forbidden = await client.put(f"{path}/S1", json={"name": "Mayor Reed"})
    async with api.client("operator") as client:
        named = await client.put(f"{path}/S1", json={"name": "  Mayor Reed "})

    assert seen.json()["status"] == "completed"
    assert seen.json()["speakers"][0] == {
        "label": "S1",
        "name": None,
        "speech_ms": 2000,
        "first_ms": 0,
        "proposals": [{"name": "Mayor Reed", "evidence": "voice", "confidence": 0.8, "quotes": []}],
    }
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "needs_operator")
    assert named.status_code == 202
    assert (named.json()["status"], named.json()["speakers"][0]["name"]) == ("processing", "Mayor Reed")
    assert await api.audit() == [("operator", "transcription.speaker_named")]
    async with api.work() as unit:
        row = await unit.db.get_one(Transcription, rows.transcription)
    assert (row.status, row.stage) == ("processing", "finish")


async def test_a_recording_whose_speakers_were_not_told_apart_says_why(api: Api, add_rows: Any) -> None:
    why = {"warning": "The speakers were not told apart: the model is missing."}
    with_warning, without = await add_rows(name="one", speakers=why), await add_rows(name="two")
    async with api.client("user") as client:
        said = await client.get(f"/api/v1/transcriptions/{with_warning.transcription}/speakers")
        nothing = await client.get(f"/api/v1/transcriptions/{without.transcription}/speakers")

    assert said.json() == {"status": "completed", **why, "speakers": []}
    assert nothing.json() == {"status": "completed", "warning": None, "speakers": []}


async def test_names_that_cannot_be_given_are_refused(api: Api, add_rows: Any) -> None:
    done = await add_rows(name="done", speakers=CAST)
    busy = await add_rows(name="busy", speakers=CAST, transcription="processing")
    async with api.client("operator") as client:

        async def put(transcription: Any, label: str, name: str) -> tuple[int, str]:
            url = f"/api/v1/transcriptions/{transcription}/speakers/{label}"
            answer = await client.put(url, json={"name": name})
            return answer.status_code, answer.json()["code"]

        assert await put(done.transcription, "S9", "Mayor Reed") == (404, "no_such_speaker")
        assert await put(busy.transcription, "S1", "Mayor Reed") == (409, "not_finished")
        assert (await put(done.transcription, "S1", "   "))[0] == 422
        assert (await put(done.transcription, "S1", "x" * 81))[0] == 422
        assert (await put(done.transcription, "S1", ">> MAYOR"))[0] == 422


async def test_older_captions_do_not_take_the_place_of_newer_ones_for_a_name(api: Api, add_rows: Any) -> None:
    rows = await add_rows(speakers=CAST, completed_date=datetime(2026, 9, 15, tzinfo=UTC))
    async with api.work() as unit:
        newer = Transcription(
            recording_id=rows.recording,
            filename="meeting.mp4",
            file_path="/mnt/meeting/meeting.mp4",
            status="completed",
            speakers=CAST,
            completed_date=datetime(2026, 9, 16, tzinfo=UTC),
        )
        unit.db.add(newer)
    async with api.client("operator") as client:
        older = await client.put(f"/api/v1/transcriptions/{rows.transcription}/speakers/S1", json={"name": "Reed"})
        newest = await client.put(f"/api/v1/transcriptions/{newer.id}/speakers/S1", json={"name": "Reed"})

    assert (older.status_code, older.json()["code"]) == (409, "superseded")
    assert newest.status_code == 202


async def test_two_people_who_name_the_same_new_voice_at_once_teach_the_city_both_times(
    api: Api, add_rows: Any
) -> None:
    rows = [await add_rows(name=name, speakers=CAST, stage="done") for name in ("one", "two")]
    async with api.work() as unit:
        city = City(slug="c", name="C")
        unit.db.add(city)
        await unit.db.flush()
        await unit.db.execute(update(Transcription).values(city_id=city.id))
    async with api.client("operator") as client:
        named = await asyncio.gather(
            *(
                client.put(f"/api/v1/transcriptions/{one.transcription}/speakers/S1", json={"name": "Mayor Reed"})
                for one in rows
            )
        )
    async with api.work() as unit:
        voices = (await unit.db.scalars(select(Voice))).all()

    assert [answer.status_code for answer in named] == [202, 202]
    assert [(voice.name, voice.samples) for voice in voices] == [("Mayor Reed", 2)]


async def test_cancelling_the_writing_of_a_name_leaves_the_captions_what_they_were(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="needs_review", speakers=CAST, stage="done")
    path = f"/api/v1/transcriptions/{rows.transcription}"
    async with api.client("operator") as client:
        await client.put(f"{path}/speakers/S1", json={"name": "Mayor Reed"})
        async with api.work() as unit:
            lease = await take(unit.db, Lane.FINISH, owner="transcriber", lasting=timedelta(minutes=1))
        cancelled = await client.post(f"{path}/cancel")
        again = await client.put(f"{path}/speakers/S1", json={"name": "Mayor Reed"})
    async with api.work() as unit:
        assert lease is not None and not await is_mine(unit.db, lease)

    assert (cancelled.json()["status"], cancelled.json()["stage"]) == ("needs_review", "done")
    assert (again.status_code, again.json()["status"]) == (202, "processing")


async def test_a_speaker_whose_words_were_let_go_of_is_not_named_but_by_an_edit(api: Api, add_rows: Any) -> None:
    rows = await add_rows(speakers=CAST, stage="done", plan={})
    async with api.client("operator") as client:
        url = f"/api/v1/transcriptions/{rows.transcription}/speakers/S1"
        refused = await client.put(url, json={"name": "Mayor Reed"})

    assert (refused.status_code, refused.json()["code"]) == (409, "words_forgotten")
