"""Errors of the decoder get their place in media time."""

import json
from itertools import chain

import numpy as np
import pytest

from services.transcriber.decoding.prepare import Prepared, plan_as_json, plan_from_json
from services.transcriber.hearing.audio import DecodedAudio
from services.transcriber.hearing.damage import Damage, Reach, damage_in
from services.transcriber.hearing.levels import AudioLevels, LevelMeter
from services.transcriber.hearing.listen import Heard
from shared.quality.spans import Span

HEAD = ["#software: Lavf", "#tb 0: 1/48000", "#media_type 0: audio"]
ERROR = ["[aac @ 0x55e9] [error] Reserved bit set.", "[error] Error while decoding stream #0:1: Invalid data found"]


def frames(first: int, last: int) -> list[str]:
    """Lines of frames of 20 ms, by number."""
    return [f"0, {at:10}, {at:10},      960,     1920, 0xf22ff907" for at in range(first * 960, last * 960, 960)]


def found(*lines: list[str], begins_ms: int = 0, ends_ms: int = 20_000, promised_ms: int | None = 20_000) -> Damage:
    said = chain(HEAD, *lines)
    return damage_in(said, Reach(begins_ms, ends_ms, promised_ms))


def test_frames_alone_are_sound() -> None:
    assert found(frames(0, 1000)) == Damage()


def test_a_gap_that_nobody_complains_of_is_the_recordings_own() -> None:
    assert found(frames(0, 100), frames(500, 1000)) == Damage()


def test_what_an_error_leaves_out_is_broken() -> None:
    assert found(frames(0, 100), ERROR * 50, frames(500, 1000)) == Damage(1, (Span(2_000, 10_020),))


def test_a_gap_soon_after_an_error_is_its_work() -> None:
    assert found(frames(0, 100), ERROR, frames(100, 120), frames(500, 1000)).broken == (Span(2_000, 10_020),)
    assert found(frames(0, 100), ERROR, frames(100, 151), frames(500, 1000)).broken == ()


def test_a_warning_speaks_only_with_a_gap() -> None:
    warning = ["[mpegts @ 0x55e9] [warning] changing packet size to 204"]

    assert found(warning, frames(0, 500), warning, frames(500, 1000), warning) == Damage()
    assert found(frames(0, 100), warning, frames(500, 1000)).broken == (Span(2_000, 10_020),)


def test_one_error_is_told_and_harmless_wherever_it_lies() -> None:
    assert found(ERROR, frames(0, 1000)) == Damage(1)
    assert found(frames(0, 500), ERROR, frames(501, 1000)) == Damage(1)
    assert found(frames(0, 1000), ERROR) == Damage(1)


def test_errors_close_together_are_one_place_with_the_wrong_sound_between_them() -> None:
    hits = [line for at in range(100, 200, 10) for line in (*ERROR, *frames(at + 1, at + 10))]

    assert found(frames(0, 100), hits, frames(200, 1000)) == Damage(1, (Span(2_000, 3_840),))


def test_errors_far_apart_are_places_of_their_own() -> None:
    hits = [line for at in range(0, 1000, 100) for line in (*ERROR, *frames(at + 1, at + 100))]

    assert found(hits) == Damage(10)


def test_broken_beginnings_and_ends_are_named() -> None:
    assert found(ERROR, frames(100, 900), ERROR, ends_ms=18_000) == Damage(2, (Span(0, 2_020), Span(18_000, 20_000)))
    assert found(ERROR, frames(150, 1000), begins_ms=1_000).broken == (Span(1_000, 3_020),)
    assert found(frames(0, 900), ERROR, ends_ms=18_000, promised_ms=None) == Damage(1)


def test_a_broken_time_names_nothing_behind_the_end() -> None:
    assert found(frames(0, 100), ERROR, frames(10**6, 10**6 + 5)).broken == (Span(2_000, 20_000),)


def test_a_line_that_speaks_of_the_drive_is_kept() -> None:
    line = "[in#0] [error] Error during demuxing: Stale file handle"

    assert found(frames(0, 100), [line]).drive == "[in#0] Error during demuxing: Stale file handle"


@pytest.mark.parametrize(
    ("tenths", "has_hole"),
    [("", False), ("0000", False), ("00001", False), ("00001001", False), ("0000110001", True), ("1000", True)],
)
def test_digital_silence_after_sound_is_worth_a_look(tenths: str, has_hole: bool) -> None:
    meter = LevelMeter(16_000)
    meter.feed(np.repeat(np.array([int(one) for one in tenths], np.int16), 1_600))

    assert meter.has_hole() is has_hole


def test_the_plan_of_a_recording_keeps_its_damage() -> None:
    levels = AudioLevels(-3.0, -20.0, -60.0, 0.0, 0.1)
    decoded = DecodedAudio(10_000, 10_000, 0, 1, levels, complaints=2, broken=(Span(1_000, 2_000),), gone=(Span(3, 4),))
    plan = json.loads(json.dumps(plan_as_json(Prepared(decoded, Heard(10_000, (), ()), ()))))

    assert plan_from_json(plan).decoded == decoded
    before = {key: value for key, value in plan["decoded"].items() if key not in ("complaints", "broken", "gone")}
    assert plan_from_json({**plan, "decoded": before}).decoded.broken == ()
