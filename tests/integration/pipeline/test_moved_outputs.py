"""A link has made a recording another city's: its captions lie in that city's folder then, and nowhere else."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from services.api.usecases.steer_transcription import retry_transcription
from services.transcriber.composing.moving import bring_along
from services.transcriber.parts.move_outputs import Move, kept_of, note_move
from shared.db.models import CaptionVersion, City, Event, Publication, Recording, Transcription
from shared.errors import Temporary
from shared.lanes import Lane
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.test_crossing import CITY, WHO


@pytest.fixture
async def made(workshop: Workshop, short_clip: Path) -> UUID:
    """Finished captions of a city, with nobody's hand on their publication."""
    made = await workshop.add(short_clip, city=City(**CITY))
    await workshop.finish(workshop.worker())
    return made


async def link_to_another_city(workshop: Workshop, made: UUID) -> None:
    """As a link leaves it that is of another city's show."""
    async with workshop.work() as unit:
        city = City(slug="grant", name="Grant")
        unit.db.add(city)
        await unit.db.flush()
        await unit.db.execute(update(Recording).values(city_id=city.id))
        await unit.db.execute(update(Transcription).where(Transcription.id == made).values(city_id=city.id))
    await _due(workshop, made)


async def _due(workshop: Workshop, made: UUID) -> None:
    async with workshop.work() as unit:
        await unit.db.execute(update(Transcription).where(Transcription.id == made).values(links_due=True))
    await workshop.pass_time()


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name[0] != "."}


async def test_the_folder_moves_with_every_path_and_says_so(workshop: Workshop, made: UUID) -> None:
    before = await workshop.row(made)
    old = Path(str(before.output_directory))
    files, hashes = _names(old), workshop.hashes(before)
    (old / "minutes.docx").write_bytes(b"somebody's")

    await link_to_another_city(workshop, made)
    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    new = workshop.output / "grant" / old.relative_to(workshop.output / CITY["slug"])
    assert (row.status, row.links_due, row.lease_token) == ("completed", False, None)
    assert row.output_directory == str(new)
    assert _names(new) == files
    assert workshop.hashes(row) == hashes
    assert _names(old) == {"minutes.docx"}
    paths = (row.scc_file_path, row.metadata_file_path, row.summary_file_path)
    assert [Path(str(path)).parent for path in paths] == [new, new, new]
    async with workshop.work() as unit:
        told = (await unit.db.scalars(select(Event).where(Event.kind == "transcription.moved"))).all()
    assert [(one.transcription_id, one.before, one.after) for one in told] == [
        (made, {"output_directories": [str(old)]}, {"output_directory": str(new)})
    ]
    await _due(workshop, made)
    await workshop.finish(workshop.worker())
    assert _names(new) == files


async def test_a_retry_afterwards_keeps_all_versions_together(workshop: Workshop, made: UUID) -> None:
    await link_to_another_city(workshop, made)
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    versions = await workshop.versions(made)
    folder = Path(str(row.output_directory))
    assert folder.is_relative_to(workshop.output / "grant")
    assert [version.number for version in versions] == [1, 2]
    assert all((folder / entry["name"]).is_file() for version in versions for entry in version.files.values())
    assert not (workshop.output / CITY["slug"] / folder.relative_to(workshop.output / "grant")).exists()


async def test_a_move_that_was_killed_half_way_is_finished(workshop: Workshop, made: UUID) -> None:
    old = Path(str((await workshop.row(made)).output_directory))
    files = _names(old)
    new = workshop.output / "grant" / old.relative_to(workshop.output / CITY["slug"])
    new.mkdir(parents=True)
    bring_along(old, new, sorted(name for name in files if name.startswith("versions"))[:3])

    await link_to_another_city(workshop, made)
    await workshop.finish(workshop.worker())

    assert (_names(new), old.exists()) == (files, False)
    assert (await workshop.row(made)).output_directory == str(new)


async def test_what_is_being_placed_at_this_moment_is_still_found_at_its_old_place(
    workshop: Workshop, made: UUID
) -> None:
    before = await workshop.row(made)
    old, scc = Path(str(before.output_directory)), Path(str(before.scc_file_path))
    async with workshop.work() as unit:
        leased = {"lease_token": made, "lease_owner": "vod", "lease_expires_at": func.now() + timedelta(minutes=1)}
        await unit.db.execute(update(Publication).values(leased))
    await link_to_another_city(workshop, made)
    await workshop.worker().work_one(Lane.FINISH)
    meanwhile = await workshop.row(made)
    assert scc.exists()
    assert (meanwhile.links_due, meanwhile.error_code) == (True, "captions_in_use")
    assert Path(str(meanwhile.output_directory)).is_relative_to(workshop.output / "grant")

    async with workshop.work() as unit:
        await unit.db.execute(update(Publication).values(lease_token=None, lease_owner=None, lease_expires_at=None))
    await workshop.pass_time()
    await workshop.finish(workshop.worker())

    assert not old.exists()
    assert not (await workshop.row(made)).links_due


async def test_captions_of_an_earlier_order_move_along_with_newer_ones(
    workshop: Workshop, made: UUID, short_clip: Path
) -> None:
    first = await workshop.row(made)
    await link_to_another_city(workshop, made)
    async with workshop.work() as unit:
        city = await unit.db.scalar(select(City.id).where(City.slug == "grant"))
        await unit.db.execute(update(Transcription).values(links_due=False))
        second = Transcription(
            recording_id=first.recording_id,
            filename=first.filename,
            file_path=first.file_path,
            city_id=city,
            recorded_at=first.recorded_at,
            duration_ms=first.duration_ms,
        )
        unit.db.add(second)
    await workshop.finish(workshop.worker())

    rows = [await workshop.row(made), await workshop.row(second.id)]
    assert rows[0].output_directory == rows[1].output_directory
    assert not Path(str(first.output_directory)).exists()
    [version] = await workshop.versions(made)
    assert all((Path(str(rows[0].output_directory)) / one["name"]).is_file() for one in version.files.values())


async def test_an_edit_that_is_written_during_a_move_is_not_left_behind(workshop: Workshop, made: UUID) -> None:
    row = await workshop.row(made)
    old = Path(str(row.output_directory))
    async with workshop.work() as unit:
        known = await kept_of(unit.db, row.recording_id)
    move = Move((old,), "grant", row.recorded_at, "A title", row.recording_id)
    new = move.folder(workshop.output)
    (old / "versions" / "late").mkdir()
    (old / "versions" / "late" / "late.scc").write_text("late")
    async with workshop.work() as unit:
        late = {"scc": {"name": "versions/late/late.scc", "sha256": "0" * 64}}
        await unit.db.execute(update(CaptionVersion).values(files=CaptionVersion.files.op("||")(late)))

    with pytest.raises(Temporary, match="comes along"):
        await note_move(made, old, move, new, known, workshop.work)

    assert (await workshop.row(made)).output_directory == str(old)
    await link_to_another_city(workshop, made)
    await workshop.finish(workshop.worker())
    assert (Path(str((await workshop.row(made)).output_directory)) / "versions" / "late" / "late.scc").is_file()
