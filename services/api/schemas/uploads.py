"""The form of an upload, but for the file itself."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.api.schemas.common import Body
from shared.city import Language


class UploadFields(Body):
    """Fields of OpenAI's transcription endpoint; those it has and we do not know are ignored."""

    model: Annotated[str, StringConstraints(max_length=200)] = Field(
        default="whisper-1", description="Accepted and not used: the station's own model works."
    )
    language: Language | None = Field(default=None, description="ISO 639-1; the station's language when left out.")
    prompt: Annotated[str, StringConstraints(max_length=4000)] | None = Field(
        default=None, description="Names and terms that may be said, separated by commas."
    )
    response_format: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="json", description="json, verbose_json, text, srt, vtt or scc.", examples=["verbose_json"]
    )
    temperature: float = Field(default=0, ge=0, le=1, description="Accepted and not used.")
    timestamp_granularities: list[Literal["segment", "word"]] = Field(default=["segment"], max_length=10)
