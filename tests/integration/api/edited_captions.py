"""What the tests of edits do: the machine makes captions, a person edits them, and somebody looks what there is."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.api.session_tokens import Principal
from services.api.usecases.edit_captions import CaptionEdits, Outdated, edit_captions
from services.transcriber.parts.keep_edits import Before, add_result, look_before
from shared.captions.edits_json import edits_to_json
from shared.captions.operations import Operation
from shared.captions.versions import CaptionsAsKept
from shared.compute import ComputeHere
from shared.db import clock
from shared.db.locks import lock_recording_of
from shared.db.models import CaptionVersion, Transcription
from shared.db.session import Work
from shared.speaker_cast import Naming

ANA, BEN = Principal(901, "ana", "operator"), Principal(902, "ben", "operator")
TEXTS = ["The meating is called to order.", "We have a quorum.", "First item is Main Stret paving."]


def cue_list(*texts: str) -> dict[str, Any]:
    cues = [{"start": 2.0 * n, "end": 2.0 * n + 1.5, "text": text, "speaker": None} for n, text in enumerate(texts)]
    return {"start_tc": "00:00:00;00", "drop_frame": True, "cues": cues}


async def result(
    work: Work, transcription: UUID, *texts: str, is_accepted: bool = True, naming: Naming | None = None
) -> Before:
    """What the transcriber does when it has composed captions."""
    async with work() as unit:
        row = await unit.db.get_one(Transcription, transcription)
    before = await look_before(row, CaptionsAsKept(cue_list(*texts)), work, is_naming=naming is not None)
    async with work() as unit:
        await lock_recording_of(unit.db, transcription)
        files = {"scc": {"name": "a.scc", "sha256": "0" * 64, "size_bytes": 1}}
        await add_result(unit.db, row, before, naming, is_accepted=is_accepted, cue_list=cue_list(*texts), files=files)
    return before


async def edited(
    work: Work, transcription: UUID, base: int, *operations: Operation, who: Principal = ANA
) -> CaptionVersion | Outdated:
    edits = CaptionEdits(base, edits_to_json(operations))
    return await edit_captions(transcription, edits, who, work=work, compute=ComputeHere())


async def history(work: Work, transcription: UUID) -> list[CaptionVersion]:
    async with work() as unit:
        of_it = select(CaptionVersion).where(CaptionVersion.transcription_id == transcription)
        return list(await unit.db.scalars(of_it.order_by(CaptionVersion.number)))


def texts(captions: dict[str, Any]) -> list[str]:
    return [cue["text"] for cue in captions["cues"]]


async def posted(client: Any, transcription: UUID, parent: int, *operations: Operation, **more: Any) -> Any:
    body = {"parent": parent, "operations": edits_to_json(operations)["operations"], **more}
    return await client.post(f"/api/v1/transcriptions/{transcription}/captions", json=body)


async def another(work: Work, transcription: UUID, **values: Any) -> UUID:
    """One more transcription of the same recording."""
    async with work() as unit:
        first = await unit.db.get_one(Transcription, transcription)
        row = Transcription(
            recording_id=first.recording_id,
            filename="a.mp4",
            file_path="/a.mp4",
            **{"status": "completed", "stage": "done", "completed_date": clock.now(), **values},
        )
        unit.db.add(row)
        await unit.db.flush()
        return row.id
