"""Short sound in, text out: OpenAI's endpoint on real speech, a real transcriber, and every way it can go wrong."""

import asyncio
import contextlib
import json
import os
import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jiwer
import pytest
from sqlalchemy import func, select, text, update

from services.api.parts.forget_upload import forget_leftovers
from services.api.usecases.transcribe_upload import read_result
from shared.captions import check_scc, has_errors, is_captioned, read_srt, read_vtt
from shared.db.leases import take
from shared.db.models import Mount, Recording, Transcription
from shared.db.session import Work
from shared.errors import Temporary
from shared.lanes import Lane
from tests.integration.api.conftest import NOTHING, ROOT, SECONDS, Api, StartApi, Transcriber, left_of

PATH = "/v1/audio/transcriptions"
WORST_WORD_ERROR_RATE = 0.15
"""The demonstration model makes 0 to 8 % errors on this clip, by machine."""


@pytest.fixture(scope="module")
def said() -> str:
    """What is said in the clip."""
    reference = json.loads((ROOT / "demo" / "recording" / "reference.json").read_text(encoding="utf-8"))
    return " ".join(one["text"] for one in reference["utterances"] if one["end_s"] <= SECONDS)


async def _send(client: httpx.AsyncClient, content: bytes, **fields: Any) -> httpx.Response:
    files = {"file": ("../../etc/c\u00f6uncil.mp3", content, "audio/mpeg")}
    return await client.post(PATH, files=files, data={"model": "whisper-1", **fields}, timeout=120)


