"""When a meeting was, from the name, and how it is captioned, as it was decided."""

from datetime import UTC, datetime

import pytest

from services.ingest.caption_terms import CaptionTerms, recorded_on, terms_of
from shared.rules import Facts, OutputFormat, Terms, decide, rules_of_terms


@pytest.mark.parametrize(
    "name",
    [
        "14321-1-Council (20261103).mp4",
        "Council 2026-11-03.mp4",
        "Council_2026_11_3.mp4",
        "Council 11-03-2026.mp4",
        "council 11.3.26.mp4",
        "11_03_26 Council.mp4",
    ],
)
def test_a_date_in_the_name_is_read_at_noon(name: str) -> None:
    assert recorded_on(name) == datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Council.mp4", "14321-1-C.mp4", "20261399.mp4", "1202611031.mp4", "99-99-26.mp4"])
def test_what_is_no_date_is_not_taken_for_one(name: str) -> None:
    assert recorded_on(name) is None


def test_a_date_that_cannot_be_is_passed_over_for_one_that_can() -> None:
    assert recorded_on("20261399 and 20261103.mp4") == datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert recorded_on("20261399 Council 2026-11-03.mp4") == datetime(2026, 11, 3, 12, tzinfo=UTC)


def test_a_decision_becomes_what_a_transcription_needs() -> None:
    rules = (
        *rules_of_terms(Terms(engine="whisperx", language="es", model="large-v3", priority=9), "Settings of Grant"),
        *rules_of_terms(
            Terms(1, "en", include_summary=True, output_format=OutputFormat.VTT), "The station's own choice"
        ),
    )

    terms = terms_of(decide(rules, Facts("Council.mp4")))

    assert terms == CaptionTerms(None, "es", "large-v3", True, "vtt", 5, {"engine": "whisperx"})


def test_a_decision_that_names_no_engine_leaves_it_to_the_transcriber() -> None:
    rules = rules_of_terms(Terms(1, "en", include_summary=False), "The station's own choice")

    terms = terms_of(decide(rules, Facts("Council.mp4")))

    assert (terms.settings, terms.include_summary, terms.language) == ({}, False, "en")
