"""The OpenAPI document: what FastAPI finds out by itself, and what it cannot know."""

from typing import Any

from fastapi import FastAPI

from services.api.openai_shapes import PlainAnswer, VerboseAnswer
from services.api.problems import OpenAiError, Problem
from services.api.schemas.transcriptions import Progress
from services.api.schemas.uploads import LISTS, UploadFields

_DESCRIPTION = """
Archivist watches a station's drives, captions every recording, and proves that the captions reached the viewers.

Log in at `/api/v1/auth/token` and send the token as `Authorization: Bearer ...`; programs send an API key instead, the
same way or as `X-API-Key`. Lists are paginated by cursor: pass `next` back as `cursor`. Errors are problem documents
(RFC 9457) whose `code` is stable; below `/v1/` they have the shape of OpenAI's service, whose clients ask there.
"""

_TAGS = {
    "auth": "Log in with a name and a password.",
    "api keys": "Keys for programs.",
    "cities": "Whose meetings are recorded, and how their captions are made.",
    "mounts": "The folders that are watched.",
    "recordings": "Every file ever seen, and why it was taken or refused.",
    "transcriptions": "Captions being made: ask, follow, steer.",
    "captions": "The files that came of it.",
    "publications": "The way of captions to viewers, and its proof.",
    "pauses": "What rests until a person lets it go on.",
    "uploads": "Short sound in, text out, for programs written for OpenAI's service.",
    "tasks": "What is done besides captions: by schedule or started by hand, with its result.",
    "workers": "The processes that do the work, and which of them are silent.",
    "health": "For orchestrators, dashboards and people.",
}


def describe(app: FastAPI) -> None:
    """Complete the document: its words, and the shapes of errors, which no route returns by its type."""
    app.description = _DESCRIPTION
    app.openapi_tags = [{"name": name, "description": text} for name, text in _TAGS.items()]
    generate = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        found = generate()
        schemas = found["components"]["schemas"]
        for model in (Problem, OpenAiError, PlainAnswer, VerboseAnswer, Progress):
            schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
            schemas.update(schema.pop("$defs", {}))
            schemas[model.__name__] = schema
        schemas["UploadForm"] = _upload_form()
        _speak_3_1(found)
        return found

    app.openapi = document  # type: ignore[method-assign]


def _upload_form() -> dict[str, Any]:
    """The form that ``receive_form`` reads from the stream, which FastAPI therefore does not see."""
    form = UploadFields.model_json_schema()
    fields = {f"{name}[]" if name in LISTS else name: field for name, field in form["properties"].items()}
    file = {"type": "string", "format": "binary", "description": "Sound, or a film with sound."}
    return {**form, "title": "UploadForm", "properties": {"file": file, **fields}, "required": ["file"]}


_EVENTS = "Events `progress` and `end`, the data of which is a `Progress` object, and `step` with a `Step` object."


def _speak_3_1(document: dict[str, Any]) -> None:
    """FastAPI describes event streams with OpenAPI 3.2's ``itemSchema`` in a document that says it is 3.1."""
    for operations in document["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                stream = answer.get("content", {}).get("text/event-stream", {})
                if stream.pop("itemSchema", None) is not None:
                    answer["description"] = _EVENTS
                    stream["schema"] = {"type": "string"}
