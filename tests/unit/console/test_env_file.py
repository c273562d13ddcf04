"""What of a `.env` file changes nothing is told by line or name, and a file that is no text by a sentence."""

import asyncio
from pathlib import Path

import pytest

from services.console.checks import Mark
from services.console.configuration import load_env_file
from services.console.env_file import odd_lines
from services.console.station_checks import earlier
from shared.errors import InvalidInput
from shared.settings import Settings


def test_misspelt_names_and_lines_that_are_none_are_told_without_a_value(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('FLEX_SEVERS=/mnt/hidden\nFLEX_SERVERS: /mnt/hidden\nhidden\nTZ=UTC\nLOG_LEVEL="hidden\n')

    told = odd_lines(file)

    assert told[0] == "FLEX_SEVERS is not a setting; did you mean FLEX_SERVERS?"
    assert [one.split(":")[0] for one in told[1:]] == [f"Line {n} of .env changes nothing" for n in (2, 3, 5)]
    assert "hidden" not in "".join(told)


def test_nothing_is_said_of_a_file_that_is_in_order_or_not_there(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\ufeff# a line\n\nexport FLEX_SERVERS=/mnt\nWHISPER_MODEL=\n", encoding="utf-8")

    assert odd_lines(file) == odd_lines(tmp_path / "none") == []


def test_the_doctor_tells_them_and_those_of_the_file_with_more_settings(tmp_path: Path) -> None:
    file, more = tmp_path / ".env", tmp_path / "more.env"
    file.write_text("FLEX_SEVERS=/mnt\n")
    more.write_text("VOD_TIMOUT=1\n")

    found = asyncio.run(earlier(Settings(settings_file=more), file))

    assert found is not None
    assert (found.verdict, found.what) == (Mark.WORTH_KNOWING, "settings")
    assert "did you mean FLEX_SERVERS?" in found.says and "did you mean VOD_TIMEOUT?" in found.says


def test_a_mark_at_the_beginning_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    file, environment = tmp_path / ".env", dict[str, str]()
    file.write_text("\ufeffFLEX_SERVERS=/mnt\n", encoding="utf-8")

    load_env_file(file, environment)

    assert environment == {"FLEX_SERVERS": "/mnt"}


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"FLEX_SERVERS=/mnt\nCABLECAST_PASSWORD=se\xf1or\n")

    with pytest.raises(InvalidInput, match=r"line 2 has letters that are not UTF-8") as refusal:
        load_env_file(file, {})

    assert refusal.value.code == "settings_unusable"
