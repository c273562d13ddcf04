"""What every list and every shape shares."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Shape(BaseModel):
    """A JSON object of the API; built from rows by attribute."""

    model_config = ConfigDict(from_attributes=True)


class Listing(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(default=None, description="Cursor of the next page; null on the last one.")