def _plain(words: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", words.lower()).split())


async def test_speech_is_answered_in_every_format_and_nothing_is_kept(
    api: Api, transcriber: Transcriber, clip: Path, said: str, tmp_path: Path
) -> None:
    sound = clip.read_bytes()
    async with transcriber(api), api.client("operator") as client:
        # The wishes of OpenAI's own clients, word for word.
        plain = await _send(client, sound, temperature="0.2", language="en", prompt="Mayor Ortiz, quorum")
        verbose = await _send(
            client, sound, response_format="verbose_json", **{"timestamp_granularities[]": ["word", "segment"]}
        )
        others = {kind: await _send(client, sound, response_format=kind) for kind in ("text", "srt", "vtt", "scc")}

    assert {each.status_code for each in (plain, verbose, *others.values())} == {200}, plain.text
    assert sorted(plain.json()) == ["text", "usage"]
    assert plain.json()["usage"] == {"type": "duration", "seconds": SECONDS}
    assert plain.headers["x-archivist-quality"] in {"completed", "needs_review"}
    assert plain.headers["x-archivist-model"] != "unknown"
    heard = verbose.json()
    assert jiwer.wer(_plain(said), _plain(heard["text"])) <= WORST_WORD_ERROR_RATE
    assert heard["duration"] == pytest.approx(SECONDS, abs=0.2)
    assert (heard["task"], heard["language"]) == ("transcribe", "en")
    assert " ".join(one["word"] for one in heard["words"]) == heard["text"]
    assert " ".join(one["text"] for one in heard["segments"]) == heard["text"]
    assert [one["id"] for one in heard["segments"]] == list(range(len(heard["segments"])))
    assert all(0 <= one["start"] <= one["end"] <= SECONDS + 1 for one in (*heard["segments"], *heard["words"]))
    assert all(one["avg_logprob"] <= 0 and one["compression_ratio"] > 0 for one in heard["segments"])
    assert others["text"].text == heard["text"] + "\n"
    (srt, _), (vtt, _) = read_srt(others["srt"].text), read_vtt(others["vtt"].text)
    assert [cue.text for cue in srt] == [cue.text for cue in vtt]
    assert len(vtt) > 3
    assert is_captioned(others["scc"].text)
    assert not has_errors(check_scc(others["scc"].text))
    assert others["vtt"].headers["content-type"] == "text/vtt; charset=utf-8"

    assert await left_of(api, tmp_path) == NOTHING
    async with api.work() as unit:
        mount = (await unit.db.scalars(select(Mount))).one()
    assert (mount.kind, mount.enabled, mount.path) == ("uploads", False, str(tmp_path / "uploads"))
    by_people = [event for event in await api.audit() if event[0] == "operator"]
    assert by_people == [("operator", "upload.accepted")] * 6


async def test_a_field_that_is_left_empty_is_left_out(api: Api, transcriber: Transcriber, clip: Path) -> None:
    empty = {"language": "", "prompt": " ", "temperature": "", "response_format": "", "stream": "", "keywords[]": ""}
    async with transcriber(api), api.client("operator") as client:
        answer = await _send(client, clip.read_bytes(), **empty)

    assert answer.status_code == 200, answer.text
    assert sorted(answer.json()) == ["text", "usage"]


async def test_a_stream_is_the_text_in_pieces_and_then_as_a_whole(
    api: Api, transcriber: Transcriber, clip: Path
) -> None:
    async with transcriber(api), api.client("operator") as client:
        answer = await _send(client, clip.read_bytes(), stream="true")

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-archivist-quality"] in {"completed", "needs_review"}
    events = [json.loads(block.removeprefix("data: ")) for block in answer.text.split("\n\n") if block]
    *deltas, done = events
    assert {event["type"] for event in deltas} == {"transcript.text.delta"}
    assert len(deltas) > 3
    assert done == {"type": "transcript.text.done", "text": "".join(event["delta"] for event in deltas)}


async def test_only_words_are_timed_when_only_words_are_asked_for(
    api: Api, transcriber: Transcriber, clip: Path
) -> None:
    async with transcriber(api), api.client("operator") as client:
        answer = await _send(
            client, clip.read_bytes(), response_format="verbose_json", **{"timestamp_granularities[]": ["word"]}
        )

    assert answer.status_code == 200, answer.text
    assert "words" in answer.json()
    assert "segments" not in answer.json()


async def test_sound_that_is_none_or_too_long_is_the_callers_mistake(
    start_api: StartApi, transcriber: Transcriber, clip: Path, tmp_path: Path
) -> None:
    async with start_api(openai_max_seconds=10) as api, transcriber(api), api.client("operator") as client:
        too_long = await _send(client, clip.read_bytes())
        prose = await _send(client, b"Minutes of the meeting of the third of November.\n" * 200)
        left = await left_of(api, tmp_path)

    assert (too_long.status_code, too_long.json()["error"]["code"]) == (400, "audio_too_long")
    assert "longer than 10 s" in too_long.json()["error"]["message"]
    assert prose.status_code == 400, prose.text
    assert prose.json()["error"] == {
        "message": prose.json()["error"]["message"],
        "type": "invalid_request_error",
        "param": "file",
        "code": "media_unreadable",
    }
    assert left == NOTHING


async def test_a_station_without_a_language_of_its_own_has_it_found_out(
    start_api: StartApi, transcriber: Transcriber, clip: Path
) -> None:
    async with start_api(default_language="auto") as api, transcriber(api), api.client("operator") as client:
        found = await _send(client, clip.read_bytes(), response_format="verbose_json")
        spanish = await _send(client, clip.read_bytes(), language="Spanish")

    # The demonstration model knows English only.
    assert (found.status_code, found.json()["language"]) == (200, "en")
    error = spanish.json()["error"]
    assert (spanish.status_code, error["code"], error["param"]) == (400, "language_unsupported", "language")


async def test_a_key_with_the_permission_transcribe_is_enough_and_a_wrong_one_is_not(api: Api) -> None:
    async with api.client("admin") as client:
        made = await client.post("/api/v1/api-keys", json={"name": "robot", "permissions": ["transcribe"]})
    key = made.json()["key"]

    async def answer(**headers: str) -> httpx.Response:
        async with api.client(**headers) as client:
            return await client.post(PATH, data={"model": "whisper-1"}, files={"other": b"x"})

    right = await answer(Authorization=f"Bearer {key}")
    wrong = await answer(Authorization="Bearer ark_wrong")
    nobody = await answer()

    assert (right.status_code, right.json()["error"]["code"]) == (400, "no_file")
    assert (wrong.status_code, nobody.status_code) == (401, 401)
    assert wrong.json() == {
        "error": {
            "message": "The API key is not valid: unknown, revoked or expired.",
            "type": "invalid_request_error",
            "param": None,
            "code": "invalid_api_key",
        }
    }


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"response_format": "docx"}, "response_format"),
        ({"language": "englisch"}, "language"),
        ({"temperature": "warm"}, "temperature"),
        ({"temperature": "nan"}, "temperature"),
        ({"timestamp_granularities[]": ["letter"]}, "timestamp_granularities"),
        ({"prompt": "a\0b"}, None),
        ({"prompt": "x" * 5000}, "prompt"),
        ({"prompt": "x" * 100_000}, "prompt"),
        ({"stream": "maybe"}, "stream"),
        ({"stream": "true", "response_format": "srt"}, "stream"),
        ({"include[]": "logprobs"}, "include"),
        ({"known_speaker_names[]": "Mayor"}, "known_speaker_names"),
        ({"response_format": "diarized_json"}, "response_format"),
        ({"languages[]": ["en", "englisch"]}, "languages"),
    ],
)
async def test_a_wish_that_cannot_be_granted_names_its_field(
    api: Api, tmp_path: Path, fields: dict[str, Any], param: str | None
) -> None:
    async with api.client("operator") as client:
        answer = await _send(client, b"RIFF", **fields)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["error"]["param"] == param
    assert await left_of(api, tmp_path) == NOTHING


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/json", b"{}", "bad_form"),
        ("multipart/form-data", b"x", "bad_form"),
        ("multipart/form-data; boundary=" + "x" * 500, b"x", "bad_form"),
        ("multipart/form-data; boundary=b", b"", "bad_form"),
        ("multipart/form-data; boundary=b", b"nonsense", "bad_form"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nhalf",
            "bad_form",
        ),
        ("multipart/form-data; boundary=b", b"--b--\r\n", "no_file"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n", "no_file"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n" * 2 + b"--b--\r\n",
            "bad_form",
        ),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n" * 60 + b"--b--\r\n",
            "bad_form",
        ),
    ],
)
async def test_a_form_that_is_none_is_refused_and_leaves_nothing(
    api: Api, tmp_path: Path, content_type: str, body: bytes, code: str
) -> None:
    async with api.client("operator", **{"Content-Type": content_type}) as client:
        answer = await client.post(PATH, content=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code), answer.text
    assert await left_of(api, tmp_path) == NOTHING


