"""A client of Archivist's own API, as small as the demonstration needs it."""

import json
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any

import httpx

from shared.errors import ArchivistError

Record = dict[str, Any]


class ApiClient:
    """The API through the front door: what a program of a customer would do, in a customer's words."""

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=httpx.Timeout(30.0))

    async def __aenter__(self) -> "ApiClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def log_in(self, username: str, password: str) -> None:
        answer = await self._client.post("/auth/token", data={"username": username, "password": password})
        token = _body(answer)["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    async def first(self, path: str, **where: str) -> Record | None:
        """The first record of a list that has these values, or None."""
        items = _body(await self._client.get(path))["items"]
        return next((item for item in items if all(item[name] == value for name, value in where.items())), None)

    async def newest(self, path: str, **query: str) -> Record | None:
        """The newest record that the API finds with these parameters, or None."""
        items = _body(await self._client.get(path, params=query))["items"]
        return items[0] if items else None

    async def create(self, path: str, record: Record) -> Record:
        return _body(await self._client.post(path, json=record))

    async def text(self, path: str) -> str:
        answer = await self._client.get(path)
        if answer.is_error:
            _body(answer)
        return answer.text

    async def events(self, path: str) -> AsyncIterator[tuple[str, Record]]:
        """Follow server-sent events until the server ends them."""
        limits = httpx.Timeout(30.0, read=120.0)
        async with self._client.stream("GET", path, timeout=limits) as answer:
            if answer.is_error:
                await answer.aread()
                _body(answer)
            name, data = "message", ""
            async for line in answer.aiter_lines():
                field, _, value = line.partition(":")
                if field == "event":
                    name = value.strip()
                elif field == "data":
                    data += value.strip()
                elif not line and data:
                    yield name, json.loads(data)
                    name, data = "message", ""


def _body(answer: httpx.Response) -> Record:
    if answer.is_error:
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        sentence = problem.get("detail") or f"{answer.request.url} answered {answer.status_code}"
        raise ArchivistError(f"The API refused: {sentence}", code=problem.get("code"))
    found: Record = answer.json()
    return found
