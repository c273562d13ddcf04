"""The records of a Cablecast server that Archivist reads, under Archivist's own names.

Every field but ``id`` may be missing or null, unknown fields are ignored and unknown words are tolerated: the server's
version is its owner's business.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


class VodState(StrEnum):
    """How far a VOD is."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    """No valid file, or a reel without a length."""
    QUEUED = "queued"
    PROCESSING = "processing"
    PARTIAL = "partial"
    """Some variants are ready; it may be watchable already."""
    COMPLETE = "complete"
    ERROR = "error"
    """The server may try again by itself."""
    PERMANENT_FAILURE = "permanentFailure"
    DISABLED = "disabled"

    @property
    def is_final(self) -> bool:
        """Whether the server will do no more by itself."""
        return self in (VodState.COMPLETE, VodState.PERMANENT_FAILURE, VodState.DISABLED)


def _known_state(value: Any) -> Any:
    known = {state.value for state in VodState}
    return value if value in known else VodState.UNKNOWN


def _ids(value: Any) -> Any:
    return () if value is None else value


def _in_calendar(value: datetime | None) -> datetime | None:
    """The first day of the calendar stands for no date, and east of Greenwich lies before it in UTC."""
    try:
        if value is not None:
            value.astimezone(UTC)
    except OverflowError:
        return None
    return value


_Moment = Annotated[datetime | None, AfterValidator(_in_calendar)]
_Ids = Annotated[tuple[int, ...], BeforeValidator(_ids)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)
    id: int


class Show(_Record):
    """What a station knows about a programme."""

    title: str | None = None
    """For operators."""
    public_title: str | None = Field(None, alias="cgTitle")
    event_at: _Moment = Field(None, alias="eventDate")
    """When it was produced, with the server's offset; often local midnight."""
    run_time_s: int | None = Field(None, alias="totalRunTime")
    """0 until a reel is timed."""
    location_id: int | None = Field(None, alias="location")
    project_id: int | None = Field(None, alias="project")
    reel_ids: _Ids = Field((), alias="reels")
    vod_ids: _Ids = Field((), alias="vods")
    has_captions: bool | None = Field(None, alias="hasCaptions")
    """A hint only; the published playlist is the proof."""


class Reel(_Record):
    """One part of a show, played from one file."""

    show_id: int | None = Field(None, alias="show")
    number: int | None = Field(None, alias="reelNumber")
    length_s: int | None = Field(None, alias="length")
    has_valid_file: bool | None = Field(None, alias="hasValidFile")
    has_processing_file: bool | None = Field(None, alias="hasProcessingFile")
    asset_id: int | None = Field(None, alias="playbackAsset")


class Vod(_Record):
    """A programme on demand."""

    show_id: int | None = Field(None, alias="show")
    state: Annotated[VodState, BeforeValidator(_known_state)] = Field(VodState.UNKNOWN, alias="vodState")
    progress: float | None = Field(None, alias="percentComplete")
    """0 to 1."""
    is_watchable: bool | None = Field(None, alias="isWatchable")
    url: str | None = None
    length_s: int | None = Field(None, alias="length")
    error_message: str | None = Field(None, alias="errorMessage")
    chapters_published: bool | None = Field(None, alias="chaptersPublished")
    configuration_id: int | None = Field(None, alias="vodConfiguration")


class Asset(_Record):
    """A file as the server has indexed it."""

    path: str | None = None
    has_captions: bool | None = Field(None, alias="hasCaptions")


class VodConfiguration(_Record):
    """A way of making VODs; it belongs to one location."""

    location_id: int | None = Field(None, alias="location")


class ScheduleItem(_Record):
    """One run on one channel: of a show, of something else, or of nothing."""

    show_id: int | None = Field(None, alias="show")
    run_at: _Moment = Field(None, alias="runDateTime")
    bump_s: int | None = Field(None, alias="runBump")
    """Added to the start."""
    kind: int | None = Field(None, alias="idType")
    """1 is a show, 2 a manual event, 3 empty."""
    is_deleted: bool | None = Field(None, alias="deleted")

    @property
    def starts_at(self) -> datetime | None:
        """When it begins; None where the server does not say so with its offset."""
        if self.run_at is None or self.run_at.tzinfo is None:
            return None
        try:
            return _in_calendar(self.run_at + timedelta(seconds=self.bump_s or 0))
        except OverflowError:
            return None


class VodChapter(_Record):
    """A named moment of a VOD."""

    title: str | None = None
    offset_s: int | None = Field(None, alias="offset")
    is_deleted: bool | None = Field(None, alias="deleted")


class SystemInfo(BaseModel):
    """The server itself."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)
    version: str | None = Field(None, alias="cablecastVersion")
    site_name: str | None = Field(None, alias="siteName")

    @property
    def reads_sidecars(self) -> bool | None:
        """Whether this version takes captions from files beside recordings (7.1 and later); None if it does not say."""
        try:
            major, minor = (int(part) for part in (self.version or "").split(".")[:2])
        except ValueError:
            return None
        return (major, minor) >= (7, 1)
