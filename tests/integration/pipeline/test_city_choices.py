"""What a city has chosen reaches the work and the files: vocabulary, thresholds, the length that Cablecast has."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from services.api.session_tokens import Principal
from services.api.usecases.steer_transcription import retry_transcription
from shared.city import CitySettings
from shared.db.models import CablecastShow, City, Publication
from shared.lanes import Lane
from shared.lifecycle import TranscriptionStatus
from tests.integration.pipeline.conftest import Workshop

WHO = Principal(name="ada", user_id=1, role="operator")


def _city(**chosen: Any) -> City:
    """As the API would keep it."""
    settings = CitySettings.model_validate(chosen).model_dump(mode="json", exclude_defaults=True)
    return City(slug="maplewood", name="Maplewood", settings=settings)


async def test_a_city_with_a_low_bar_and_a_long_name_gets_its_captions(workshop: Workshop, short_clip: Path) -> None:
    board = {"text": "Maplewood Parks Recreation and Open Space Board", "kind": "body"}
    made = await workshop.add(short_clip, city=_city(quality_threshold=0.2, vocabulary=[board]))

    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    assert (row.status, row.error_message) == (TranscriptionStatus.COMPLETED, None)


async def test_a_citys_own_numbers_decide_and_stand_in_the_manifest(workshop: Workshop, short_clip: Path) -> None:
    quality = {"pass_scores": {"reading_speed": 1.0}, "fast_cps": 1.0, "onset_good_ms": 1400.0}
    made = await workshop.add(short_clip, city=_city(quality=quality))

    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    assert row.status == TranscriptionStatus.NEEDS_REVIEW
    checks = {check["name"]: check["verdict"] for check in (row.quality or {})["checks"]}
    assert checks["reading_speed"] in ("doubt", "fail")
    manifest = json.loads((Path(str(row.metadata_file_path)).parent / "manifest.json").read_text())
    assert manifest["choices"]["thresholds"] == {**quality, "onset_good_ms": 1400}


@pytest.mark.parametrize(
    ("runtime", "reels", "verdict"),
    [(1800, [21], "doubt"), (20, [21], "pass"), (0, [21], "pass"), (1800, [21, 22], "pass")],
)
async def test_a_recording_shorter_than_its_show_is_looked_at_once_the_show_is_known(
    workshop: Workshop,
    short_clip: Path,
    make_media: Callable[[str, Sequence[str]], Path],
    runtime: int,
    reels: list[int],
    verdict: str,
) -> None:
    made = await workshop.add(make_media("short.wav", ["-i", str(short_clip)]))
    async with workshop.work() as unit:
        known = (await workshop.row(made)).recording_id
        unit.db.add(CablecastShow(cablecast_id=2101, title="Council", runtime=runtime, facts={"reel_ids": reels}))
        unit.db.add(Publication(transcription_id=made, recording_id=known, caption_version=1, show_id=2101))

    await workshop.finish(workshop.worker())

    checks = {check["name"]: check for check in ((await workshop.row(made)).quality or {})["checks"]}
    assert checks["file_integrity"]["verdict"] == verdict
    assert ("the schedule gives" in str(checks["file_integrity"]["reasons"])) is (verdict == "doubt")


@pytest.mark.parametrize("lane", [Lane.PLAN, Lane.SLICE, Lane.FINISH])
async def test_settings_that_mean_nothing_any_more_are_told_at_once_and_cost_no_work_that_is_done(
    workshop: Workshop, short_clip: Path, lane: Lane
) -> None:
    made = await workshop.add(short_clip, city=_city(quality_threshold=0.2))
    worker = workshop.worker()
    for before in (Lane.PLAN, Lane.SLICE, Lane.FINISH):
        if before is lane:
            break
        while await worker.work_one(before):
            pass
    await _store(workshop, {"quality_threshold": 7})

    await workshop.finish(worker)

    row = await workshop.row(made)
    assert (row.status, row.error_code) == (TranscriptionStatus.FAILED, "city_settings_invalid")
    assert "The settings of Maplewood cannot be used: quality_threshold: Input should be less" in str(row.error_message)
    done = [piece.finished_at for piece in await workshop.slices(made)]
    assert all(done) is (lane is not Lane.SLICE)

    await _store(workshop, {"quality_threshold": 0.2})
    await retry_transcription(made, WHO, from_scratch=False, work=workshop.work)
    await workshop.finish(worker)

    assert (await workshop.row(made)).status == TranscriptionStatus.COMPLETED
    if lane is Lane.FINISH:
        assert [piece.finished_at for piece in await workshop.slices(made)] == done


async def _store(workshop: Workshop, settings: dict[str, Any]) -> None:
    """Past the API, as an earlier version may have done."""
    async with workshop.work() as unit:
        await unit.db.execute(update(City).values(settings=settings))
