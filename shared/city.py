"""What a city may choose for itself, where it differs from the station; stored as JSON and checked both ways."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.captions.timecode import parse
from shared.errors import InvalidInput
from shared.meetings import Entry, EntryKind, Vocabulary

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")]
EngineName = Literal["auto", "faster-whisper", "whisperx"]


def _existing_label(text: str) -> str:
    try:
        parse(text)
    except InvalidInput as error:
        raise ValueError(error.message) from error
    return text


StartLabel = Annotated[
    str, StringConstraints(pattern=r"^\d{2}:[0-5]\d:[0-5]\d[:;][0-2]\d$"), AfterValidator(_existing_label)
]
"""Label of a first frame that exists: drop-frame counting leaves some out, such as 00:01:00;00."""


class VocabularyEntry(BaseModel):
    """One name or term as it should be written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
    kind: EntryKind = EntryKind.OTHER
    heard_as: tuple[Annotated[str, StringConstraints(max_length=80)], ...] = Field(
        default=(), max_length=20, description="Wrong spellings that a person has corrected to this."
    )
    uses: int = Field(default=0, ge=0)


class CitySettings(BaseModel):
    """Only what is named differs from the station."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Language | None = None
    model: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        default=None, description="A speech model that the transcriber has."
    )
    engine: EngineName | None = Field(
        default=None, description="Which speech engine; auto takes the best that the transcriber has."
    )
    diarize: bool | None = Field(
        default=None, description="Tell speakers apart; the station does so where it has a model for it."
    )
    include_summary: bool | None = None
    caption_profile: Literal["fcc", "netflix", "bbc", "dcmp"] | None = None
    caption_start_tc: StartLabel | None = Field(default=None, description="Label of the first frame in SCC files.")
    quality_threshold: float | None = Field(default=None, ge=0, le=1)
    vocabulary: tuple[VocabularyEntry, ...] = Field(
        default=(), max_length=2000, description="Names, streets, bodies and acronyms of this city."
    )

    def as_vocabulary(self) -> Vocabulary:
        """For the pipeline."""
        return Vocabulary(tuple(Entry(one.text, one.kind, one.heard_as, one.uses) for one in self.vocabulary))

    def with_vocabulary(self, vocabulary: Vocabulary) -> "CitySettings":
        """The same choices with another vocabulary."""
        entries = tuple(
            VocabularyEntry(text=one.text, kind=one.kind, heard_as=one.heard_as, uses=one.uses)
            for one in vocabulary.entries
        )
        return self.model_copy(update={"vocabulary": entries})
