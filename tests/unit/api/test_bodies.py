"""What every JSON body is held to before anything else looks at it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from services.api.schemas.api_keys import ApiKeyCreate
from services.api.schemas.captions import CaptionEditsIn
from services.api.schemas.transcriptions import DueChange


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def _edit(new: str, styles: Any = None) -> dict[str, Any]:
    return {"parent": 1, "operations": [{"op": "set_text", "new": [new], "styles": styles}]}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_utc_has_no_date_for_is_refused(moment: str) -> None:
    for made in (
        lambda: DueChange.model_validate({"due_at": moment}),
        lambda: ApiKeyCreate.model_validate({"name": "a", "permissions": ["read"], "expires_at": moment}),
    ):
        with pytest.raises(ValidationError, match="years 1 to 9999 of UTC"):
            made()


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("0001-01-01T14:00:00+14:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T09:59:59-14:00", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-12-01T10:00:00-06:00", datetime(2026, 12, 1, 16, tzinfo=UTC)),
    ],
)
def test_any_other_moment_is_in_utc_from_then_on(sent: str, meant: datetime) -> None:
    due_at = DueChange.model_validate({"due_at": sent}).due_at

    assert due_at is not None and (due_at, due_at.tzinfo) == (meant, UTC)


def test_what_lies_too_deep_in_itself_is_refused() -> None:
    """The body, its list and the operation are three of the twenty."""
    assert CaptionEditsIn.model_validate(_edit("a", _nested(17))).operations
    for depth in (18, 900, 100_000):
        with pytest.raises(ValidationError, match="19 deep in one another"):
            CaptionEditsIn.model_validate(_edit("a", _nested(depth)))


@pytest.mark.parametrize("control", [*map(chr, [*range(1, 9), *range(14, 28), 31, *range(127, 133), 134, 155, 159])])
def test_control_characters_are_refused(control: str) -> None:
    with pytest.raises(ValidationError, match="control characters"):
        CaptionEditsIn.model_validate(_edit(f"a{control}b"))


@pytest.mark.parametrize("letter", ["\n", "\t", "\r", "é", "\u202e", "😀"])
def test_breaks_and_letters_are_not(letter: str) -> None:
    assert CaptionEditsIn.model_validate(_edit(f"a{letter}b")).operations
