"""What a city has chosen reaches the work and the files: vocabulary, thresholds, the length that Cablecast has."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from shared.city import CitySettings
from shared.db.models import CablecastShow, City, Publication
from shared.lifecycle import TranscriptionStatus
from tests.integration.pipeline.conftest import Workshop


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
    manifest = json.loads((Path(str(row.output_directory)) / "manifest.json").read_text())
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
