"""Captions in every format, as files of the output tree."""

import asyncio
import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from services.api.deps import Deps, Reader, Work
from services.api.list_queries import WITHOUT_REPORTS, transcription_or_404
from services.api.problems import PROBLEMS
from shared.db.caption_history import offered
from shared.db.models import CaptionVersion
from shared.db.session import Work as OpenWork
from shared.errors import NotFound, Temporary
from shared.storage.files import inside, opened_regular

router = APIRouter(prefix="/transcriptions/{transcription_id}", tags=["captions"], responses=PROBLEMS)


class Format(StrEnum):
    """What can be downloaded."""

    SCC = "scc"
    VTT = "vtt"
    SRT = "srt"
    TXT = "txt"
    JSON = "json"
    WORDS = "words"
    SUMMARY = "summary"
    ENRICHMENT = "enrichment"
    QUALITY = "quality"
    MANIFEST = "manifest"


_MEDIA_TYPES = {
    Format.SCC: "text/plain; charset=us-ascii",
    Format.VTT: "text/vtt; charset=utf-8",
    Format.SRT: "application/x-subrip; charset=utf-8",
    Format.TXT: "text/plain; charset=utf-8",
    Format.SUMMARY: "text/markdown; charset=utf-8",
}

_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "text/vtt": {"schema": {"type": "string"}},
            "application/x-subrip": {"schema": {"type": "string"}},
            "text/markdown": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "object"}},
        },
    },
    304: {"description": "Unchanged since the ETag that was sent."},
}


WhichVersion = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="The newest when left out.")]


@router.get(
    "/captions.{format}",
    operation_id="downloadCaptions",
    summary="Captions in one format",
    response_class=Response,
    responses=_CONTENT,
)
async def download(
    transcription_id: UUID,
    format: Format,
    request: Request,
    _: Reader,
    things: Deps,
    work: Work,
    version: WhichVersion = None,
) -> Response:
    """The bytes that lie in the output tree; the ETag is their SHA-256."""
    return await _file(transcription_id, format, version, request, things.output_root, work)


@router.get(
    "/output",
    operation_id="downloadOutput",
    summary="Captions in the format that was asked for",
    response_class=Response,
    responses=_CONTENT,
)
async def output(
    transcription_id: UUID, request: Request, _: Reader, things: Deps, work: Work, version: WhichVersion = None
) -> Response:
    """The file of the transcription's `output_format`: the same bytes as `captions.{format}`."""
    return await _file(transcription_id, None, version, request, things.output_root, work)


async def _file(
    transcription_id: UUID, format: Format | None, version: int | None, request: Request, root: Path, work: OpenWork
) -> Response:
    async with work() as unit:
        row = await transcription_or_404(unit.db, transcription_id, *WITHOUT_REPORTS)
        found = await _version(unit.db, transcription_id, version)
    format = format or Format(row.output_format)
    entry = found.files.get(format)
    if entry is None or row.output_directory is None:
        raise NotFound(f"This version has no {format} file.", code="no_such_file")
    if entry.get("removed"):
        raise NotFound(
            "The files of this version are not kept any more: others took its place long ago.", code="files_forgotten"
        )
    tag = f'"{entry["sha256"]}"'
    if _has_it(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={"ETag": tag})
    place = Path(row.output_directory) / entry["name"]
    content, digest = await asyncio.to_thread(_read, root, place)
    if digest != entry["sha256"]:
        raise Temporary(
            "The file in the output tree is not the one that was written. Retry the transcription to write it again.",
            code="file_changed",
        )
    headers = {"ETag": tag, "Content-Disposition": f'attachment; filename="{transcription_id}.{format}"'}
    return Response(content, media_type=_MEDIA_TYPES.get(format, "application/json"), headers=headers)


def _has_it(if_none_match: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: any of a list, compared weakly, or ``*``."""
    named = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag in named or "*" in named


def _read(root: Path, relative: Path) -> tuple[bytes, str]:
    """A file and its SHA-256."""
    try:
        with opened_regular(inside(root, str(relative))) as file:
            content = file.read()
    except OSError as error:
        raise Temporary(
            f"The file cannot be read from the output tree ({error.strerror}). Check that its volume is mounted here.",
            code="file_unreadable",
        ) from error
    return content, hashlib.sha256(content).hexdigest()


async def _version(db: AsyncSession, transcription_id: UUID, number: int | None) -> CaptionVersion:
    """The newest that is no proposal when no number is given."""
    which = (
        offered(transcription_id)
        if number is None
        else (CaptionVersion.transcription_id == transcription_id) & (CaptionVersion.number == number)
    )
    statement = select(CaptionVersion).where(which).order_by(CaptionVersion.number.desc()).limit(1)
    row = await db.scalar(statement.options(load_only(CaptionVersion.files)))
    if row is None:
        raise NotFound("There are no captions yet." if number is None else f"There is no version {number}.")
    return row
