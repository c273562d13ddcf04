"""Why is this file bad? The validator that guards every file Archivist writes, for files that people bring."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel, Field

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


@router.post("/check", operation_id="checkCaptions", summary="Why is this caption file bad?")
async def check(
    _: Reader,
    file: Annotated[UploadFile, File(description="An .scc, .mcc, .vtt, .srt or cue list (.json).")],
    guide: Annotated[str, Form(description="Style guide for reading speed and rows.")] = "fcc",
    start_tc: Annotated[str | None, Form(description="Label of the first frame, for SCC and MCC.")] = None,
) -> CaptionCheck:
    """Syntax, parity, codes, transmission, what viewers would see, and readability, as the pipeline checks its own."""
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
