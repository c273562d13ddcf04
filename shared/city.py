"""What a city may choose for itself, where it differs from the station; stored as JSON and checked both ways."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from shared.captions.timecode import parse
from shared.errors import ArchivistError, Unusable
from shared.languages import language_code, require_language
from shared.meetings import Entry, EntryKind, Vocabulary
from shared.meetings.vocabulary import entry_words
from shared.quality import CheckName, Thresholds
from shared.rules.output import OutputFormat

NO_CITY_FOLDER: Final = "station"
"""Where recordings of no city lie in the output tree, so no city's slug."""

_Value = TypeVar("_Value")


def _sentence(check: Callable[[_Value], _Value]) -> Callable[[_Value], _Value]:
    """A check of ours as pydantic wants it: what it says becomes the complaint about the field."""

    def checked(value: _Value) -> _Value:
        try:
            return check(value)
        except ArchivistError as error:
            raise ValueError(error.message) from error

    return checked


Language = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(_sentence(language_code)),
    Field(
        description="A code (es), a code with a country (es-MX, kept as es), a name (Spanish), or auto to have it found"
        " out from what is said.",
        examples=["es"],
    ),
]
"""Whisper's code of a language, or ``auto``."""
EngineName = Literal["auto", "faster-whisper", "whisperx"]


def _existing_label(text: str) -> str:
    parse(text)
    return text


StartLabel = Annotated[
    str, StringConstraints(pattern=r"^\d{2}:[0-5]\d:[0-5]\d[:;][0-2]\d$"), AfterValidator(_sentence(_existing_label))
]
"""Label of a first frame that exists: drop-frame counting leaves some out, such as 00:01:00;00."""


class VocabularyEntry(BaseModel):
    """One name or term as it should be written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[
        str,
        StringConstraints(min_length=1, max_length=80, strip_whitespace=True),
        AfterValidator(_sentence(entry_words)),
    ]
    kind: EntryKind = EntryKind.OTHER
    heard_as: tuple[Annotated[str, StringConstraints(max_length=80)], ...] = Field(
        default=(), max_length=20, description="Wrong spellings that a person has corrected to this."
    )
    uses: int = Field(default=0, ge=0)


def _whole(values: Any) -> Any:
    """The thresholds as they are kept: numbers that mean something, whole where they count something."""
    chosen = Thresholds().overridden(values)
    return {name: dict(chosen.pass_scores) if name == "pass_scores" else getattr(chosen, name) for name in values}


def _quality_schema() -> dict[str, Any]:
    usual = {each.name: each.default for each in fields(Thresholds) if each.name != "pass_scores"}
    numbers = {
        name: {"type": "integer" if isinstance(value, int) else "number", "default": value}
        for name, value in usual.items()
    }
    score = {"type": "number", "minimum": 0, "maximum": 1}
    scores = {"type": "object", "properties": {str(name): score for name in CheckName}, "additionalProperties": False}
    return {
        "type": "object",
        "properties": {**numbers, "pass_scores": scores},
        "additionalProperties": False,
        "description": "Numbers of the quality report that differ from the station's; docs/quality.md says what each"
        " does.",
        "examples": [{"snr_good_db": 12, "pass_scores": {"completeness": 0.9}}],
    }


Quality = Annotated[dict[str, Any], BeforeValidator(_sentence(_whole)), WithJsonSchema(_quality_schema())]
"""Thresholds by name; whatever stands in here has been found to mean something."""


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
    min_speakers: int | None = Field(default=None, ge=1, le=200, description="At least so many people speak.")
    max_speakers: int | None = Field(default=None, ge=1, le=200, description="At most so many people speak.")
    include_summary: bool | None = None
    output_format: OutputFormat | None = Field(
        default=None, description="Which caption file is given to whoever names none; all are written."
    )
    caption_profile: Literal["fcc", "netflix", "bbc", "dcmp"] | None = None
    caption_start_tc: StartLabel | None = Field(default=None, description="Label of the first frame in SCC files.")
    other_languages: Literal["decode", "label"] | None = Field(
        default=None,
        description="What is written where another language is spoken: its words, or a tag such as [speaking Spanish].",
    )
    quality_threshold: float | None = Field(
        default=None, ge=0, le=1, description="The score at which a check passes; short for pass_score in quality."
    )
    quality: Quality = Field(default={}, examples=[{"snr_good_db": 12, "pass_scores": {"completeness": 0.9}}])
    vocabulary: tuple[VocabularyEntry, ...] = Field(
        default=(), max_length=2000, description="Names, streets, bodies and acronyms of this city."
    )

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if self.language and self.model:
            try:
                require_language(self.language, self.model)
            except ArchivistError as error:
                raise ValueError(error.message) from error
        if self.min_speakers and self.max_speakers and self.min_speakers > self.max_speakers:
            raise ValueError(f"min_speakers ({self.min_speakers}) is above max_speakers ({self.max_speakers})")
        score = self.quality.get("pass_score", self.quality_threshold)
        if self.quality_threshold not in (None, score):
            raise ValueError("quality_threshold and pass_score in quality say the same: name one of them")
        if self.quality.get("fail_score", 0) > (Thresholds().pass_score if score is None else score):
            raise ValueError("fail_score in quality is above the score at which a check passes")
        return self

    def thresholds(self, station: Thresholds) -> Thresholds:
        """The station's numbers with the city's own in place."""
        score = {} if self.quality_threshold is None else {"pass_score": self.quality_threshold}
        return station.overridden({**score, **self.quality})

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


INVALID: Final = "city_settings_invalid"
"""Code of settings that were stored when they meant something, or past the API."""


def stored_settings(city: str, stored: Mapping[str, Any]) -> CitySettings:
    """A city's choices as they stand in the database; raises ``Unusable`` for such as would be refused today."""
    try:
        return CitySettings.model_validate(stored)
    except ValidationError as error:
        wrong = "; ".join(_complaint(item) for item in error.errors(include_input=False, include_url=False))
        raise Unusable(
            f"The settings of {city} cannot be used: {wrong}. Put the city's settings right.", code=INVALID
        ) from error


def _complaint(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    says = item["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{place}: {says}" if place else says
