"""Every case of tests/golden/segmentation still becomes the cues that a person has approved.

``RECORD_GOLDEN=1 pytest tests/unit/shared/captions/test_golden_segmentation.py`` writes the expected files anew; they
still have to keep the rules of their guide, and the difference is for a person to judge.
"""

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest

from shared.captions import Profile, check_cues, profile, read_cue_list, segment, write_cue_list
from shared.captions.model import Sound, SoundKind, Word

FOLDER = Path(__file__).parents[3] / "golden" / "segmentation"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/words.json"))


TOO_FAST = {"fast_speech", "roll_call_rapid", "busy_meeting_quick", "busy_meeting_netflix", "busy_meeting_dcmp"}
"""Nobody can make 27 characters a second readable, nor a long name beside a short answer; else the rules are kept."""


def case_of(name: str) -> tuple[list[Word], Profile, list[Sound]]:
    given = json.loads((FOLDER / name / "words.json").read_text("utf-8"))
    rules = profile(given["profile"])
    sounds = [Sound(SoundKind(kind), start, end) for kind, start, end in given["sounds"]]
    return [Word(*entry) for entry in given["words"]], rules.for_web() if given["web"] else rules, sounds


def test_there_are_cases() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize("name", CASES)
def test_the_cues_are_the_approved_ones(name: str) -> None:
    expected = FOLDER / name / "expected.json"
    made = write_cue_list(segment(*case_of(name)))
    if os.environ.get("RECORD_GOLDEN"):
        expected.write_text(made, "utf-8")

    assert made == expected.read_text("utf-8")


@pytest.mark.parametrize("name", CASES)
def test_approved_cues_keep_the_rules_of_their_guide(name: str) -> None:
    _, rules, _ = case_of(name)
    cues = read_cue_list((FOLDER / name / "expected.json").read_text("utf-8")).cues

    codes = {finding.code for finding in check_cues(cues, rules)}

    assert codes <= ({"reading_speed"} if name in TOO_FAST else set())
    assert all(one.end <= two.start for one, two in pairwise(cues))
