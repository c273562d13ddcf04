"""Why is this file bad? The validator that guards every file Archivist writes, for files that people bring.

The form is read by the route and not by FastAPI, which would take in the whole file before it asks who is sending it.
"""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from services.api.deps import Deps, Reader
from services.api.problems import PROBLEMS
from services.api.schemas.common import Shape
from services.api.usecases.check_captions import MOST_FINDINGS, judge_captions, require_size
from services.api.waiting import while_connected
from shared.captions import PROFILES, parse
from shared.captions.codes import CHANNELS
from shared.captions.interchange import READABLE, format_of
from shared.captions.model import Severity
from shared.errors import InvalidInput

router = APIRouter(prefix="/captions", tags=["captions"], responses=PROBLEMS)


_TIME_LIMIT_S = 20.0
"""Somebody waits; a long meeting takes a second."""


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
    findings: list[FindingOut] = Field(description=f"At most {MOST_FINDINGS}; if there are more, errors first.")
    findings_left_out: int = Field(description="How many findings the list does not show.")
    counts: dict[str, int] = Field(description="How many findings of each code there are.")


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
                        "channel": {
                            "type": "string",
                            "enum": list(CHANNELS),
                            "default": "CC1",
                            "description": "Caption channel, for SCC and MCC.",
                        },
                    },
                }
            }
        },
    }
}


@router.post("/check", operation_id="checkCaptions", summary="Why is this caption file bad?", openapi_extra=_FORM)
async def check(_: Reader, request: Request, things: Deps) -> CaptionCheck:
    """Syntax, parity, codes, transmission, what viewers would see, and readability, as the pipeline checks its own."""
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("Send a caption file in the form's field 'file'.", code="no_file", param="file")
        # One file at the most, so the other fields are text.
        guide, start_tc = str(form.get("guide") or "fcc"), str(form.get("start_tc") or "") or None
        channel = next((one for one in CHANNELS if one == (form.get("channel") or "CC1")), None)
        if channel is None:
            raise InvalidInput(f"The channel is one of {', '.join(CHANNELS)}.", code="unknown_channel", param="channel")
        ending = format_of(file.filename or "", READABLE)
        if guide not in PROFILES:
            raise InvalidInput(f"The style guide is one of {', '.join(PROFILES)}.", code="unknown_guide")
        if start_tc is not None:
            parse(start_tc)
        require_size(file.size or 0, ending)
        content = await file.read()
    compute = things.runtime.compute
    judged = await while_connected(
        request, compute.run(judge_captions, content, ending, guide, start_tc, channel, timeout_s=_TIME_LIMIT_S)
    )
    return CaptionCheck(
        format=ending.removeprefix("."),
        cues=judged.cues,
        is_fit_for_air=judged.is_fit_for_air,
        findings=[FindingOut.model_validate(one) for one in judged.findings],
        findings_left_out=sum(judged.counts.values()) - len(judged.findings),
        counts=judged.counts,
    )
