"""`archivist captions` takes the channel that is asked for, and says which one a file has."""

from pathlib import Path

import pytest

from shared.captions import read_srt, read_vtt
from tests.unit.console.caption_command import VTT, run


@pytest.mark.parametrize("name", ["spanish.scc", "spanish.mcc"])
@pytest.mark.parametrize("channel", ["CC2", "CC3", "CC4"])
def test_a_channel_is_chosen_in_check_and_convert(vtt: Path, tmp_path: Path, channel: str, name: str) -> None:
    path, back = tmp_path / name, tmp_path / "back.srt"

    made = run("convert", "--channel", channel, vtt, path)
    checked = run("check", "--channel", channel, path)
    read = run("convert", "--input-channel", channel.lower(), path, back)

    assert (made.exit_code, checked.exit_code, read.exit_code) == (0, 0, 0), made.output + checked.output + read.output
    assert [cue.text for cue in read_srt(back.read_text())[0]] == [cue.text for cue in read_vtt(VTT)[0]]


def test_another_channel_than_the_files_is_told_in_one_sentence(vtt: Path, tmp_path: Path) -> None:
    path = tmp_path / "spanish.scc"
    run("convert", "--channel", "CC3", vtt, path)

    checked, converted = run("check", path), run("convert", path, tmp_path / "back.srt")

    said = f"{path}: error other_channel: This file has no captions in CC1, but in CC3."
    assert (checked.exit_code, checked.stderr.splitlines()) == (1, [said])
    assert converted.exit_code == 2
    assert converted.stderr.splitlines()[0] == said
    assert not (tmp_path / "back.srt").exists()


def test_an_mcc_without_the_channel_that_is_asked_for_is_not_called_good(vtt: Path, tmp_path: Path) -> None:
    path = tmp_path / "spanish.mcc"
    run("convert", "--channel", "CC3", vtt, path)

    checked = run("check", path)

    assert (checked.exit_code, "CC1" in checked.stderr) == (1, True)
