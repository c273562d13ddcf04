"""Who speaks in a recording: voices that were told apart, what they are probably called, and the names people give."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from services.api.deps import Operator, Reader, Work
from services.api.list_queries import transcription_or_404
from services.api.problems import PROBLEMS
from services.api.schemas.common import Body, Shape
from services.api.usecases.name_speaker import name_speaker
from shared.db.models import Transcription
from shared.lifecycle import TranscriptionStatus
from shared.speaker_cast import NAME_ONLY_PROPOSED, Speakers

router = APIRouter(prefix="/transcriptions/{transcription_id}/speakers", tags=["transcriptions"], responses=PROBLEMS)


class QuoteOut(Shape):
    """A sentence in which somebody is called by name."""

    text: str
    start_ms: int
    end_ms: int


class ProposalOut(Shape):
    """A name somebody probably has."""

    name: str
    evidence: Literal["voice", "address"] = Field(
        description="voice: sounds like one that was named before; address: was called by that name."
    )
    confidence: float = Field(description="0 to 1; proposals never go into captions by themselves.")
    quotes: list[QuoteOut]


class SpeakerOut(Shape):
    """One voice."""

    label: str
    name: str | None = Field(description="Confirmed by a person; shown in captions.")
    speech_ms: int
    first_ms: int = Field(description="When the voice is heard first; listen there to know who it is.")
    proposals: list[ProposalOut]


class SpeakersOut(BaseModel):
    """Everybody heard."""

    status: TranscriptionStatus
    warning: str | None = Field(description="Why nobody was told apart.")
    name_only_proposed: str | None = Field(
        default=None,
        description="Why a name that was given is only in a proposal, and what to do; left out where the captions that"
        " count have the names.",
    )
    speakers: list[SpeakerOut]


class SpeakerName(Body):
    """What a speaker is called in captions, with the title if it shall stand there."""

    name: Annotated[
        str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f-\x9f>]*$")
    ]


@router.get(
    "",
    operation_id="listSpeakers",
    summary="Who speaks, and what they are probably called",
    response_model_exclude_defaults=True,
)
async def index(transcription_id: UUID, _: Reader, work: Work) -> SpeakersOut:
    """Empty where speakers were not told apart; ``warning`` says why if somebody had asked for it."""
    async with work() as unit:
        return _shown(await transcription_or_404(unit.db, transcription_id))


@router.put(
    "/{label}",
    status_code=202,
    operation_id="nameSpeaker",
    summary="Say who it is",
    response_model_exclude_defaults=True,
)
async def name(transcription_id: UUID, label: str, body: SpeakerName, who: Operator, work: Work) -> SpeakersOut:
    """The captions are written again with the name, as a new version; edits of a person stay in it. Where one of those
    finds no place there, the name is only proposed, and `name_only_proposed` says so. The city knows the voice."""
    return _shown(await name_speaker(transcription_id, label, body.name, who, work=work))


def _shown(row: Transcription) -> SpeakersOut:
    found = Speakers.model_validate(row.speakers or {})
    is_listening = row.status == TranscriptionStatus.PROCESSING and found.share is not None
    return SpeakersOut(
        status=TranscriptionStatus(row.status),
        warning=None if is_listening else found.warning,
        name_only_proposed=row.error_message if row.error_code == NAME_ONLY_PROPOSED else None,
        speakers=[SpeakerOut.model_validate(one) for one in found.speakers],
    )
