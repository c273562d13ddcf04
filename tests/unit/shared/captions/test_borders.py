"""Single values on which a rule of captions turns: the first that is one thing and the last that is the other."""

import json
from fractions import Fraction

import pytest

from shared.captions import Cue, SccOptions, read_srt, write_cue_list, write_scc
from shared.captions.cue_quality import reading_speed
from shared.captions.mcc_rate import MCC_RATES
from shared.captions.phrases import is_title
from shared.captions.timecode import seconds
from shared.errors import InvalidInput


@pytest.mark.parametrize("rate", list(MCC_RATES))
@pytest.mark.parametrize("frames", [0, 1, 59, 1797, 1798, 1799, 1800, 17981, 17982, 107_892, 2_589_407])
def test_a_frame_has_its_label_at_every_rate(rate: str, frames: int) -> None:
    counted = MCC_RATES[rate]

    label = counted.label(frames)

    assert label[8] == (";" if rate.endswith("DF") else ":")
    assert abs(counted.nearest_slot(counted.frame(label)) - frames) <= 1


@pytest.mark.parametrize("rate", ["30", "30DF", "60", "60DF"])
def test_labels_of_every_frame_around_the_minutes_name_it_again(rate: str) -> None:
    counted = MCC_RATES[rate]

    for minute in (1, 2, 9, 10, 11, 20, 59, 60):
        for frames in range(minute * 1798 - 40, minute * 1800 + 40):
            assert counted.slot(counted.frame(counted.label(frames))) == frames


@pytest.mark.parametrize(
    ("rate", "label"), [("30", "00:00:00:30"), ("30DF", "00:01:00;01"), ("60DF", "00:01:00;03"), ("25", "24:00:00:00")]
)
def test_a_label_that_names_no_frame_is_refused(rate: str, label: str) -> None:
    with pytest.raises(InvalidInput):
        MCC_RATES[rate].frame(label)


@pytest.mark.parametrize(("rate", "label", "frames"), [("30DF", "00:01:00;02", 1800), ("60DF", "00:01:00;04", 3600)])
def test_the_first_label_of_a_minute_follows_the_last_of_the_minute_before(rate: str, label: str, frames: int) -> None:
    assert MCC_RATES[rate].frame(label) == frames


@pytest.mark.parametrize(
    ("rate", "packet", "timed"),
    [
        ("24", 1, Fraction(24000, 1001)),
        ("24", 2, Fraction(24)),
        ("30", 5, Fraction(30)),
        ("60", 8, Fraction(60)),
        ("30DF", 5, Fraction(30000, 1001)),
        ("30", 3, Fraction(30000, 1001)),
        ("30", 0, Fraction(30000, 1001)),
    ],
)
def test_a_packet_may_name_the_exact_rate_of_its_labels(rate: str, packet: int, timed: Fraction) -> None:
    found = MCC_RATES[rate].timed_by(packet)

    assert found.rate == timed
    assert (found.frames, found.drop_frame) == (MCC_RATES[rate].frames, MCC_RATES[rate].drop_frame)


def test_letters_in_no_time_are_infinitely_fast() -> None:
    assert reading_speed(Cue(Fraction(2), Fraction(2), ("Aye.",))) == float("inf")
    assert reading_speed(Cue(Fraction(2), Fraction(4), ("Good evening",))) == 6


@pytest.mark.parametrize("end", [Fraction(2), Fraction(20_001, 10_000)])
def test_a_cue_in_a_cue_list_lasts_a_millisecond_at_least(end: Fraction) -> None:
    (entry,) = json.loads(write_cue_list([Cue(Fraction(2), end, ("Aye.",))], start_tc="00:00:00;00", drop_frame=True))[
        "cues"
    ]

    assert (entry["start"], entry["end"]) == (2.0, 2.001)


@pytest.mark.parametrize("word", ["Mayor", "mayor", "Dr.", "Council", "city", "Board", "The"])
def test_words_of_a_title(word: str) -> None:
    assert is_title(word)
    assert not is_title(f"{word}x")


@pytest.mark.parametrize("end", [Fraction(2), Fraction(1)])
def test_a_cue_without_length_gets_a_second_and_the_one_it_then_covers_is_named(end: Fraction) -> None:
    times = [(Fraction(2), end), (Fraction(5, 2), Fraction(4)), (Fraction(7, 2), Fraction(5))]
    lines = [
        f"{number}\n00:00:{float(start):06.3f} --> 00:00:{float(stop):06.3f}\nAye.\n".replace(".", ",", 2)
        for number, (start, stop) in enumerate(times, 1)
    ]

    cues, findings = read_srt("\n".join(lines))

    assert cues[0].end == 3
    overlaps = [finding for finding in findings if finding.code == "overlap"]
    assert [(finding.cue, finding.line) for finding in overlaps] == [(2, 6), (3, 10)]
    assert ["cue 1" in overlaps[0].message, "cue 2" in overlaps[1].message] == [True, True]


@pytest.mark.parametrize(
    ("drop_frame", "last"), [(True, 2_589_408), (False, 2_592_000)]
)  # the frames of a day by either way of counting
def test_midnight_is_told_from_the_frame_that_begins_the_day_on(drop_frame: bool, last: int) -> None:
    def told(end: int) -> bool:
        written = write_scc([Cue(seconds(end - 60), seconds(end), ("Adjourned.",))], SccOptions(drop_frame=drop_frame))
        return "midnight" in [finding.code for finding in written.findings]

    assert not told(last - 1)
    assert told(last)
