"""What viewers would complain about is found, and nothing else."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from shared.captions import check_cues, profile, segment
from shared.captions.model import Cue, Severity, Word
from shared.captions.timecode import seconds

FCC = profile("fcc")


def cue(start: str, end: str, *rows: str) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows)


GOOD = cue("1", "3", "Good evening.")


@pytest.mark.parametrize(
    ("cues", "codes"),
    [
        ((GOOD,), []),
        ((cue("1", "2", "Much too much for one second"),), ["reading_speed"]),
        ((cue("1", "1.5", "Aye."),), ["too_short"]),
        ((cue("1", "8", "Aye."),), ["too_long"]),
        ((cue("1", "4", "A row of exactly thirty-three col"),), ["row_too_wide"]),
        ((cue("1", "4", "a", "b", "c", "d", "e"),), ["too_many_rows"]),
        ((cue("1", "4", "I saw Mayor", "Lee there."),), ["row_break"]),
        ((cue("1", "3", "It costs $4"), cue("3", "5", "million a year.")), ["cue_break"]),
        ((GOOD, cue("2.9", "5", "Hello.")), ["overlap"]),
        ((Cue(seconds(30), seconds(90), ("Hi.",)), Cue(seconds(91), seconds(150), ("Ho.",))), ["gap"]),
        ((Cue(seconds(30), seconds(90), ("Hi.",)), Cue(seconds(92), seconds(150), ("Ho.",))), []),
    ],
)
def test_each_fault_is_named_and_is_a_warning(cues: tuple[Cue, ...], codes: list[str]) -> None:
    findings = check_cues(cues, FCC)

    assert [finding.code for finding in findings] == codes
    assert all(finding.severity is Severity.WARNING and finding.cue and finding.timecode for finding in findings)


def test_a_break_is_described_by_its_words() -> None:
    (finding,) = check_cues([cue("62.5", "66", "We will vote on item", "4B in a moment.")], FCC)

    assert finding.message == "A row break parts 'item' from '4B' (item)."
    assert finding.timecode == "00:01:02.500"


def test_a_cue_without_any_time_is_no_crash() -> None:
    assert "reading_speed" in {finding.code for finding in check_cues([cue("1", "1", "Hello.")], FCC)}


def test_our_own_segmentation_has_nothing_to_complain_about(speak: Callable[..., list[Word]]) -> None:
    words = speak(
        "Good evening and welcome to the November 3rd, 2024 regular meeting of the City Council. We have a very full"
        " agenda tonight, including item 4B, which would appropriate $4 million for the water main on Third Street.",
        start_ms=1000,
    )

    assert check_cues(segment(words, FCC), FCC) == ()
