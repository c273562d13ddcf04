"""Transcriptions on the wire: the original system's words, then ours."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.api.schemas.common import Body, Moment, Shape
from services.api.schemas.stations import Priority
from shared.city import EngineName, Language
from shared.lifecycle import SliceStatus, Stage, TranscriptionStatus, VodStatus
from shared.rules import OutputFormat


class TranscriptionCreate(Body):
    """Ask for captions of a recording that is in the ledger."""

    recording_id: UUID
    language: Language | None = None
    model: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        default=None, description="A model the transcriber has; the city's or the station's when left out."
    )
    engine: EngineName | None = Field(
        default=None, description="Which speech engine; the job waits, and says so, until a transcriber has it."
    )
    include_summary: bool | None = None
    output_format: OutputFormat | None = Field(
        default=None,
        description="Which caption file `/output` answers with; the city's or the station's when left out.",
    )
    priority: Priority = 3
    due_at: (
        Annotated[
            Moment,
            Field(description="When the captions are needed: from two days before they go before newer ones."),
        ]
        | None
    ) = None


class PriorityChange(Body):
    """A new place in the queue; takes effect with the next slice."""

    priority: Priority


class DueChange(Body):
    """When the captions are needed."""

    due_at: Moment | None = Field(description="Null takes the date away.")


class SliceOut(Shape):
    """One piece of the recording."""

    number: int
    start_ms: int
    end_ms: int
    status: SliceStatus
    attempt: int
    error_code: str | None
    error_message: str | None
    work_seconds: float | None
    finished_at: datetime | None


class ReviewReason(BaseModel):
    """One reason why a person should look."""

    code: str = Field(description="Such as speech_without_words, words_over_silence, noisy or language_uncertain.")
    check: str = Field(description="The check of the quality report that found it.")
    text: str = Field(description="The same as a sentence.")
    start_ms: int | None = Field(description="Where to listen, if it is about a place.")
    end_ms: int | None


class TranscriptionOut(Shape):
    """Captions being made, or made."""

    id: UUID
    recording_id: UUID
    city_id: UUID | None
    filename: str
    file_path: str
    file_size: int | None
    duration: int | None
    status: TranscriptionStatus
    stage: Stage
    progress: int
    language: str
    paused: bool = Field(description="Rests until a person resumes it; its city, recording or lane may rest too.")
    model: str | None
    priority: int
    due_at: datetime | None = Field(description="When the captions are needed.")
    include_summary: bool
    output_format: OutputFormat = Field(description="Which caption file `/output` answers with.")
    quality_score: float | None
    review_reasons: list[ReviewReason] | None = Field(description="Why it needs review; null unless it does.")
    error_code: str | None
    error_message: str | None
    scc_file_path: str | None
    summary_file_path: str | None
    metadata_file_path: str | None
    output_directory: str | None
    processing_time: int | None
    vod_id: str | None
    vod_url: str | None
    vod_status: VodStatus | None
    recorded_at: datetime
    created_date: datetime
    started_date: datetime | None
    completed_date: datetime | None

    @model_validator(mode="after")
    def _reasons_of_a_review_only(self) -> Self:
        """A row keeps its reasons while it is tried again, in case it returns to them."""
        if self.status != TranscriptionStatus.NEEDS_REVIEW:
            self.review_reasons = None
        return self


class TranscriptionDetail(TranscriptionOut):
    """With its slices, the engine, and the quality report."""

    slices: list[SliceOut]
    wanted_engine: dict[str, Any] | None = Field(
        description="Engine and model that all slices are decoded with, settled when the recording is planned."
    )
    engine: dict[str, Any] | None
    quality: dict[str, Any] | None


class Progress(BaseModel):
    """One server-sent event: how far the work has come."""

    id: UUID
    status: TranscriptionStatus
    stage: Stage
    progress: int = Field(description="0 to 100.")
    slices_done: int
    slices_total: int
    message: str = Field(description="The same in words.")
    vod_status: VodStatus | None
    publication_status: str | None
    error_code: str | None
    error_message: str | None
    review_reasons: list[ReviewReason] | None = Field(description="Why it needs review; null unless it does.")


class Step(Shape):
    """One server-sent event: something that happened to the transcription, one of its slices or its publication."""

    id: int = Field(description="Grows; the event's `id`, from which a stream can be taken up again.")
    at: datetime
    kind: str = Field(description="What happened, such as `slice.done` or `publication.published`.")
    actor: str = Field(description="Who did it: a service, or a person's name.")
    level: str = Field(description="`info`, `warning` or `error`.")
    subject_kind: str
    subject_id: str
    facts: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
