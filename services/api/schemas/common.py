"""What every list and every shape shares."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from shared.captions.controls import has_controls

Item = TypeVar("Item")

_MOST_FIELDS = 100
_MOST_ITEMS = 2500
_MOST_DEPTH = 20
"""More than any of ours has."""


class Shape(BaseModel):
    """A JSON object that the API answers with; built from rows by attribute."""

    model_config = ConfigDict(from_attributes=True)


class Body(BaseModel):
    """A JSON object that the API is sent: a name it does not know is a mistake and not ignored."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """PostgreSQL keeps every text but one with NUL, and UTF-8 has no halves of surrogate pairs. No other control
        character is a letter either, and some would reach captions."""
        for text in _texts(value):
            if has_controls(storable(text)):
                raise ValueError("text must not contain control characters")
        return value


def storable(text: str) -> str:
    """``text``, refused when PostgreSQL could not keep it."""
    if "\0" in text:
        raise ValueError("text must not contain the character NUL")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("text must be valid Unicode") from None
    return text


Storable = Annotated[str, AfterValidator(storable)]
"""Text from outside a JSON body, such as a form or a query."""


def _in_utc(moment: datetime) -> datetime:
    """PostgreSQL is given moments in UTC, whose calendar here has the years 1 to 9999."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment must lie in the years 1 to 9999 of UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""When something is, from a JSON body; in UTC from here on."""


class Listing(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last one.")


def _texts(value: Any) -> list[str]:
    """Every string in a JSON value; ValueError for one so large or deep that finding its mistakes would take long."""
    found: list[str] = []
    waiting: list[tuple[int, Any]] = [(1, value)]
    while waiting:
        depth, one = waiting.pop()
        if depth > _MOST_DEPTH:
            raise ValueError(f"objects and lists may lie {_MOST_DEPTH - 1} deep in one another")
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            if len(one) > _MOST_FIELDS:
                raise ValueError(f"an object has at most {_MOST_FIELDS} fields")
            waiting += ((depth + 1, part) for part in (*one.keys(), *one.values()))
        elif isinstance(one, list | tuple):
            if len(one) > _MOST_ITEMS:
                raise ValueError(f"a list has at most {_MOST_ITEMS} items")
            waiting += ((depth + 1, part) for part in one)
    return found
