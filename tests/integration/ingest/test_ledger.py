"""From a file on a mount to a wish for captions: scans and inspections on a real database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update

from shared.db.models import City, Recording, Transcription
from shared.lanes import Lane
from tests.integration.ingest.conftest import NAME, Station

# A sidecar by hand: one pop-on caption "HI" and its erasure, odd parity as CEA-608 wants it.
SIDECAR = (
    "Scenarist_SCC V1.0\n\n"
    "00:00:01;00\t94ae 94ae 9420 9420 9470 9470 c849 942c 942c 942f 942f\n\n"
    "00:00:03;00\t942c 942c\n"
)


async def test_a_complete_recording_is_valid_and_its_captions_are_wanted(station: Station) -> None:
    path = await station.recorded()

    await station.settle()

    (recording,) = (await station.recordings()).values()
    assert recording.status == "valid"
    assert recording.duration_ms == pytest.approx(12_000, abs=120)
    assert recording.recorded_at == datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert recording.facts["container"] == "mp4"
    assert recording.facts["video"][0]["frame_rate"] == "30000/1001"
    (wish,) = await station.transcriptions()
    assert wish.recording_id == recording.id
    assert (wish.status, wish.stage, wish.language) == ("pending", "plan", "en")
    assert wish.file_path == str(path)
    assert station.notifier.notified[Lane.PLAN] == 1


async def test_a_city_is_known_by_the_words_in_the_name(station: Station) -> None:
    async with station.work() as unit:
        grant = City(slug="grant", name="Grant", title_words=["Grant"], priority=4, settings={"language": "es"})
        oakdale = City(slug="oakdale", name="Oakdale", title_words=["Oakdale"])
        unit.db.add_all([grant, oakdale])
    folder = await station.add_mount(city_id=oakdale.id)
    station.put(folder, NAME)
    station.put(folder, "Planning.mp3", "meeting.mp3")

    await station.settle()

    recordings = await station.recordings()
    assert recordings[NAME].city_id == grant.id
    assert recordings["Planning.mp3"].city_id == oakdale.id
    wishes = {wish.filename: wish for wish in await station.transcriptions()}
    assert (wishes[NAME].language, wishes[NAME].priority, wishes[NAME].city_id) == ("es", 4, grant.id)
    assert (wishes["Planning.mp3"].language, wishes["Planning.mp3"].priority) == ("en", 1)


async def test_a_recording_with_captions_of_others_is_left_alone(station: Station) -> None:
    (await station.recorded()).with_suffix(".scc").write_text(SIDECAR)

    await station.settle()

    recording = (await station.recordings())[NAME]
    assert (recording.status, recording.has_captions) == ("valid", True)
    assert await station.transcriptions() == []


@pytest.mark.parametrize(
    "sidecar", ["", "Scenarist_SCC V1.0\n", "not captions at all", SIDECAR.replace("c849", "zzzz")]
)
async def test_a_broken_sidecar_does_not_count_as_captions(station: Station, sidecar: str) -> None:
    (await station.recorded()).with_suffix(".scc").write_text(sidecar)

    await station.settle()

    assert not (await station.recordings())[NAME].has_captions
    assert len(await station.transcriptions()) == 1


async def test_ledger_and_wish_are_there_together_or_not_at_all(station: Station) -> None:
    await station.recorded()
    await station.scan_until_still()
    recording = (await station.recordings())[NAME]
    async with station.work() as unit:  # the wish cannot be written
        await unit.db.execute(text("ALTER TABLE transcriptions ADD CONSTRAINT nothing CHECK (false)"))

    await station.inspect()
    failed = (await station.recordings())[NAME]
    assert (failed.status, failed.id) == ("settling", recording.id)
    assert await station.transcriptions() == []

    async with station.work() as unit:
        await unit.db.execute(text("ALTER TABLE transcriptions DROP CONSTRAINT nothing"))
    await station.pass_time(400)
    await station.inspect()

    assert (await station.recordings())[NAME].status == "valid"
    assert len(await station.transcriptions()) == 1
    async with station.work() as unit:
        assert (await unit.db.scalars(select(Transcription.recording_id))).all() == [recording.id]
        assert (await unit.db.scalars(select(Recording.identity))).one() is not None


@pytest.mark.parametrize("settings", [{"language": "x" * 11}, {"language": "xx"}, {"quality": {"snr_good_db": "loud"}}])
async def test_a_recording_of_a_city_whose_settings_mean_nothing_waits_and_says_so(
    station: Station, settings: dict[str, object]
) -> None:
    async with station.work() as unit:  # past the API, as an earlier version may have done
        unit.db.add(City(slug="grant", name="Grant", title_words=["Grant"], settings=settings))
    await station.recorded()

    await station.settle()
    await station.scan_until_still()
    await station.inspect()

    waiting = (await station.recordings())[NAME]
    assert (waiting.status, waiting.reason_code) == ("settling", "city_settings_invalid")
    assert waiting.reason is not None and waiting.reason.startswith("The settings of Grant cannot be used: ")
    assert waiting.error_code is None  # nobody called this an error and tried it five times
    assert await station.transcriptions() == []

    async with station.work() as unit:
        await unit.db.execute(update(City).values(settings={"language": "es"}))
    await station.pass_time(61)
    await station.inspect()

    accepted = (await station.recordings())[NAME]
    assert (accepted.status, accepted.reason_code, accepted.reason) == ("valid", None, None)
    assert [wish.language for wish in await station.transcriptions()] == ["es"]
