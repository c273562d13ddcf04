"""How a command ends when something goes wrong: a sentence with a code, a status, and never a bare trace."""

from pathlib import Path

import pytest

from services.console.exit_status import ERROR, ending, sentence, tell
from shared.errors import ArchivistError, Conflict, InvalidInput, Temporary, Unusable


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Conflict("The folder is taken.", code="folder_taken"), "The folder is taken. [folder_taken]"),
        (InvalidInput("No full stop"), "No full stop. [invalid_input]"),
        (
            Unusable("It cannot be read.", code="broken", detail="[mov @ 0x55d0c8] moov atom not found"),
            "It cannot be read (moov atom not found). [broken]",
        ),
        (
            Temporary("It is not ready. The end of it.log:\nlast\nwords", code="not_ready"),
            "It is not ready. The end of it.log: [not_ready]\nlast\nwords",
        ),
        (InvalidInput("A name with \x1b[2J in it.", code="bad"), "A name with \ufffd[2J in it. [bad]"),
        (ArchivistError(""), ". [error]"),
    ],
)
def test_the_code_stands_at_the_end_of_the_sentence(error: ArchivistError, told: str) -> None:
    assert sentence(error) == told


def test_one_of_several_things_is_named_before_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    tell(Conflict("It is taken.", code="taken"), "odd\nname.scc")

    assert capsys.readouterr().err == "archivist: odd\ufffdname.scc: It is taken. [taken]\n"


def test_an_error_of_ours_is_its_sentence_and_status_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, ending(tmp_path / "traces.log"):
        raise Conflict("It is taken.", code="taken")

    assert ended.value.code == ERROR == 2
    assert capsys.readouterr() == ("", "archivist: It is taken. [taken]\n")
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_foresaw_is_a_sentence_and_its_traces_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    traces = tmp_path / "log" / "traces.log"

    for number in (1, 2):
        with pytest.raises(SystemExit) as ended, ending(traces):
            raise KeyError(f"number {number}")
        assert ended.value.code == ERROR

    said = capsys.readouterr().err.splitlines()
    assert said[0] == (
        "archivist: Something nobody foresaw went wrong (KeyError: 'number 1'). Please report it with the details in "
        f"{traces}. [unforeseen]"
    )
    assert len(said) == 2
    kept = traces.read_text()
    assert kept.count("Traceback (most recent call last):") == 2
    assert "KeyError: 'number 1'" in kept and "KeyError: 'number 2'" in kept


def test_where_our_own_folder_cannot_be_written_the_trace_is_kept_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SystemExit), ending(tmp_path / "file" / "traces.log"):
        raise ValueError("of all things")

    named = Path(capsys.readouterr().err.rpartition(" in ")[2].removesuffix(". [unforeseen]\n"))
    assert "ValueError: of all things" in named.read_text()
    assert named.stat().st_mode & 0o077 == 0
    named.unlink()


def test_a_good_end_and_an_interruption_pass_through(tmp_path: Path) -> None:
    with ending(tmp_path / "traces.log"):
        pass
    with pytest.raises(KeyboardInterrupt), ending(tmp_path / "traces.log"):
        raise KeyboardInterrupt
    with pytest.raises(SystemExit) as ended, ending(tmp_path / "traces.log"):
        raise SystemExit(1)
    assert ended.value.code == 1
