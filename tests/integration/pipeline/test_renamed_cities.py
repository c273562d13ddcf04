"""A city that is called something else: its folders move, and their manifests say so."""

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.transcriber.composing.outputs import renamed_manifest
from shared.db.caption_history import owe_links_of_city
from shared.db.models import CaptionVersion, City, Transcription
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.finished_captions import finished
from tests.integration.pipeline.test_moved_outputs import link_to_another_city


async def _renamed(workshop: Workshop, **names: str) -> int:
    async with workshop.work() as unit:
        city = (await unit.db.scalars(select(City.id).where(City.slug == "springfield"))).one()
        owed = await owe_links_of_city(unit.db, city)
        await unit.db.execute(update(City).where(City.id == city).values(**names))
    await workshop.pass_time()
    return owed


async def _folder(workshop: Workshop, made: UUID) -> Path:
    return Path(str((await workshop.row(made)).output_directory))


async def _manifest(workshop: Workshop, made: UUID) -> dict[str, Any]:
    """What people find, which is what the row knows and what the version keeps."""
    folder, (version, *_) = await _folder(workshop, made), await workshop.versions(made)
    found = (folder / "manifest.json").read_bytes()
    assert hashlib.sha256(found).hexdigest() == version.files["manifest"]["sha256"]
    assert (folder / version.files["manifest"]["name"]).read_bytes() == found
    assert not list(folder.rglob("*.new*"))
    read: dict[str, Any] = json.loads(found)
    return read


@pytest.fixture
async def made(workshop: Workshop) -> UUID:
    made = await finished(workshop, city=City(slug="springfield", name="Springfield"))
    await workshop.finish(workshop.worker())
    return made


async def test_folders_of_a_city_with_another_slug_move_and_their_manifests_name_it(
    workshop: Workshop, made: UUID
) -> None:
    old, version = await _folder(workshop, made), (await workshop.versions(made))[0]
    (old / "minutes.docx").write_bytes(b"somebody's")

    assert await _renamed(workshop, slug="north-springfield", name="North Springfield") == 1
    await workshop.finish(workshop.worker())

    folder, manifest = await _folder(workshop, made), await _manifest(workshop, made)
    assert folder == workshop.output / "north-springfield" / old.relative_to(workshop.output / "springfield")
    assert [path.name for path in old.rglob("[!.]*")] == ["minutes.docx"]
    assert (manifest["source"]["city"], manifest["source"]["made_for_city"]) == ("North Springfield", "Springfield")
    assert manifest["files"]["scc"]["sha256"] == version.files["scc"]["sha256"]
    assert not (await workshop.row(made)).links_due


async def test_the_manifest_follows_a_name_alone_and_back_again(workshop: Workshop, made: UUID) -> None:
    folder = await _folder(workshop, made)
    for name in ("Shelbyville", "Springfield"):
        assert await _renamed(workshop, name=name) == 1
        await workshop.finish(workshop.worker())

        assert (await _manifest(workshop, made))["source"]["city"] == name
        assert await _folder(workshop, made) == folder


async def test_a_manifest_in_a_folder_that_a_link_has_moved_names_the_new_city(workshop: Workshop, made: UUID) -> None:
    await link_to_another_city(workshop, made)
    await workshop.finish(workshop.worker())

    assert (await _manifest(workshop, made))["source"]["city"] == "Grant"


async def test_a_manifest_that_the_row_knew_before_it_was_written_is_written(workshop: Workshop, made: UUID) -> None:
    version = (await workshop.versions(made))[0]
    renamed = renamed_manifest(await _folder(workshop, made), version.files, "Shelbyville")
    assert renamed is not None
    await _renamed(workshop, name="Shelbyville")
    async with workshop.work() as unit:  # and there its worker was killed
        await unit.db.execute(update(CaptionVersion).values(files={**version.files, "manifest": renamed[0]}))

    await workshop.finish(workshop.worker())

    assert (await _manifest(workshop, made))["source"]["city"] == "Shelbyville"


async def test_captions_that_do_not_count_and_other_cities_are_owed_nothing(workshop: Workshop, made: UUID) -> None:
    recording = (await workshop.row(made)).recording_id
    newer = await finished(workshop, recording=recording)
    other = await finished(workshop, city=City(slug="grant", name="Grant"))
    await workshop.finish(workshop.worker())

    assert await _renamed(workshop, name="Shelbyville") == 1

    async with workshop.work() as unit:
        due = (await unit.db.scalars(select(Transcription.id).where(Transcription.links_due))).all()
    assert due == [newer] and other not in due
