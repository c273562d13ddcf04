"""The labels of a day count the frames of a day, at every rate that an MCC file may have."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.mcc_rate import MCC_RATES, MccRate
from shared.errors import InvalidInput

NAMES = list(MCC_RATES)
LINE_21 = Fraction(30000, 1001)


def written(rate: MccRate, minutes: int, second: int, frame: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}{';' if rate.drop_frame else ':'}{frame:02}"


def left_out(rate: MccRate, minutes: int) -> int:
    """Labels that a minute begins without: two at 30, four at 60, none in the first minute of ten."""
    return {30: 2, 60: 4}[rate.frames] if rate.drop_frame and minutes % 10 else 0


def is_refused(rate: MccRate, label: str) -> bool:
    try:
        rate.frame(label)
    except InvalidInput as error:
        assert error.code == "timecode"
        assert repr(label) in str(error)
        return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_the_labels_of_a_day_count_on_from_minute_to_minute_until_it_ends(name: str) -> None:
    rate = MCC_RATES[name]
    pair = rate.frames // 30 or 1
    expected = 0

    for minutes in range(24 * 60):
        first = left_out(rate, minutes)
        assert rate.frame(written(rate, minutes, 0, first)) == expected
        if rate.is_aligned:
            assert rate.label(expected // pair) == written(rate, minutes, 0, first)
        expected += 60 * rate.frames - first
        assert rate.frame(written(rate, minutes, 59, rate.frames - 1)) == expected - 1
        if rate.is_aligned:
            assert rate.label(expected // pair - 1) == written(rate, minutes, 59, rate.frames - pair)

    assert rate.frames_per_day == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_labels_of_a_minute_count_on_from_frame_to_frame(name: str) -> None:
    rate = MCC_RATES[name]
    first = left_out(rate, 61)
    labels = [written(rate, 61, second, frame) for second in range(60) for frame in range(rate.frames)][first:]

    begin = rate.frame(labels[0])

    assert [rate.frame(label) - begin for label in labels] == list(range(len(labels)))


@pytest.mark.parametrize("name", NAMES)
def test_a_label_that_no_clock_of_this_rate_shows_is_refused_and_named(name: str) -> None:
    rate = MCC_RATES[name]
    wrong = ["24:00:00:00", "00:60:00:00", "00:00:60:00", f"00:00:00:{rate.frames}", "00:00:00", "1:00:00:00", ""]

    assert [label for label in wrong if not is_refused(rate, label)] == []
    assert not is_refused(rate, f"23:59:59:{rate.frames - 1}")
    with pytest.raises(InvalidInput, match=f"past {rate.frames - 1}\\."):
        rate.frame(f"00:00:00:{rate.frames}")


@pytest.mark.parametrize("name", ["30DF", "60DF"])
def test_just_the_labels_that_drop_frame_counting_leaves_out_are_refused(name: str) -> None:
    rate = MCC_RATES[name]

    for minutes in (0, 1, 9, 10, 11, 59, 60, 61, 119, 120):
        refused = [frame for frame in range(rate.frames) if is_refused(rate, written(rate, minutes, 0, frame))]
        assert refused == list(range(left_out(rate, minutes)))
        assert not is_refused(rate, written(rate, minutes, 1, 0))


@pytest.mark.parametrize(("name", "counts_pairs"), [("50", True), ("60", True), ("60DF", True), ("30", False)])
def test_a_digit_behind_tells_the_two_frames_of_a_pair_apart_where_rates_are_high(
    name: str, counts_pairs: bool
) -> None:
    rate = MCC_RATES[name]

    for frame in range(10, rate.frames // 2):
        first, second = (rate.frame(f"00:10:00:{frame}.{half}") for half in "01")
        plain = rate.frame(f"00:10:00:{2 * frame if counts_pairs else frame}")
        assert (first, second) == (plain, plain + counts_pairs)


def test_any_sign_may_stand_before_the_frames_and_blanks_around_a_label() -> None:
    rate = MCC_RATES["30DF"]

    assert {rate.frame(f" 01:00:00{sign}00\t") for sign in ":;.,"} == {107892}


def test_a_rate_with_the_clock_is_one_that_drops_labels_or_has_whole_frames_in_a_second() -> None:
    assert [name for name in NAMES if MCC_RATES[name].is_clock] == ["25", "30DF", "50", "60DF"]
    assert [name for name in NAMES if MCC_RATES[name].is_aligned] == ["30", "30DF", "60", "60DF"]


@pytest.mark.parametrize("name", NAMES)
@given(slot=st.integers(0, 3_000_000))
def test_a_slot_is_labelled_by_the_picture_that_is_on_screen_when_it_begins(name: str, slot: int) -> None:
    rate = MCC_RATES[name]
    days, frame = divmod(int(slot / LINE_21 * rate.rate), rate.frames_per_day)

    assert rate.frame(rate.label(slot)) == frame
    assert (";" in rate.label(slot)) is rate.drop_frame
    whole = frame + days * rate.frames_per_day
    assert whole / rate.rate <= slot / LINE_21 < (whole + 1) / rate.rate


@pytest.mark.parametrize("name", NAMES)
@given(frame=st.integers(0, 5_000_000))
def test_a_frame_has_the_slot_that_begins_nearest_and_two_of_60_share_one(name: str, frame: int) -> None:
    rate = MCC_RATES[name]

    nearest = rate.nearest_slot(frame)

    assert abs(nearest / LINE_21 - frame / rate.rate) <= 1 / LINE_21 / 2
    assert type(rate.slot(frame)) is int
    if rate.frames == 60:
        assert rate.slot(frame) == frame // 2
    else:
        assert rate.slot(frame) == nearest


def test_a_packet_tells_the_true_rate_of_labels_that_count_as_many_frames() -> None:
    rates = {name: [code for code in range(10) if rate.timed_by(code) != rate] for name, rate in MCC_RATES.items()}

    # Broadcast's own rate is taken where nothing else is said: 23.976 is 1, 24 is 2, 30 is 5, and 60 is 8.
    assert rates == {"24": [2], "25": [], "30": [5], "30DF": [], "50": [], "60": [8], "60DF": []}
    assert MCC_RATES["24"].timed_by(2) == MccRate(24, False, Fraction(24))
    assert MCC_RATES["60"].timed_by(8) == MccRate(60, False, Fraction(60))
    assert MCC_RATES["30"].timed_by(5) == MccRate(30, False, Fraction(30))
