"""Where a recording begins in files whose labels begin near a full hour: guessed for others' files, marked in ours."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.captions import PROFILES, CueList, SccOptions, write_scc, write_srt
from shared.captions.interchange import read_captions, written
from shared.captions.model import Cue
from shared.captions.scc import Mode
from shared.captions.scc_check import check_scc, is_captioned

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def at(*starts: float) -> tuple[Cue, ...]:
    return tuple(Cue(Fraction(start), Fraction(start) + 3, (f"Caption {n}.",)) for n, start in enumerate(starts, 1))


def through(cues: tuple[Cue, ...], ending: str, start_tc: str = "00:00:00;00", mode: Mode = "pop-on") -> list[Fraction]:
    document = CueList(cues, start_tc, ";" in start_tc)
    text, _ = written(document, ending, PROFILES["fcc"], mode, now=NOW)
    return [cue.start for cue in read_captions(text.encode(), ending).cues]


@pytest.mark.parametrize("ending", [".scc", ".mcc"])
@pytest.mark.parametrize("starts", [(3510, 3545, 5405), (3605,), (3598, 3602), (3600, 7203), (7140, 7260), (36_000,)])
def test_captions_that_begin_near_an_hour_keep_their_times(starts: tuple[float, ...], ending: str) -> None:
    assert [round(float(start)) for start in through(at(*starts), ending)] == list(starts)


STARTS = st.sampled_from(["00:00:00;00", "00:00:00:00", "01:00:00;00", "01:00:00:00", "10:00:00;00"])
FIRST = st.integers(1, 39_000) | st.builds(
    lambda hour, near: 3600 * hour + near, st.integers(1, 10), st.integers(-130, 310)
)
MODES = st.sampled_from(["pop-on", "roll-up-2", "paint-on"])


@settings(deadline=None)
@given(FIRST, st.lists(st.integers(4, 4000), max_size=3), STARTS, MODES, st.sampled_from([".scc", ".mcc"]))
def test_what_is_written_is_read_at_the_same_times(
    first: int, gaps: list[int], start_tc: str, mode: Mode, ending: str
) -> None:
    starts = [first]
    for gap in gaps:
        starts.append(starts[-1] + gap)
    cues = at(*starts)
    options = SccOptions(start_tc=start_tc, mode=mode)
    made = write_scc(cues, options)

    assert through(cues, ending, start_tc, mode) == [cue.start for cue in made.cues]
    assert check_scc(made.text, made.cues, options=options) == ()
    assert is_captioned(made.text)


def test_only_a_file_that_would_be_misread_has_the_mark() -> None:
    def erases(start: float, start_tc: str) -> bool:
        return f"\n{start_tc}\t942c 942c\n" in write_scc(at(start), SccOptions(start_tc=start_tc)).text

    assert erases(3605, "00:00:00;00")
    assert erases(600, "01:00:00:00")
    assert not erases(60, "00:00:00;00")
    assert not erases(5000, "00:00:00;00")
    assert not erases(5, "01:00:00;00")
    assert not erases(20, "00:59:30;00")


def foreign(first: str, shown: str, cleared: str) -> str:
    return (
        f"Scenarist_SCC V1.0\n\n{first}\t9420 9420 94ae 94ae 9470 9470 c8e9\n\n{shown}\t942f 942f\n\n"
        f"{cleared}\t942c 942c\n"
    )


@pytest.mark.parametrize(
    ("first", "shown", "start"),
    [
        ("00:59:57;00", "01:00:00;00", "01:00:00;00"),
        ("00:59:57;00", "00:59:59;20", "01:00:00;00"),
        ("00:59:50;00", "00:59:52;00", "00:00:00;00"),
        ("00:58:30;00", "01:00:00;00", "00:00:00;00"),
        ("10:00:00:00", "10:00:01:00", "10:00:00:00"),
        ("01:00:08;00", "01:00:09;00", "01:00:00;00"),
    ],
)
def test_a_start_that_puts_captions_before_the_recording_is_not_guessed(first: str, shown: str, start: str) -> None:
    loaded = read_captions(foreign(first, shown, shown[:3] + "59" + first[5] + "59" + first[8] + "00").encode(), ".scc")

    assert loaded.start_tc == start
    (hint,) = [finding for finding in loaded.findings if finding.code == "start_label"]
    assert start in hint.message


@pytest.mark.parametrize("ending", [".scc", ".mcc"])
def test_days_that_labels_cannot_tell_are_refused_in_a_sentence(ending: str) -> None:
    with pytest.raises(Exception, match=r"^Labels begin again at midnight, and .* at 9\d:.*\.$"):
        through(at(10, 99 * 3600), ending)
    assert write_srt(at(99 * 3600)).splitlines()[1].startswith("99:00:00,000")
