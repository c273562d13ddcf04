"""Retention reaches the output tree: files of emptied versions go, and nothing else does."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from services.transcriber.usecases.prune_outputs import prune_outputs
from shared.db import clock
from shared.db.growth import forget_overtaken_cues
from shared.db.models import CaptionVersion
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.finished_captions import finished, heard_again
from tests.integration.pipeline.test_history import correct


@pytest.fixture
async def made(workshop: Workshop) -> UUID:
    """Four results, of which the second and third were overtaken long ago."""
    made = await finished(workshop)
    for number in range(2, 5):
        await heard_again(workshop, made, f"Result number {number}.", "We have a quorum.")
    await workshop.finish(workshop.worker())
    async with workshop.work() as unit:
        await unit.db.execute(update(CaptionVersion).values(created_at=clock.now() - timedelta(days=200)))
    return made


async def _forget(workshop: Workshop) -> None:
    async with workshop.work() as unit:
        await forget_overtaken_cues(unit.db, timedelta(days=90), most=50)


async def _places(workshop: Workshop, made: UUID) -> list[Path]:
    folder = Path(str((await workshop.row(made)).output_directory))
    return [(folder / one.files["scc"]["name"]).parent for one in await workshop.versions(made)]


async def test_folders_of_versions_that_were_emptied_go_and_others_stay(workshop: Workshop, made: UUID) -> None:
    deps = workshop.deps()
    assert await prune_outputs(deps) == 0
    await _forget(workshop)
    places = await _places(workshop, made)
    found = {path for path in places[0].parent.parent.iterdir() if path.is_file()}

    assert [await prune_outputs(deps) for _ in range(2)] == [2, 0]

    assert [place.exists() for place in places] == [True, False, False, True]
    assert {path for path in places[0].parent.parent.iterdir() if path.is_file()} == found
    versions = await workshop.versions(made)
    assert [one.files["scc"].get("removed", False) for one in versions] == [False, True, True, False]
    assert all(len(one.files["scc"]["sha256"]) == 64 for one in versions)


async def test_what_a_person_has_put_there_or_changed_stays(workshop: Workshop, made: UUID) -> None:
    await _forget(workshop)
    _, second, third, _ = await _places(workshop, made)
    (second / "notes.txt").write_text("somebody's")
    changed = next(third.glob("*.srt"))
    changed.write_text("corrected by hand")
    outside = workshop.output / "outside.scc"
    outside.write_text("somebody's")
    next(second.glob("*.scc")).unlink()
    (second / f"{(await workshop.versions(made))[1].files['scc']['name'].split('/')[-1]}").symlink_to(outside)

    await prune_outputs(workshop.deps())

    assert sorted(path.name for path in second.iterdir() if not path.is_symlink()) == ["notes.txt"]
    assert [path.read_text() for path in third.iterdir()] == ["corrected by hand"]
    assert outside.exists()


async def test_a_persons_version_keeps_the_files_that_it_was_made_of(workshop: Workshop, made: UUID) -> None:
    await correct(workshop, made, 4)
    await workshop.finish(workshop.worker())
    await heard_again(workshop, made, "Nobody says any of this.")
    async with workshop.work() as unit:
        await unit.db.execute(update(CaptionVersion).values(created_at=clock.now() - timedelta(days=200)))
    await _forget(workshop)

    await prune_outputs(workshop.deps())

    folder = Path(str((await workshop.row(made)).output_directory))
    for version in await workshop.versions(made):
        kept = [(folder / entry["name"]).is_file() for entry in version.files.values()]
        assert all(kept) if version.cue_list else not any(kept)


async def test_a_volume_that_is_away_is_tried_the_next_time(workshop: Workshop, made: UUID) -> None:
    await _forget(workshop)
    away = workshop.output.rename(workshop.output.with_name("away"))
    assert await prune_outputs(workshop.deps()) == 0
    away.rename(workshop.output)

    assert await prune_outputs(workshop.deps()) == 2
