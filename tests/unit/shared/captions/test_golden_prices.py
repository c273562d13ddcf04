"""What each place between two words costs where a row or a cue ends, for words of tests/golden/segmentation.

The cues alone hide most numbers: a cost that is a little off changes a cut here and there, in a meeting that no test
has. ``RECORD_GOLDEN=1 pytest tests/unit/shared/captions/test_golden_prices.py`` writes the expected tables anew; the
difference is for a person to judge.
"""

import json
import os
from pathlib import Path

import pytest

from shared.captions import profile
from shared.captions.model import Sound, SoundKind, Word
from shared.captions.segment import _prices, _span
from shared.captions.tokens import tokens_of

FOLDER = Path(__file__).parents[3] / "golden" / "segmentation"
CASES = (
    "made_meeting_fcc",
    "made_meeting_netflix_web",
    "busy_meeting_bbc",
    "long_labels",
    "vote_tallies",
    "absurd_times",
)


def table_of(name: str) -> str:
    given = json.loads((FOLDER / name / "words.json").read_text("utf-8"))
    rules = profile(given["profile"])
    rules = rules.for_web() if given["web"] else rules
    sounds = [Sound(SoundKind(kind), start, end) for kind, start, end in given["sounds"]]
    tokens = tokens_of([Word(*entry) for entry in given["words"]], sounds, rules)
    prices = _prices(tokens, rules)
    run = tokens.run
    lines = [
        "piece, times, speaker, flags, mark, column | row, leave, keep, forced, cut, labels, stump, block | cue of five"
    ]
    for at, piece in enumerate(run.pieces):
        flags = "".join(
            letter
            for letter, is_set in zip("TSLR", (tokens.turn, tokens.sound, tokens.label, run.starts_row), strict=True)
            if is_set[at]
        )
        of_token = (piece, tokens.start[at], tokens.end[at], tokens.speaker[at], flags, tokens.mark[at], run.left[at])
        of_place = (
            f"{run.costs[at]:.3f}", f"{prices.ending[at]:.3f}", f"{prices.inside[at]:.3f}", prices.forced[at],
            prices.last_forced[at], f"{prices.cut[at]:.3f}", prices.labels[at], prices.stump[at], prices.block[at],
        )  # fmt: skip
        cue = _span(tokens, at, min(at + 5, len(run.pieces)), rules)
        lines.append(
            " | ".join(
                "\t".join(map(str, part))
                for part in (of_token, of_place, (cue.rows, cue.end_ms, cue.speaker, cue.letters))
            )
        )
    last = (
        prices.ending[-1],
        prices.inside[-1],
        prices.forced[-1],
        prices.cut[-1],
        prices.labels[-1],
        prices.stump[-1],
    )
    return "\n".join([*lines, "\t".join(map(str, (*last, run.right[-1]))), ""])


@pytest.mark.parametrize("name", CASES)
def test_each_place_has_the_approved_price(name: str) -> None:
    expected = FOLDER / name / "prices.txt"
    found = table_of(name)
    if os.environ.get("RECORD_GOLDEN"):
        expected.write_bytes(found.encode("utf-8"))

    assert found == expected.read_bytes().decode("utf-8")
