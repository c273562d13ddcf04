"""Every case of tests/golden/edits: what edits make of captions, of other people's edits, and of a new result.

A case is captions, the edits of two people, and what the machine has made of the recording since; cues, operations and
what was left out are compared whole. ``RECORD_GOLDEN=1 pytest tests/unit/shared/captions/test_golden_edits.py`` writes
the expected outcomes anew; the difference is for a person to judge.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from shared.captions import versions
from shared.captions.versions import CaptionsAsKept, EditedCaptions, compared, edit, merge_edits, namings, rebase_edits
from shared.errors import InvalidInput

FOLDER = Path(__file__).parents[3] / "golden" / "edits"
CASES = sorted(path.name.removesuffix(".given.json") for path in FOLDER.glob("*.given.json"))


def outcome(make: Callable[[], EditedCaptions | dict[str, Any]]) -> dict[str, Any]:
    try:
        made = make()
    except InvalidInput as error:
        return {"refused": error.code, "message": error.message, **error.facts}
    return asdict(made) if isinstance(made, EditedCaptions) else made


def outcomes(name: str) -> dict[str, Any]:
    given = json.loads((FOLDER / f"{name}.given.json").read_text("utf-8"))
    base, machine = CaptionsAsKept(**given["base"]), CaptionsAsKept(**given["machine"])
    mine, theirs = given["mine"], given["theirs"]
    found = {
        "shown": outcome(lambda: versions.shown(base)),
        "edited": outcome(lambda: edit(base, mine)),
        "after theirs": outcome(lambda: rebase_edits(base, mine, theirs)),
        "on the new result": outcome(lambda: merge_edits(base, mine, machine)),
        "compared": outcome(lambda: compared(base, machine)),
        "named": outcome(lambda: namings(base, machine)),
    }
    edited = found["edited"]
    if "captions" in edited:
        found["compared with the edited"] = outcome(lambda: compared(base, CaptionsAsKept(**edited["captions"])))
    return found


def readable(value: object, depth: int = 0) -> str:
    """JSON with a line for each cue and each operation."""
    if isinstance(value, dict) and depth < 4:
        inner = ",\n".join(f"{' ' * depth}{json.dumps(key)}: {readable(one, depth + 1)}" for key, one in value.items())
        return f"{{\n{inner}\n{' ' * depth}}}" if value else "{}"
    if isinstance(value, list) and depth < 5 and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)


def test_every_reason_to_leave_an_edit_out_is_among_the_cases() -> None:
    said = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.expected.json"))
    reasons = ("words_changed", "cut_changed", "times_changed", "look_changed", "occupied")

    assert [reason for reason in reasons if f'"code": "{reason}"' not in said] == []


@pytest.mark.parametrize("name", CASES)
def test_edits_come_to_the_approved_outcomes(name: str) -> None:
    expected = FOLDER / f"{name}.expected.json"
    found = outcomes(name)
    if os.environ.get("RECORD_GOLDEN"):
        expected.write_text(readable(found) + "\n", "utf-8")

    assert found == json.loads(expected.read_text("utf-8"))
