"""Where a walk may end."""

import pytest

from services.vod.parts.publication_work import StepOutcome
from shared.lifecycle import PublicationStatus


def test_nobody_is_asked_to_look_at_a_publication_without_a_reason() -> None:
    assert StepOutcome(PublicationStatus.NEEDS_REVIEW, code="no_vod", reason="There is no VOD.").reason

    for code, reason in ((None, "There is no VOD."), ("no_vod", None), ("no_vod", "")):
        with pytest.raises(ValueError, match="needs a code"):
            StepOutcome(PublicationStatus.NEEDS_REVIEW, code=code, reason=reason)
