"""``POST /v1/audio/transcriptions``: short sound in, text out, for programs written for OpenAI's service."""

import re
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.api.deps import Deps, Transcriber, Work
from services.api.openai_shapes import PlainAnswer, VerboseAnswer, plain_answer, plain_text, verbose_answer
from services.api.problems import OPENAI_ERRORS
from services.api.schemas.uploads import UploadFields
from services.api.upload_form import UploadForm, receive_form
from services.api.usecases.transcribe_upload import CallerGone, Heard, UploadWish, transcribe_upload
from shared.errors import InvalidInput

router = APIRouter(prefix="/v1/audio", tags=["uploads"])


class ResponseFormat(StrEnum):
    """What the answer is to be; ``scc`` is ours."""

    JSON = "json"
    VERBOSE_JSON = "verbose_json"
    TEXT = "text"
    SRT = "srt"
    VTT = "vtt"
    SCC = "scc"


_MEDIA_TYPES = {
    ResponseFormat.JSON: "application/json",
    ResponseFormat.VERBOSE_JSON: "application/json",
    ResponseFormat.TEXT: "text/plain; charset=utf-8",
    ResponseFormat.SRT: "application/x-subrip; charset=utf-8",
    ResponseFormat.VTT: "text/vtt; charset=utf-8",
    ResponseFormat.SCC: "text/plain; charset=us-ascii",
}
_FIELDS = ("model", "language", "prompt", "response_format", "temperature", "timestamp_granularities")

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/UploadForm"}}},
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The text, in the format that was asked for.",
        "content": {
            "application/json": {
                "schema": {
                    "anyOf": [
                        {"$ref": "#/components/schemas/PlainAnswer"},
                        {"$ref": "#/components/schemas/VerboseAnswer"},
                    ]
                }
            },
            "text/plain": {"schema": {"type": "string"}},
            "text/vtt": {"schema": {"type": "string"}},
            "application/x-subrip": {"schema": {"type": "string"}},
        },
        "headers": {
            "X-Archivist-Quality": {
                "description": "completed, needs_review or failed: what the quality gate thinks of the text.",
                "schema": {"type": "string"},
            },
            "X-Archivist-Model": {"description": "The model that was used.", "schema": {"type": "string"}},
        },
    },
    **OPENAI_ERRORS,
}


@router.post(
    "/transcriptions",
    operation_id="transcribeUpload",
    summary="Transcribe a short sound file, as OpenAI's service does",
    response_class=Response,
    responses=_ANSWERS,
    openapi_extra=_FORM,
)
async def transcribe(request: Request, who: Transcriber, things: Deps, work: Work) -> Response:
    """Waits for the text; hang up to cancel. Nothing that was sent or heard is kept afterwards.

    The station's own model is used whatever ``model`` says, and ``temperature`` has no effect: how carefully a
    passage is decoded is decided by what was heard.
    """
    rules = things.uploads
    async with receive_form(request, rules.folder, max_bytes=rules.max_bytes) as form:
        fields = _fields(form)
        wanted = _format(fields.response_format)
        wish = UploadWish(
            form.path, form.size_bytes, fields.language or things.default_language, _phrases(fields.prompt or "")
        )
        try:
            heard = await transcribe_upload(
                wish,
                who,
                rules=rules,
                max_queue_size=things.max_queue_size,
                work=work,
                is_gone=request.is_disconnected,
            )
        except CallerGone:
            return Response(status_code=499)  # nobody reads it; it is what the metrics count
    headers = {"X-Archivist-Quality": heard.quality, "X-Archivist-Model": heard.model or "unknown"}
    return Response(_body(heard, wanted, fields), media_type=_MEDIA_TYPES[wanted], headers=headers)


def _fields(form: UploadForm) -> UploadFields:
    sent: dict[str, Any] = {name: form.fields[name][-1] for name in _FIELDS if form.fields.get(name)}
    granularities = form.fields.get("timestamp_granularities[]", form.fields.get("timestamp_granularities"))
    if granularities:
        sent["timestamp_granularities"] = granularities
    try:
        return UploadFields.model_validate(sent)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        param = str(first["loc"][0]) if first["loc"] else None
        raise InvalidInput(f"{param or 'form'}: {first['msg']}.", code="invalid_value", param=param) from error


def _format(asked: str) -> ResponseFormat:
    try:
        return ResponseFormat(asked)
    except ValueError:
        known = ", ".join(ResponseFormat)
        raise InvalidInput(
            f"response_format must be one of {known}.", code="invalid_value", param="response_format"
        ) from None


def _phrases(prompt: str) -> tuple[str, ...]:
    """Names and terms in a prompt such as ``Alderman Nguyen, Zeppelin Road``; prose has none that are short enough."""
    parts = (" ".join(part.split()) for part in re.split(r"[,;\n]", prompt))
    return tuple(dict.fromkeys(part for part in parts if 0 < len(part) <= 60))[:50]


def _body(heard: Heard, wanted: ResponseFormat, fields: UploadFields) -> str:
    answer: PlainAnswer | VerboseAnswer
    if wanted is ResponseFormat.JSON:
        answer = plain_answer(heard.words)
    elif wanted is ResponseFormat.VERBOSE_JSON:
        answer = verbose_answer(heard.words, fields.timestamp_granularities)
    elif wanted is ResponseFormat.TEXT:
        return plain_text(heard.words) + "\n"
    else:
        return heard.files[wanted]
    return answer.model_dump_json(exclude_none=True)
