"""A retry whose captions wait for a review, or failed, has not taken the place of what stood before."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from services.api.session_tokens import Principal
from services.api.usecases.steer_transcription import (
    approve_transcription,
    cancel_transcription,
    retry_transcription,
)
from shared.db.models import CaptionVersion, City, Publication, Transcription
from shared.lifecycle import TranscriptionStatus
from shared.rules.policy import PublishPolicy
from tests.integration.pipeline.conftest import Workshop

WHO = Principal(name="ada", user_id=1, role="operator")
STRICT = {"quality": {"pass_scores": {"reading_speed": 1.0}, "fast_cps": 1.0, "onset_good_ms": 1400.0}}
"""With these numbers the gate wants a person to look at any captions."""


async def _stands(workshop: Workshop) -> dict[str, Any]:
    """Everything that a person sees of the transcription, its captions and its publication."""
    async with workshop.work() as unit:
        row = (await unit.db.scalars(select(Transcription))).one()
        hidden = {"standing", "updated_at", "ready_at", "progress_at", "links_due"}
        names = [name for name in Transcription.__table__.columns.keys() if name not in hidden]  # noqa: SIM118
        seen = {name: getattr(row, name) for name in names}
        seen["versions"] = list(await unit.db.scalars(select(CaptionVersion.number).order_by(CaptionVersion.number)))
        seen["publication"] = await unit.db.scalar(select(Publication.status))
        seen["kept"] = await unit.db.scalar(select(Transcription.standing["status"].astext))
        return seen


async def _store(workshop: Workshop, settings: dict[str, Any]) -> None:
    async with workshop.work() as unit:
        await unit.db.execute(update(City).values(settings=settings))


async def _retried(workshop: Workshop, clip: Path) -> tuple[Any, dict[str, Any]]:
    """Finished captions, and a retry of them that ends in a review; what stood before."""
    made = await workshop.add(clip, city=City(slug="m", name="M", settings={"quality_threshold": 0.2}))
    worker = workshop.worker()
    await workshop.finish(worker)
    before = await _stands(workshop)
    assert before["status"] == TranscriptionStatus.COMPLETED
    await _store(workshop, STRICT)
    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    await workshop.finish(worker)
    assert (await workshop.row(made)).status == TranscriptionStatus.NEEDS_REVIEW
    return made, before


async def test_a_retry_that_waits_for_a_review_and_is_cancelled_leaves_what_stood_before(
    workshop: Workshop, short_clip: Path
) -> None:
    made, before = await _retried(workshop, short_clip)

    await cancel_transcription(made, WHO, work=workshop.work)

    assert await _stands(workshop) == before


async def test_a_second_retry_returns_step_by_step(workshop: Workshop, short_clip: Path) -> None:
    made, before = await _retried(workshop, short_clip)
    waiting = await _stands(workshop)

    await retry_transcription(made, WHO, from_scratch=False, work=workshop.work)
    await cancel_transcription(made, WHO, work=workshop.work)
    assert await _stands(workshop) == waiting
    await retry_transcription(made, WHO, from_scratch=False, work=workshop.work)
    await workshop.finish(workshop.worker())
    await cancel_transcription(made, WHO, work=workshop.work)

    assert await _stands(workshop) == before


@pytest.mark.parametrize("retried", [False, True])
async def test_what_was_approved_stands(workshop: Workshop, short_clip: Path, retried: bool) -> None:
    made, _ = await _retried(workshop, short_clip)
    await approve_transcription(made, WHO, work=workshop.work, station=PublishPolicy.AUTO)
    approved = await _stands(workshop)
    assert (approved["status"], approved["kept"], approved["versions"]) == ("completed", None, [1, 2])
    if retried:
        await retry_transcription(made, WHO, from_scratch=False, work=workshop.work)
        await cancel_transcription(made, WHO, work=workshop.work)

        assert await _stands(workshop) == approved
