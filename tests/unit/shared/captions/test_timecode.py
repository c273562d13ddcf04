"""Labels and frames, against the counting rule written out the long way."""

from fractions import Fraction

import pytest

from shared.captions.timecode import (
    FRAME_RATE,
    Timecode,
    frame,
    frames_per_day,
    label,
    labelling_for,
    parse,
    seconds,
    unwrapped,
)
from shared.errors import InvalidInput


def test_drop_frame_labels_leave_out_two_names_in_nine_minutes_of_ten() -> None:
    names = [
        f"00:{minute:02}:{second:02};{number:02}"
        for minute in range(21)
        for second in range(60)
        for number in range(30)
        if not (minute % 10 and second == 0 and number < 2)
    ]

    assert [label(n, drop_frame=True) for n in range(len(names))] == names


@pytest.mark.parametrize("drop_frame", [True, False])
def test_a_label_read_back_is_the_frame_it_names(drop_frame: bool) -> None:
    day = frames_per_day(drop_frame=drop_frame)

    for number in [*range(0, 20000), *range(100_000, day, 9973), *range(day - 2000, day)]:
        assert parse(label(number, drop_frame=drop_frame)) == Timecode(number, drop_frame)


def test_an_hour_of_drop_frame_labels_is_an_hour_on_the_clock_and_non_drop_is_not() -> None:
    assert parse("01:00:00;00").frame == 107_892
    assert abs(seconds(parse("01:00:00;00").frame) - 3600) < 1 / FRAME_RATE
    assert seconds(parse("01:00:00:00").frame) == Fraction("3603.6")


def test_labels_begin_again_at_midnight_and_readers_go_on_counting() -> None:
    last = parse("23:59:59;29").frame

    assert label(last + 1, drop_frame=True) == "00:00:00;00"
    assert unwrapped(0, last, drop_frame=True) == last + 1
    assert unwrapped(5, 2 * frames_per_day(drop_frame=True) + 3, drop_frame=True) == 2 * last + 2 + 5


@pytest.mark.parametrize("text", ["00:01:00;00", "00:01:00;01", "00:00:00;30", "24:00:00;00", "1:00:00;00", "", "x"])
def test_a_label_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse(text)


def test_the_nearest_frame_is_found_without_floats() -> None:
    assert [frame(seconds(n)) for n in range(0, 5_000_000, 4999)] == list(range(0, 5_000_000, 4999))
    assert frame(Fraction(1, 30)) == 1
    assert frame(seconds(7) + Fraction(1001, 60000)) == 8
    assert frame(Fraction(-1, 2)) == -15


@pytest.mark.parametrize(
    ("rate", "has_drop", "drop_frame"),
    [
        (Fraction(30000, 1001), True, True),
        (Fraction(60000, 1001), None, True),
        (Fraction(30000, 1001), False, False),
        (Fraction(24000, 1001), None, False),
        (Fraction(25), None, True),
        (Fraction(30), False, True),
        (Fraction(24), None, True),
        (None, None, True),
    ],
)
def test_labels_follow_what_the_video_carries(rate: Fraction | None, has_drop: bool | None, drop_frame: bool) -> None:
    assert labelling_for(rate, has_drop).drop_frame is drop_frame
