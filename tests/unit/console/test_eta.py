"""Percent, times real time and time left, from shares and a clock of the test's own."""

import pytest

from services.console.eta import Pace, Stages


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_stage_tells_its_speed_and_what_is_left_once_it_has_settled(clock: Clock) -> None:
    stages = Stages(600_000, clock)
    first = stages.at("transcribing", 0.0)
    clock.now += 0.9
    early = stages.at("transcribing", 0.1)
    clock.now += 14.1
    later = stages.at("transcribing", 0.25)

    assert (first.text, early.text) == ("", "10 %")
    assert later == Pace(0.25, 10.0, 45.0)
    assert later.text == "25 %, 10.0 times real time, 45 s left"


def test_what_an_earlier_run_has_done_is_not_taken_for_speed(clock: Clock) -> None:
    stages = Stages(600_000, clock)
    stages.at("transcribing", 0.4)
    stages.at("transcribing", 0.8)
    clock.now += 10

    pace = stages.at("transcribing", 0.9)
    assert pace.times == pytest.approx(6.0)
    assert pace.left_s == pytest.approx(10.0)


def test_every_stage_has_a_speed_of_its_own(clock: Clock) -> None:
    stages = Stages(600_000, clock)
    stages.at("reading the sound", 0.0)
    clock.now += 10
    stages.at("reading the sound", 1.0)

    assert stages.at("transcribing", 0.0) == Pace(0.0)
    clock.now += 100
    assert stages.at("transcribing", 0.5).times == 3.0


def test_a_recording_that_does_not_say_how_long_it_is_has_no_times_real_time(clock: Clock) -> None:
    stages = Stages(0, clock)
    stages.at("reading the sound", 0.0)
    clock.now += 60

    assert stages.at("reading the sound", 0.5).text == "50 %, 1 min 00 s left"


def test_nothing_is_left_of_what_is_done(clock: Clock) -> None:
    stages = Stages(60_000, clock)
    stages.at("transcribing", 0.0)
    clock.now += 30

    assert stages.at("transcribing", 1.0).text == "100 %, 2.0 times real time"
