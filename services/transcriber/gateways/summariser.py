"""Asks any OpenAI-compatible endpoint (Ollama, vLLM, a hosted service) for a summary in its own words.

Off unless a station sets an address. Captions never wait for it: whoever calls this treats every error as "no abstract
summary this time". A long meeting is asked about in pieces, then the pieces' statements are condensed once more.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from shared.errors import InvalidInput, Temporary
from shared.meetings.abstract import INSTRUCTIONS, AbstractSummary, prompts, read_statements
from shared.meetings.sentences import Sentence

MOST_STATEMENTS = 10
MOST_ANSWER_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class SummariserSettings:
    """Where the model answers and how much may be asked of it."""

    base_url: str
    """Up to and including ``/v1``, for example ``http://localhost:11434/v1``."""
    model: str
    api_key: str | None = None
    timeout_s: float = 120.0
    """For one answer; a small model on a CPU needs minutes for a long piece."""
    most_characters: int = 24_000
    """Of the meeting in one question: about 6 000 tokens, which fits the context of small local models."""


class Summariser:
    """One endpoint; the client is the caller's, so that connections and tests are too."""

    def __init__(self, settings: SummariserSettings, client: httpx.AsyncClient) -> None:
        self._settings = settings
        self._client = client

    async def summarise(self, said: Sequence[Sentence]) -> AbstractSummary:
        """The meeting in at most ten statements.

        Temporary when the endpoint is away, slow or busy; InvalidInput when it refuses the key, model or question, or
        answers something else than a chat completion.
        """
        answers = [await self._ask(piece) for piece in prompts(said, most_characters=self._settings.most_characters)]
        if len(answers) > 1:
            answers = [await self._ask("\n".join(answers)[: self._settings.most_characters])]
        return AbstractSummary(read_statements("\n".join(answers), said)[:MOST_STATEMENTS], self._settings.model)

    async def _ask(self, lines: str) -> str:
        settings = self._settings
        question = {
            "model": settings.model,
            "temperature": 0,
            "stream": False,
            "messages": [
                {"role": "system", "content": INSTRUCTIONS.format(most=MOST_STATEMENTS)},
                {"role": "user", "content": lines},
            ],
        }
        headers = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
        url = f"{settings.base_url.rstrip('/')}/chat/completions"
        try:
            # The client's own limits count from byte to byte; a model that drips would never reach them.
            async with asyncio.timeout(settings.timeout_s):
                response = await self._client.post(url, json=question, headers=headers, timeout=settings.timeout_s)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Temporary(
                f"The summary model did not answer within {settings.timeout_s:.0f} s.", code="summariser_slow"
            ) from error
        except httpx.TransportError as error:
            raise Temporary(
                f"The summary model at {settings.base_url} cannot be reached.", code="summariser_away"
            ) from error
        return _content(response)


def _content(response: httpx.Response) -> str:
    """The text of a chat completion, or the error that tells the caller what to do."""
    status = response.status_code
    if status in (408, 429) or status >= 500:
        raise Temporary(f"The summary model is busy or broken (HTTP {status}).", code="summariser_busy", status=status)
    if status != 200:
        raise InvalidInput(
            f"The summary model refused the question (HTTP {status}): check its address, model name and key.",
            code="summariser_refused",
            status=status,
        )
    try:
        content = response.json()["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise InvalidInput(
            "The summary model's address answers, but not with a chat completion.", code="summariser_odd_answer"
        ) from error
    if not isinstance(content, str) or len(content) > MOST_ANSWER_CHARACTERS:
        raise InvalidInput("The summary model's answer holds no usable text.", code="summariser_odd_answer")
    return content
