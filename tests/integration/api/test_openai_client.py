"""OpenAI's own client against our API: whoever has a program for their service needs another address, and no more."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.audio import TranscriptionTextDeltaEvent, TranscriptionTextDoneEvent, TranscriptionVerbose

from shared.captions import read_srt, read_vtt
from tests.integration.api.conftest import NOTHING, Api, StartApi, Transcriber, left_of


@asynccontextmanager
async def client_of(api: Api, **chosen: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    """As a program makes it: a key of ours, and our address."""
    async with api.client("admin") as admin:
        made = await admin.post("/api/v1/api-keys", json={"name": "robot", "permissions": ["transcribe"]})
    chosen = {"api_key": made.json()["key"], "base_url": f"{api.url}/v1", "timeout": 120, **chosen}
    async with openai.AsyncOpenAI(**chosen) as client:
        yield client


async def test_every_answer_is_what_the_client_expects(api: Api, transcriber: Transcriber, clip: Path) -> None:
    async with transcriber(api), client_of(api) as client:
        create = client.audio.transcriptions.create
        plain = await create(model="gpt-4o-transcribe", file=clip, language="en", prompt="Mayor Ortiz", temperature=0.2)
        verbose = await create(
            model="whisper-1", file=clip, response_format="verbose_json", timestamp_granularities=["word", "segment"]
        )
        text = await create(model="whisper-1", file=clip, response_format="text")
        srt = await create(model="whisper-1", file=clip, response_format="srt")
        vtt = await create(model="whisper-1", file=("clip.mp3", clip.read_bytes()), response_format="vtt")
        events = [
            event async for event in await create(model="gpt-4o-transcribe", file=clip, stream=True, languages=["en"])
        ]

    assert len(plain.text.split()) > 20
    assert plain.usage is not None
    assert plain.usage.type == "duration"
    assert isinstance(verbose, TranscriptionVerbose)
    assert verbose.segments and verbose.words
    assert all(isinstance(segment.avg_logprob, float) and segment.end > segment.start for segment in verbose.segments)
    assert [word.word for word in verbose.words] == verbose.text.split()
    assert str(text) == verbose.text + "\n"
    assert [cue.text for cue in read_srt(str(srt))[0]] == [cue.text for cue in read_vtt(str(vtt))[0]]
    *deltas, done = events
    assert len(deltas) == len(verbose.segments)
    assert all(isinstance(event, TranscriptionTextDeltaEvent) for event in deltas)
    assert isinstance(done, TranscriptionTextDoneEvent)
    assert (
        "".join(event.delta for event in deltas if event.type == "transcript.text.delta") == done.text == verbose.text
    )


async def test_models_are_listed_before_anything_is_sent(start_api: StartApi) -> None:
    async with start_api(whisper_model="small.en") as api, client_of(api) as client:
        listed = [model.id async for model in client.models.list()]
        shown = [await client.models.retrieve(name) for name in listed]
        with pytest.raises(openai.NotFoundError) as unknown:
            await client.models.retrieve("gpt-4o/transcribe")

    assert listed == ["whisper-1", "small.en"]
    assert [(model.id, model.object) for model in shown] == [("whisper-1", "model"), ("small.en", "model")]
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")


async def test_the_path_of_a_model_is_not_shown(start_api: StartApi, add_rows: Any) -> None:
    async with start_api(whisper_model="/srv/models/ours") as api, client_of(api) as client:
        before = [model.id async for model in client.models.list()]
        await add_rows(engine={"name": "faster-whisper", "model": "ours"})
        after = [model.id async for model in client.models.list()]

    assert (before, after) == (["whisper-1"], ["whisper-1", "ours"])


async def test_errors_are_the_clients_own(start_api: StartApi, transcriber: Transcriber, tmp_path: Path) -> None:
    async with start_api(openai_max_bytes=100_000) as api, transcriber(api), client_of(api, max_retries=0) as client:
        create = client.audio.transcriptions.create
        with pytest.raises(openai.BadRequestError) as no_sound:
            await create(model="whisper-1", file=("notes.txt", b"Minutes of the meeting.\n" * 200))
        with pytest.raises(openai.APIStatusError) as too_large:
            await create(model="whisper-1", file=("long.wav", b"\0" * 200_000))
        with pytest.raises(openai.BadRequestError) as no_logprobs:
            await create(model="whisper-1", file=("a.wav", b"RIFF"), include=["logprobs"])
        async with openai.AsyncOpenAI(api_key="ark_wrong", base_url=f"{api.url}/v1") as stranger:
            with pytest.raises(openai.AuthenticationError) as refused:
                await stranger.models.list()
        left = await left_of(api, tmp_path)

    assert (no_sound.value.param, no_sound.value.code) == ("file", "media_unreadable")
    assert (too_large.value.status_code, too_large.value.code) == (413, "content_too_large")
    assert no_logprobs.value.param == "include"
    assert refused.value.code == "invalid_api_key"
    assert left == NOTHING


async def test_what_an_operator_cancels_is_not_sent_again(api: Api, tmp_path: Path) -> None:
    async with client_of(api, max_retries=2) as client, api.client("operator") as operator:
        sending = asyncio.create_task(client.audio.transcriptions.create(model="whisper-1", file=("a.wav", b"RIFF")))
        async with asyncio.timeout(10):
            while not (listed := (await operator.get("/api/v1/transcriptions")).json()["items"]):
                await asyncio.sleep(0.05)
        await operator.post(f"/api/v1/transcriptions/{listed[0]['id']}/cancel")
        with pytest.raises(openai.ConflictError) as cancelled:
            await sending

    assert cancelled.value.code == "cancelled"
    assert [action for _, action in await api.audit()].count("upload.accepted") == 1
    assert await left_of(api, tmp_path) == NOTHING
