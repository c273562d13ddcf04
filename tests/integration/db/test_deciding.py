"""What the rules are told of a recording, and in which order city and station have a say."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.db.deciding import decide_for, facts_of
from shared.db.models import CablecastShow, City, Mount, Recording
from shared.errors import Unusable
from shared.rules import Decision, Facts, Field, OutputFormat, PublishPolicy, ShowFacts, Terms
from tests.integration.db.conftest import ENDED, LATER, Ledger

STATION = Terms(priority=2, language="en", model="large", engine="auto", include_summary=False)
STATION_SAYS = {Field.PRIORITY: 2, Field.LANGUAGE: "en", Field.MODEL: "large", Field.INCLUDE_SUMMARY: False}


async def _city(ledger: Ledger, slug: str, **values: Any) -> UUID:
    return (await ledger.add(City(slug=slug, name=slug.upper(), **values))).id


async def _decide(ledger: Ledger, recording: UUID, *, station: Terms = STATION, **values: Any) -> Decision:
    async with ledger.work() as unit:
        row = await unit.db.get_one(Recording, recording)
        mount = await unit.db.get_one(Mount, row.mount_id)
        return await decide_for(unit.db, row, mount, station, **values)


async def _recording(ledger: Ledger, name: str = "a.mp4", *, city: UUID | None = None, **values: Any) -> UUID:
    return await ledger.recording(name, await ledger.mount(f"m-{uuid4()}", city_id=city), **values)


async def test_the_station_decides_where_no_city_is_known(ledger: Ledger) -> None:
    await _city(ledger, "dale", title_words=["Dale"], priority=5)

    found = await _decide(ledger, await _recording(ledger))

    assert found.value(Field.CITY) is None
    assert {field: found.value(field) for field in STATION_SAYS} == STATION_SAYS
    assert found.choices[Field.PRIORITY].rule == "The station's own choice"


async def test_what_a_city_has_chosen_goes_before_the_station_and_no_other_city_has_a_say(ledger: Ledger) -> None:
    settings = {
        "language": "es", "model": "medium", "engine": "whisperx", "include_summary": True, "output_format": "scc",
    }  # fmt: skip
    dale = await _city(ledger, "dale", priority=4, publish_policy="review", settings=settings)
    await _city(ledger, "arden", priority=5, settings={"language": "no language"})

    found = await _decide(ledger, await _recording(ledger, city=dale))

    assert {field: found.value(field) for field in Field if field is not Field.BODY} == {
        Field.CITY: dale,
        Field.PRIORITY: 4,
        Field.LANGUAGE: "es",
        Field.MODEL: "medium",
        Field.ENGINE: "whisperx",
        Field.INCLUDE_SUMMARY: True,
        Field.OUTPUT_FORMAT: OutputFormat("scc"),
        Field.PUBLISH_POLICY: PublishPolicy.REVIEW,
    }
    assert found.choices[Field.LANGUAGE].rule == "Settings of DALE"


async def test_what_a_city_leaves_open_the_station_says(ledger: Ledger) -> None:
    dale = await _city(ledger, "dale", priority=4, settings={"language": "es"})

    found = await _decide(ledger, await _recording(ledger, city=dale))

    assert [found.value(field) for field in (Field.LANGUAGE, Field.MODEL, Field.PRIORITY)] == ["es", "large", 4]


async def test_settings_of_the_chosen_city_that_mean_nothing_are_said(ledger: Ledger) -> None:
    dale = await _city(ledger, "dale", settings={"language": "no language"})

    with pytest.raises(Unusable, match="DALE"):
        await _decide(ledger, await _recording(ledger, city=dale))


async def test_a_word_of_the_name_or_the_show_goes_before_the_drive_and_before_what_it_was(ledger: Ledger) -> None:
    cities = {slug: await _city(ledger, slug, title_words=[slug]) for slug in ("arden", "bridge", "dale")}
    by_name = await _recording(ledger, "Dale council.mp4", city=cities["arden"])
    by_drive = await _recording(ledger, "council.mp4", city=cities["arden"])
    by_nothing = await _recording(ledger, "council.mp4")

    decided = [
        (await _decide(ledger, one, before=cities["bridge"])).choices[Field.CITY]
        for one in (by_name, by_drive, by_nothing)
    ]

    assert [choice.value for choice in decided] == [cities["dale"], cities["arden"], cities["bridge"]]
    assert decided[-1].rule == "As it was"


async def _linked(ledger: Ledger, recording: UUID, title: str, *, number: int, **values: Any) -> None:
    await ledger.add(CablecastShow(cablecast_id=number, title=title))
    row = await ledger.transcription(recording)
    await ledger.publication(row, show_id=number, **{"linked_by": "name", "status": "published", **values})


@pytest.mark.parametrize(
    ("link", "is_asked"), [({}, True), ({"linked_by": None}, False), ({"status": "removed"}, False)]
)
async def test_the_title_of_the_show_it_is_linked_to_may_name_the_city(
    ledger: Ledger, link: dict[str, Any], is_asked: bool
) -> None:
    dale = await _city(ledger, "dale", title_words=["Dale"])
    mine, other = await _recording(ledger), await _recording(ledger, "b.mp4")
    await _linked(ledger, mine, "Dale council", number=1, **link)
    await _linked(ledger, other, "of another", number=2)

    found = await _decide(ledger, mine)

    assert found.value(Field.CITY) == (dale if is_asked else None)
    assert (await _decide(ledger, other)).value(Field.CITY) is None


async def test_the_last_link_says_the_show(ledger: Ledger) -> None:
    cities = {slug: await _city(ledger, slug, title_words=[slug]) for slug in ("arden", "bridge", "dale")}
    recording = await _recording(ledger)
    for number, (title, at) in enumerate((("Arden", ENDED), ("Dale", LATER), ("Bridge", ENDED)), 1):
        await _linked(ledger, recording, title, number=number, created_at=at)

    assert (await _decide(ledger, recording)).value(Field.CITY) == cities["dale"]


async def test_a_file_that_was_moved_has_the_show_of_the_place_that_it_left(ledger: Ledger) -> None:
    dale = await _city(ledger, "dale", title_words=["Dale"])
    left, found_at = await _recording(ledger), await _recording(ledger, "b.mp4")
    await _linked(ledger, left, "Dale council", number=1)

    assert (await _decide(ledger, found_at)).value(Field.CITY) is None
    assert (await _decide(ledger, found_at, history_of=left)).value(Field.CITY) == dale


async def test_rules_are_asked_with_what_is_known_of_the_recording(ledger: Ledger) -> None:
    at = datetime(2026, 3, 7, 23, tzinfo=UTC)
    recording = await _recording(ledger, duration_ms=60_000, recorded_at=at)
    await _linked(ledger, recording, "Council", number=7)

    async with ledger.work() as unit:
        row = await unit.db.get_one(Recording, recording)
        mount = await unit.db.get_one(Mount, row.mount_id)
        facts = await facts_of(unit.db, row, mount)
        measured = await facts_of(unit.db, row, mount, duration_ms=90_000, history_of=uuid4())

    path, show = "meetings/a.mp4", ShowFacts(7, "Council")
    assert facts == Facts(path, row.mount_id, date(2026, 3, 7), 60_000, show)
    assert measured == Facts(path, row.mount_id, date(2026, 3, 7), 90_000)
