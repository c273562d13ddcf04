"""Argument lists for files nobody vouches for."""

import pytest

from shared.errors import InvalidInput
from shared.media.ffmpeg_commands import input_url, measure_command, packets_command, probe_command, volume_command

COMMANDS = [
    probe_command("/mnt/-i.mp4"),
    packets_command("/mnt/-i.mp4", from_ms=1001),
    volume_command("/mnt/-i.mp4", stream=1, start_ms=50, length_ms=10_000),
    measure_command("/mnt/-i.mp4"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_reads_only_local_files_of_known_containers(command: list[str]) -> None:
    at = command.index("-i")

    assert command[at + 1] == "file:/mnt/-i.mp4"
    assert command[at - 4 : at - 1] == ["-protocol_whitelist", "file", "-format_whitelist"]
    assert "concat" not in command[at - 1]


def test_times_are_exact_seconds() -> None:
    assert "1.001%" in packets_command("/a", from_ms=1001)
    assert "0.050" in volume_command("/a", stream=1, start_ms=50)


@pytest.mark.parametrize("path", ["meeting.mp4", "-i", "http://host/a.mp4", ""])
def test_a_path_that_is_not_absolute_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        input_url(path)
