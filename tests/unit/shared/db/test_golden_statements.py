"""What the queueing asks PostgreSQL, word by word, with its values: the sense is tested where a database is.

A limit, an order or a status that changed by accident is hard to see in the few rows of a test, and easy here.
``RECORD_GOLDEN=1 pytest tests/unit/shared/db/test_golden_statements.py`` writes the statements anew; the difference is
for a person to judge.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import column, select
from sqlalchemy.dialects import postgresql

from shared.db.caption_history import offered
from shared.db.content_leaving import _places
from shared.db.event_log import was_told
from shared.db.growth import _has_child_of_a_person, _is_newest
from shared.db.lane_rows import backlog_of, city_of, is_of, recordings_due, rows_of, whose_slices, whose_turn
from shared.db.leases import _is_suspect
from shared.db.models import Recording, Transcription
from shared.db.paused_work import is_paused
from shared.db.standing import still_standing
from shared.db.turns import city_key
from shared.db.worker_rows import is_alive
from shared.event_kinds import Happened
from shared.lanes import Lane
from shared.lifecycle import TranscriptionStatus

FOLDER = Path(__file__).parents[3] / "golden" / "statements"
ID = UUID(int=7)
FEW = frozenset({"decode_again", "decode"})
LANES = list(Lane)
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def shown(statement: Any) -> str:
    """The text of a statement or a part of one, a clause in a line, and below it its values."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    text = re.sub(r"\s+", " ", str(compiled)).strip()
    text = re.sub(r" (?=(?:FROM|WHERE|ORDER BY|LIMIT|JOIN|UNION|AND|OR|SELECT|GROUP BY|FOR)\b)", "\n ", text)
    values = ", ".join(f"{name}={value!r}" for name, value in compiled.params.items())
    return f"{text}\n-- {values}" if values else text


def statements_of(lane: Lane) -> Iterator[tuple[str, Any]]:
    for name, passing_over in (("", frozenset()), (" passing over some", FEW)):
        rows = rows_of(lane, passing_over)
        yield "takeable" + name, rows.takeable(rows.model.id).order_by(*rows.order)
        yield "media" + name, select(rows.model.id, rows.media_ms, city_of(lane))
        yield "backlog" + name, backlog_of(lane, passing_over)
        if lane is Lane.SLICE:
            yield "whose slices" + name, whose_slices(rows, rows.model.id != ID)
        if lane is Lane.PLAN:
            yield "whose turn" + name, whose_turn(rows, is_of(ID), is_of(None))
            yield "due" + name, recordings_due(rows)
    yield "suspect", _is_suspect(rows_of(lane).model)


def others() -> Iterator[tuple[str, Any]]:
    yield "was told", was_told(Happened(next(iter(Happened))), ID)
    yield "was told one of", was_told(list(Happened)[:3], ID)
    yield "offered", offered(ID)
    yield "alive", is_alive()
    yield "newest", _is_newest()
    yield "child of a person", _has_child_of_a_person()
    yield "places", _places(Recording.id == ID)
    yield "city key", city_key(column("city_id"))
    for status in TranscriptionStatus:
        yield f"still standing {status}", still_standing(status)
    for lane in LANES:
        yield f"paused {lane}", is_paused(lane, Transcription)
        yield f"paused {lane}, not by recording", is_paused(lane, Transcription, by_recording=False)


def _compare(name: str, statements: Iterator[tuple[str, Any]]) -> None:
    expected = FOLDER / f"{name}.sql"
    found = "\n\n".join(f"-- {title}\n{shown(cast(Any, one))}" for title, one in statements) + "\n"
    if os.environ.get("RECORD_GOLDEN"):
        expected.write_text(found, "utf-8")

    assert found == expected.read_text("utf-8")


@pytest.mark.parametrize("lane", LANES, ids=str)
def test_a_lane_asks_what_was_approved(lane: Lane) -> None:
    _compare(str(lane), statements_of(lane))


def test_the_rest_asks_what_was_approved() -> None:
    _compare("others", others())
