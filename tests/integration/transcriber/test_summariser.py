"""The summary gateway against a real HTTP server on this machine."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from services.transcriber.gateways.summariser import Summariser, SummariserSettings
from shared.captions.model import Word
from shared.errors import InvalidInput, Temporary
from shared.meetings import Sentence, sentences


class Endpoint:
    """A small HTTP server that speaks as much of the chat interface as the gateway uses, and remembers questions."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, str]] = []
        self.questions: list[dict[str, object]] = []
        self.keys: list[str | None] = []
        self.drip_s = 0.0
        self.url = ""
        self.serving: list[asyncio.Task[None]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.serving.append(task)
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
        self.questions.append(json.loads(await reader.readexactly(int(fields["content-length"]))))
        self.keys.append(fields.get("authorization"))
        status, body = self.answers.pop(0)
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode())
        step = 1 if self.drip_s else len(body)
        for at in range(0, len(body), step):
            writer.write(body[at : at + step].encode())
            await asyncio.sleep(self.drip_s)

    async def stop(self) -> None:
        for task in self.serving:
            task.cancel()
        await asyncio.gather(*self.serving, return_exceptions=True)


def completion(text: str) -> tuple[int, str]:
    return 200, json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    made = Endpoint()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    yield made
    await made.stop()
    server.close()
    await server.wait_closed()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as made:
        yield made


@pytest.fixture
def said() -> tuple[Sentence, ...]:
    text = "I move to approve the budget. The motion carries five to two."
    return sentences([Word(one, at * 400, at * 400 + 300) for at, one in enumerate(text.split())])


async def test_statements_come_back_with_their_places(
    endpoint: Endpoint, client: httpx.AsyncClient, said: tuple[Sentence, ...]
) -> None:
    endpoint.answers = [completion("The budget was approved five to two. [0:02]")]

    summary = await Summariser(SummariserSettings(endpoint.url, "llama", "secret"), client).summarise(said)

    assert [(one.text, one.start_ms) for one in summary.statements] == [
        ("The budget was approved five to two.", said[1].start_ms)
    ]
    assert summary.model == "llama"
    assert endpoint.questions[0]["model"] == "llama"
    assert endpoint.keys == ["Bearer secret"]


async def test_a_long_meeting_is_asked_about_in_pieces_and_condensed(
    endpoint: Endpoint, client: httpx.AsyncClient, said: tuple[Sentence, ...]
) -> None:
    endpoint.answers = [completion("One. [0:00]"), completion("Two. [0:02]"), completion("Both. [0:00]")]
    settings = SummariserSettings(endpoint.url, "llama", most_characters=50)

    summary = await Summariser(settings, client).summarise(said)

    assert [one.text for one in summary.statements] == ["Both."]
    assert endpoint.questions[2]["messages"][1]["content"] == "One. [0:00]\nTwo. [0:02]"  # type: ignore[index]
    assert endpoint.keys == [None, None, None]


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ((503, "busy"), Temporary, "summariser_busy"),
        ((429, "slow down"), Temporary, "summariser_busy"),
        ((401, "no"), InvalidInput, "summariser_refused"),
        ((404, "no such model"), InvalidInput, "summariser_refused"),
        ((200, "<html>"), InvalidInput, "summariser_odd_answer"),
        ((200, '{"choices": []}'), InvalidInput, "summariser_odd_answer"),
        ((200, '{"choices": [{"message": {"content": null}}]}'), InvalidInput, "summariser_odd_answer"),
    ],
)
async def test_an_answer_that_is_none_says_what_to_do(
    endpoint: Endpoint,
    client: httpx.AsyncClient,
    said: tuple[Sentence, ...],
    answer: tuple[int, str],
    error: type[Temporary | InvalidInput],
    code: str,
) -> None:
    endpoint.answers = [answer]

    with pytest.raises(error) as raised:
        await Summariser(SummariserSettings(endpoint.url, "llama"), client).summarise(said)

    assert raised.value.code == code


async def test_a_model_that_drips_is_given_up_in_time(
    endpoint: Endpoint, client: httpx.AsyncClient, said: tuple[Sentence, ...]
) -> None:
    endpoint.answers = [completion("word " * 50)]
    endpoint.drip_s = 0.05
    begun = time.monotonic()

    with pytest.raises(Temporary) as raised:
        await Summariser(SummariserSettings(endpoint.url, "llama", timeout_s=0.3), client).summarise(said)

    assert raised.value.code == "summariser_slow"
    assert time.monotonic() - begun < 3


async def test_an_endpoint_that_is_away_may_come_back(client: httpx.AsyncClient, said: tuple[Sentence, ...]) -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()

    with pytest.raises(Temporary) as raised:
        await Summariser(SummariserSettings(f"http://127.0.0.1:{port}/v1", "llama"), client).summarise(said)

    assert raised.value.code == "summariser_away"
