"""The form of an upload, but for the file itself."""

from typing import Annotated, Literal, get_origin

from pydantic import Field, StringConstraints

from services.api.schemas.common import Body
from shared.city import Language


class UploadFields(Body):
    """Fields of OpenAI's transcription endpoint. Those that cannot be granted are named in the refusal; those that
    nobody knows are ignored."""

    model: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="whisper-1", description="Accepted and not used: the station's own model works."
    )
    language: Language | None = Field(
        default=None,
        description="ISO 639-1, a name, or auto to have it found out; the station's language when left out.",
    )
    prompt: Annotated[str, StringConstraints(max_length=4000)] | None = Field(
        default=None, description="Names and terms that may be said, separated by commas."
    )
    response_format: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="json", description="json, verbose_json, text, srt, vtt or scc.", examples=["verbose_json"]
    )
    temperature: float = Field(default=0, ge=0, le=1, description="Accepted and not used.")
    timestamp_granularities: list[Literal["segment", "word"]] = Field(default=["segment"], max_length=10)
    stream: bool = Field(
        default=False, description="Send the finished text as events, segment by segment; with json and text."
    )
    languages: list[Language] = Field(
        default=[], max_length=10, description="One is the language; of several it is found out which."
    )
    keywords: list[Annotated[str, StringConstraints(max_length=200)]] = Field(
        default=[], max_length=200, description="Names and terms that may be said, beside those of the prompt."
    )
    chunking_strategy: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        default=None, description="Accepted and not used: sound is always cut where nobody speaks."
    )
    include: list[str] = Field(default=[], description="Must be empty: tokens have no log probabilities here.")
    known_speaker_names: list[str] = Field(default=[], description="Must be empty: speakers are not told apart here.")
    known_speaker_references: list[str] = Field(default=[], description="Must be empty, as the names.")


LISTS = tuple(name for name, field in UploadFields.model_fields.items() if get_origin(field.annotation) is list)
"""Fields that may come several times; clients write ``[]`` behind their names."""
