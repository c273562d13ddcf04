"""What a log sees of the work: a line for each stage and for every tenth of it."""

import pytest

from services.console.progress_display import Follower, Teller, printable


def test_without_a_terminal_there_is_a_line_for_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter(range(0, 10_000, 1))
    with Teller(to_stderr=True) as teller:
        follow = Follower(teller, 100_000, lambda: float(next(clock)))
        follow("reading the sound", 0.0)
        for share in range(0, 101):
            follow("transcribing", share / 100)
        follow("writing captions", 0.0)

    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["  reading the sound", "  transcribing"]
    assert lines[2] == "  transcribing: 10 %, 1.0 times real time, 1 min 30 s left"
    assert [line.split(",")[0] for line in lines[2:-1]] == [f"  transcribing: {tenth}0 %" for tenth in range(1, 11)]
    assert lines[-1] == "  writing captions"


def test_a_name_cannot_drive_the_terminal() -> None:
    assert printable("Réunion du 5 mai.mp4") == "Réunion du 5 mai.mp4"
    assert printable("a\nb\x1b[31m\udcff.mp4") == "a\ufffdb\ufffd[31m\ufffd.mp4"
