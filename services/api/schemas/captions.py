"""Versions of captions on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from services.api.schemas.common import Body


class CaptionEditLeftOut(BaseModel):
    """An edit of a person that found no place in a new result."""

    code: str
    message: str = Field(description="A sentence for a person.")
    operation: dict[str, Any] = Field(description="The edit as it was made.")


class CaptionVersionOut(BaseModel):
    """One version of the captions."""

    transcription_id: UUID
    number: int
    source: Literal["machine", "edit", "naming", "upload", "live"] = Field(
        description="machine: a speech engine's result; edit: a person's corrections; naming: written again with names."
    )
    parent: int | None = Field(
        description="Number of the version that it was made from; null for the first, and where that is of another"
        " transcription."
    )
    author: str | None = Field(description="Who made it; null for the machine.")
    note: str | None = Field(description="What the author says about it.")
    is_current: bool = Field(description="Whether these are the captions that count for the recording.")
    is_proposal: bool = Field(description="Made beside a person's captions, which it does not replace.")
    edits: int = Field(description="Operations that made it of its parent.")
    left_out: list[CaptionEditLeftOut] = Field(
        description="Edits of the captions that count which found no place in it."
    )
    created_at: datetime
    files: dict[str, Any] = Field(description="Format to file name, SHA-256 and size; empty until they are written.")


class CaptionEditsIn(Body):
    """Edits of one version of the captions."""

    parent: int = Field(ge=1, le=2**31 - 1, description="Number of the version that they were made on.")
    operations: list[dict[str, Any]] = Field(
        description="In order: `set_text`, `retime`, `split`, `merge`, `insert`, `delete`, `shift`, `rename_speaker`,"
        " `set_look`; cues by their ids, times in whole milliseconds. None accepts a proposal as it is."
    )
    note: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
    merge: bool = Field(
        default=False,
        description="Where the parent is not the newest version any more, make the edits in the newest one if every"
        " one of them finds its place there.",
    )


class CueOut(BaseModel):
    """A cue under the name by which operations call it."""

    id: str
    start: int | str = Field(description="Milliseconds of media time; a time that is none is seconds, `1001/30000`.")
    end: int | str
    rows: list[str]
    speaker: str | None
    placement: dict[str, Any]
    styles: list[dict[str, Any]]


class CaptionCues(BaseModel):
    """The cues of one version."""

    start_tc: str = Field(description="Label of media time 0.")
    drop_frame: bool
    cues: list[CueOut]


class CueChange(BaseModel):
    """A cue that is not the same in both versions."""

    cue: str = Field(description="Its id.")
    before: CueOut | None = Field(description="Null where it is new.")
    after: CueOut | None = Field(description="Null where it is gone.")


class CaptionDifference(BaseModel):
    """What makes one version of another."""

    operations: list[dict[str, Any]] = Field(
        description="Sent as edits of the one, they make the other: to take something back, ask for the way back."
    )
    changes: list[CueChange]
