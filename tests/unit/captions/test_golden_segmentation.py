"""Every case of tests/golden/segmentation still becomes the cues that a person has approved."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from shared.captions import check_cues, profile, read_cue_list
from tests.golden.segmentation.accept import ROOT, made_of

CASES = sorted(path.parent for path in ROOT.glob("*/words.json"))


def test_there_are_cases() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_becomes_the_approved_cues(case: Path) -> None:
    assert made_of(case) == (case / "expected.json").read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_approved_cues_keep_the_rules_of_their_guide(case: Path) -> None:
    given = json.loads((case / "words.json").read_text())
    rules = profile(given["profile"])
    cues = read_cue_list((case / "expected.json").read_text()).cues

    codes = {finding.code for finding in check_cues(cues, rules.for_web() if given["web"] else rules)}

    # Nobody can make 27 characters a second readable; everything else is kept even then.
    assert codes <= ({"reading_speed"} if case.name in {"fast_speech", "roll_call_rapid"} else set())
    assert all(one.end <= two.start for one, two in pairwise(cues))
