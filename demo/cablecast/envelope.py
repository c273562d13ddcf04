"""Bodies as the API wraps them, and answers that are only text."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from demo.cablecast.entities import Record
from demo.cablecast.station import Station


class Refusal(Exception):
    """The request cannot be served; the answer is a status and a text that no program should read."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def refused(refusal: Refusal) -> Response:
    """A refusal as an answer."""
    return PlainTextResponse(refusal.text, refusal.status)


async def enveloped(request: Request, root: str) -> Record:
    """The record under ``root`` of a JSON body. Refusing a bare body is this simulator's own choice."""
    try:
        body = json.loads(await request.body())
    except ValueError as error:
        raise Refusal(400, "The request is invalid.") from error
    if not isinstance(body, dict) or not isinstance(body.get(root), dict):
        raise Refusal(400, "The request is invalid.")
    record: Record = body[root]
    return record


def must_exist(station: Station, kind: str, record_id: object, status: int = 404) -> Record:
    """The record with this id; otherwise the request ends here."""
    record = station.get(kind, record_id)
    if record is None:
        raise Refusal(status, "Not found." if status == 404 else "The request is invalid.")
    return record


def shown(station: Station, request: Request, table: str, record: Record) -> Record:
    """A record as it is told: addresses are complete."""
    if table == "vods":
        return _shown_vod(station, request, record)
    return record


def answer(body: dict[str, Any], status: int = 200) -> Response:
    """A JSON answer."""
    return JSONResponse(body, status)


def root_url(station: Station, request: Request) -> str:
    """Where this station is reached, without a slash at the end."""
    return (station.config.public_url or str(request.base_url)).rstrip("/")


def _shown_vod(station: Station, request: Request, vod: Record) -> Record:
    root = root_url(station, request)
    seen = vod | {"webVtt": f"{root}/cablecastapi/v1/vods/{vod['id']}/chapters"}
    if vod["url"]:
        embed = f'<iframe src="{root}/cablecastapi/embed?show_id={vod["show"]}"></iframe>'
        seen |= {"url": root + vod["url"], "localUrl": root + vod["localUrl"]}
        seen |= {"embedCode": embed, "nonReflectEmbedCode": embed}
    return seen