@pytest.mark.parametrize("says_how_long", [True, False])
async def test_a_file_above_the_limit_is_refused_before_it_fills_the_disk(
    start_api: StartApi, tmp_path: Path, says_how_long: bool
) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    on_disk = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal on_disk
        yield head
        for _ in range(100):
            yield b"\0" * 65_536
            await asyncio.sleep(0.002)
            on_disk = max(on_disk, *(path.stat().st_size for path in (tmp_path / "uploads").glob("*")), 0)

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    if says_how_long:
        headers["Content-Length"] = str(len(head) + 100 * 65_536)
    async with start_api(openai_max_bytes=100_000) as api, api.client("operator", **headers) as client:
        try:
            answer = await client.post(PATH, content=endless())
        except httpx.TransportError:
            answer = None  # the server hung up while we were still sending
        left = await left_of(api, tmp_path)

    if answer is not None:
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "content_too_large")
    assert on_disk <= 100_000
    assert left == NOTHING


async def test_without_a_transcriber_the_caller_is_told_in_time(start_api: StartApi, tmp_path: Path) -> None:
    async with start_api(openai_timeout=1) as api, api.client("operator") as client:
        answer = await _send(client, b"RIFF")
        left = await left_of(api, tmp_path)

    assert (answer.status_code, answer.json()["error"]["type"]) == (504, "server_error")
    assert answer.json()["error"]["code"] == "upload_timeout"
    assert answer.headers["retry-after"] == "30"
    assert left == NOTHING


async def test_a_caller_who_hangs_up_cancels_the_work(api: Api, tmp_path: Path) -> None:
    async with api.client("operator") as client:
        with pytest.raises(httpx.ReadTimeout):
            files = {"file": ("a.mp3", b"RIFF")}
            await client.post(PATH, files=files, timeout=1)
    async with asyncio.timeout(10):
        while await left_of(api, tmp_path) != NOTHING:
            await asyncio.sleep(0.1)


def test_a_pipe_in_the_place_of_a_result_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "words.json")

    with pytest.raises(Temporary) as refused:
        read_result(tmp_path, tmp_path / "words.json")

    assert refused.value.code == "file_unreadable"


