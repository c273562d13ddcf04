"""``POST /v1/audio/transcriptions``: short sound in, text out, for programs written for OpenAI's service."""

import re
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from services.api.deps import Deps, Transcriber, Work
from services.api.openai_shapes import (
    PlainAnswer,
    VerboseAnswer,
    plain_answer,
    plain_text,
    stream_of_events,
    verbose_answer,
)
from services.api.problems import OPENAI_ERRORS
from services.api.schemas.uploads import LISTS, UploadFields
from services.api.upload_form import UploadForm, receive_form
from services.api.usecases.transcribe_upload import CallerGone, UploadResult, UploadWish, transcribe_upload
from shared.errors import InvalidInput
from shared.languages import AUTO, require_language

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
_STREAMED = (ResponseFormat.JSON, ResponseFormat.TEXT)
_NOT_GRANTED = {
    "include": "Tokens have no log probabilities here; verbose_json has avg_logprob for each segment.",
    "known_speaker_names": "The speakers of an upload are not told apart.",
    "known_speaker_references": "The speakers of an upload are not told apart.",
}

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
            "text/event-stream": {"schema": {"type": "string"}},
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
    passage is decoded is decided by what was heard. With ``stream`` the events come when all of the text is there and
    has been judged: ``transcript.text.delta`` for every segment, then ``transcript.text.done``.
    """
    rules = things.uploads
    async with receive_form(request, rules.folder, max_bytes=rules.max_bytes) as form:
        fields = _fields(form)
        wanted = _format(fields)
        language = _language(fields) or things.defaults.language
        require_language(language, things.defaults.model)
        wish = UploadWish(form.path, form.size_bytes, language, _phrases(fields))
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
    if fields.stream:
        return Response(stream_of_events(heard.words), media_type="text/event-stream", headers=headers)
    return Response(_body(heard, wanted, fields), media_type=_MEDIA_TYPES[wanted], headers=headers)


def _fields(form: UploadForm) -> UploadFields:
    """What was sent; a field that was left empty was left out."""
    sent: dict[str, Any] = {}
    for name in UploadFields.model_fields:
        values = [value for key in (name, f"{name}[]") for value in form.fields.get(key, ()) if value.strip()]
        if values:
            sent[name] = values if name in LISTS else values[-1]
    try:
        fields = UploadFields.model_validate(sent)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        param = str(first["loc"][0]) if first["loc"] else None
        raise InvalidInput(f"{param or 'form'}: {first['msg']}.", code="invalid_value", param=param) from error
    for name, why in _NOT_GRANTED.items():
        if getattr(fields, name):
            raise InvalidInput(f"{name}: {why}", code="unsupported_value", param=name)
    return fields


def _format(fields: UploadFields) -> ResponseFormat:
    try:
        wanted = ResponseFormat(fields.response_format)
    except ValueError:
        known = ", ".join(ResponseFormat)
        raise InvalidInput(
            f"response_format must be one of {known}.", code="invalid_value", param="response_format"
        ) from None
    if fields.stream and wanted not in _STREAMED:
        raise InvalidInput(
            f"stream works with response_format {' and '.join(_STREAMED)}; {wanted} comes in one piece.",
            code="unsupported_value",
            param="stream",
        )
    return wanted


def _language(fields: UploadFields) -> str | None:
    if fields.language or not fields.languages:
        return fields.language
    return fields.languages[0] if len(set(fields.languages)) == 1 else AUTO


def _phrases(fields: UploadFields) -> tuple[str, ...]:
    """Keywords, and names and terms in a prompt such as ``Alderman Nguyen, Zeppelin Road``; prose has none that are
    short enough."""
    parts = (" ".join(part.split()) for part in (*fields.keywords, *re.split(r"[,;\n]", fields.prompt or "")))
    return tuple(dict.fromkeys(part for part in parts if 0 < len(part) <= 60))[:50]


def _body(heard: UploadResult, wanted: ResponseFormat, fields: UploadFields) -> str:
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
