"""Whole meetings, each beside what is found in it.

The pages (``summary.md``) were read against their transcripts; ``enrichment.json`` keeps the details from changing
unseen.

After an intended change, ``ARCHIVIST_UPDATE_GOLDEN=1 pytest tests/unit/shared/meetings/test_golden.py`` writes the
files anew; read the diff before it is committed.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.meetings import enrich, enrichment_json, summary_markdown

MEETINGS = Path(__file__).parents[3] / "golden" / "meetings"
CASES = sorted(path.name for path in MEETINGS.iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES)
def test_a_meeting_gives_what_a_person_found_in_it(case: str, heard: Callable[[str], Any]) -> None:
    folder = MEETINGS / case
    words, sounds, duration_ms = heard((folder / "transcript.txt").read_text())
    found = enrich(words, duration_ms=duration_ms, sounds=sounds)
    made = {
        "summary.md": summary_markdown(found, title=case.replace("-", " ").title()),
        "enrichment.json": enrichment_json(found),
    }
    if os.environ.get("ARCHIVIST_UPDATE_GOLDEN"):
        for name, text in made.items():
            (folder / name).write_text(text)

    for name, text in made.items():
        assert text == (folder / name).read_text()


def test_there_are_meetings_to_compare() -> None:
    assert len(CASES) >= 3
