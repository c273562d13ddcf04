"""Why is this file bad? The validator that guards every file Archivist writes, for files that people bring.

The form is read by the route and not by FastAPI, which would take in the whole file before it asks who is sending it.
"""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from services.api.deps import Reader
from services.api.problems import PROBLEMS
from services.api.schemas.common import Shape
from shared.captions import PROFILES, parse, profile
from shared.captions.encoding import MAX_BYTES
from shared.captions.interchange import READABLE, check_captions, format_of, read_captions
from shared.captions.model import Severity
from shared.errors import InvalidInput

router = APIRouter(prefix="/captions", tags=["captions"], responses=PROBLEMS)


class FindingOut(Shape):
    """One thing that is wrong, and where."""

    code: str
    message: str
    severity: Severity
    cue: int | None
    timecode: str | None
    line: int | None


class CaptionCheck(BaseModel):
    """What was found in a caption file."""

    format: str = Field(examples=["scc"])
    cues: int = Field(description="Captions that a decoder finds in it.")
    is_fit_for_air: bool = Field(description="True when no finding is an error.")
    findings: list[FindingOut]


_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "An .scc, .mcc, .vtt, .srt or cue list (.json).",
                        },
                        "guide": {
                            "type": "string",
                            "enum": list(PROFILES),
                            "default": "fcc",
                            "description": "Style guide for reading speed and rows.",
                        },
                        "start_tc": {
                            "type": "string",
                            "description": "Label of the first frame, for SCC and MCC.",
                        },
                    },
                }
            }
        },
    }
}


@router.post("/check", operation_id="checkCaptions", summary="Why is this caption file bad?", openapi_extra=_FORM)
async def check(_: Reader, request: Request) -> CaptionCheck:
    """Syntax, parity, codes, transmission, what viewers would see, and readability, as the pipeline checks its own."""
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("Send a caption file in the form's field 'file'.", code="no_file", param="file")
        # One file at the most, so the other fields are text.
        guide, start_tc = str(form.get("guide") or "fcc"), str(form.get("start_tc") or "") or None
        ending = format_of(file.filename or "", READABLE)
        if guide not in PROFILES:
            raise InvalidInput(f"The style guide is one of {', '.join(PROFILES)}.", code="unknown_guide")
        if start_tc is not None:
            parse(start_tc)
        content = await file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise InvalidInput(f"A caption file has at most {MAX_BYTES} bytes.", code="too_large")

    def judge() -> CaptionCheck:
        loaded = read_captions(content, ending, start_tc)
        findings = check_captions(loaded, ending, profile(guide), start_tc)
        return CaptionCheck(
            format=ending.removeprefix("."),
            cues=len(loaded.cues),
            is_fit_for_air=not any(one.severity is Severity.ERROR for one in findings),
            findings=[FindingOut.model_validate(one) for one in findings],
        )

    return await asyncio.to_thread(judge)