async def test_a_server_that_stops_forgets_what_it_had_in_hand_before_it_goes(
    start_api: StartApi, work: Work, tmp_path: Path
) -> None:
    """Also when that takes a while: somebody holds the row, as a worker in the middle of it may."""
    held = asyncio.Event()

    async def hold() -> None:
        async with work() as unit:
            await unit.db.execute(select(Recording.id).with_for_update())
            held.set()
            await asyncio.sleep(4)

    async with start_api() as api:
        client = api.client("operator")
        sending = asyncio.create_task(_send(client, b"RIFF"))
        async with asyncio.timeout(10):
            while (await left_of(api, tmp_path))["transcriptions"] == 0:
                await asyncio.sleep(0.05)
        holding = asyncio.create_task(hold())
        await held.wait()
    left = await left_of(api, tmp_path)
    await holding
    await asyncio.wait({sending})
    await client.aclose()

    assert left == NOTHING
    assert sending.exception() is not None or sending.result().status_code == 500


async def test_an_operator_may_cancel_an_upload_like_any_transcription(api: Api, tmp_path: Path) -> None:
    async with api.client("operator") as client:
        sending = asyncio.create_task(_send(client, b"RIFF"))
        async with asyncio.timeout(10):
            while not (listed := (await client.get("/api/v1/transcriptions")).json()["items"]):
                await asyncio.sleep(0.05)
        await client.post(f"/api/v1/transcriptions/{listed[0]['id']}/cancel")
        answer = await sending

    assert listed[0]["priority"] == 5
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "cancelled")
    assert await left_of(api, tmp_path) == NOTHING


async def test_what_a_crash_left_behind_is_swept_up(api: Api, tmp_path: Path) -> None:
    async with api.client("operator") as client:
        sending = asyncio.create_task(_send(client, b"RIFF"))
        async with asyncio.timeout(10):
            while (await left_of(api, tmp_path))["transcriptions"] == 0:
                await asyncio.sleep(0.05)
        fresh = await forget_leftovers(api.app.state.deps)
        async with api.work() as unit:
            await unit.db.execute(update(Recording).values(created_at=func.now() - text("interval '1 day'")))
        orphan = tmp_path / "uploads" / "orphan.upload"
        orphan.write_bytes(b"x")
        long_ago = time.time() - 86_400
        os.utime(orphan, (long_ago, long_ago))
        swept = await forget_leftovers(api.app.state.deps)
        await sending

    assert (fresh, swept) == (0, 2)
    assert await left_of(api, tmp_path) == NOTHING


async def test_the_upload_folder_is_no_mount_that_anybody_can_see_or_switch_on(api: Api) -> None:
    async with api.client("operator") as client:
        sending = asyncio.create_task(_send(client, b"RIFF"))
        async with asyncio.timeout(10):
            while True:
                async with api.work() as unit:
                    mount = await unit.db.scalar(select(Mount))
                if mount is not None:
                    break
                await asyncio.sleep(0.05)
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
    async with api.client("admin") as admin:
        listed = (await admin.get("/api/v1/mounts")).json()["items"]
        changed = await admin.patch(f"/api/v1/mounts/{mount.id}", json={"enabled": True})
        looked = await admin.post(f"/api/v1/mounts/{mount.id}/scan")

    assert listed == []
    assert (changed.status_code, looked.status_code) == (404, 404)


async def test_an_upload_folder_that_is_watched_is_refused(api: Api, tmp_path: Path) -> None:
    async with api.client("admin") as client:
        await client.post("/api/v1/mounts", json={"name": "mine", "path": str(tmp_path / "uploads")})
        answer = await _send(client, b"RIFF")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "upload_directory_taken")


async def test_uploads_go_before_meetings(api: Api, add_rows: Any) -> None:
    await add_rows(transcription="pending", priority=4)
    async with api.client("operator") as client:
        sending = asyncio.create_task(_send(client, b"RIFF"))
        async with asyncio.timeout(10):
            while len((await client.get("/api/v1/transcriptions")).json()["items"]) < 2:
                await asyncio.sleep(0.05)
        async with api.work() as unit:
            lease = await take(unit.db, Lane.PLAN, owner="test", lasting=timedelta(seconds=60))
            assert lease is not None
            row = await unit.db.get_one(Transcription, lease.row_id)
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending

    assert row.priority == 5
    assert row.filename.endswith(".upload")
