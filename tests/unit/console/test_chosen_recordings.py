"""Which files are meant, what is wrong with them, and that no two recordings get one folder."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.console.chosen_recordings import NamedFile, find_recordings, held, standard_input
from shared.errors import ArchivistError, Conflict


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """People name files from the folder in which they stand."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _no_input() -> Path:
    raise AssertionError("nobody named standard input")


def find(*typed: str, out: str | None = None, stdin: Callable[[], Path] = _no_input) -> list[NamedFile]:
    return find_recordings(typed, Path(out) if out else None, stdin=stdin)


def folders(found: list[NamedFile]) -> list[str]:
    assert [one.trouble for one in found] == [None] * len(found)
    return [str(one.folder) for one in found]


def make(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"sound")


def own(folder: str, file: str) -> None:
    """Captions of ``file`` are in ``folder``."""
    Path(folder).mkdir(parents=True)
    (Path(folder) / "manifest.json").write_text(json.dumps({"source": {"path": str(Path(file).absolute())}}))


def test_one_file_goes_into_the_folder_that_was_named_and_else_into_one_of_its_name() -> None:
    make("meeting.mp4")

    assert folders(find("meeting.mp4", out="there")) == ["there"]
    assert folders(find("meeting.mp4")) == ["captions/meeting"]


def test_recordings_with_the_same_name_get_folders_of_their_own() -> None:
    make("meeting.mp4", "meeting.mov", "b/meeting.mp4", "b/MEETING.mp4")

    found = find("meeting.mp4", "meeting.mov", "b/meeting.mp4", "b/MEETING.mp4", out="out")

    assert folders(found) == ["out/meeting", "out/meeting 2", "out/meeting 3", "out/MEETING 4"]


def test_a_file_that_is_named_twice_is_one_recording() -> None:
    make("meeting.mp4")

    assert folders(find("meeting.mp4", "./meeting.mp4", out="out")) == ["out"]


def test_a_folder_is_its_recordings_in_the_next_run_too() -> None:
    make("a/meeting.mp4", "b/meeting.mp4")
    own("captions/meeting", "b/meeting.mp4")

    assert folders(find("b/meeting.mp4")) == ["captions/meeting"]
    assert folders(find("a/meeting.mp4")) == ["captions/meeting 2"]


def test_work_that_was_interrupted_holds_its_folder() -> None:
    make("a/meeting.mp4", "b/meeting.mp4")
    Path("captions/meeting/.work").mkdir(parents=True)
    Path("captions/meeting/.work/plan.json").write_text(
        json.dumps({"recording": str(Path("a/meeting.mp4").absolute())})
    )

    assert folders(find("b/meeting.mp4", "a/meeting.mp4")) == ["captions/meeting 2", "captions/meeting"]


def test_a_chosen_folder_with_the_captions_of_another_recording_is_refused() -> None:
    make("a.mp4", "b.mp4")
    own("out", "a.mp4")

    [taken] = find("b.mp4", out="out")

    assert isinstance(taken.trouble, Conflict)
    assert taken.trouble.code == "folder_taken"
    assert folders(find("a.mp4", out="out")) == ["out"]


@pytest.mark.parametrize("name", ["manifest.json", ".work/plan.json"])
def test_a_pipe_in_the_place_of_what_says_whose_a_folder_is_says_nothing(name: str) -> None:
    make("a.mp4")
    Path("out", ".work").mkdir(parents=True)
    os.mkfifo(Path("out", name))

    assert folders(find("a.mp4", out="out")) == ["out"]


def _nothing() -> None:
    """Leave the place empty."""


def _loop() -> None:
    Path("x").symlink_to("x")


@pytest.mark.parametrize(
    ("make_it", "code"),
    [
        (_nothing, "file_not_found"),
        (lambda: Path("x").mkdir(), "not_a_file"),
        (lambda: os.mkfifo("x"), "not_a_file"),
        (lambda: Path("x").symlink_to("/dev/zero"), "not_a_file"),
        (lambda: Path("x").symlink_to("nowhere"), "file_not_found"),
        (_loop, "file_unreadable"),
    ],
)
def test_what_is_no_file_is_said_at_once(make_it: Callable[[], None], code: str) -> None:
    make_it()
    make("good.mp4")

    bad, good = find("x", "good.mp4")

    assert bad.trouble is not None
    assert (bad.trouble.code, good.trouble) == (code, None)


def test_a_name_that_is_too_long_is_a_sentence() -> None:
    [found] = find("a" * 300, out="out")

    assert found.trouble is not None
    assert found.trouble.code == "file_unreadable"


@pytest.mark.parametrize(
    ("out", "code"), [("file/out", "out_unwritable"), (".", "recordings_own_folder"), ("\udcff", "bad_out")]
)
def test_a_folder_that_cannot_be_used_is_said_before_any_work(out: str, code: str) -> None:
    make("meeting.mp4", "file")

    [found] = find("meeting.mp4", out=out)

    assert found.trouble is not None
    assert found.trouble.code == code


@pytest.mark.parametrize("name", ["-dash.mp4", "quo\"te's.mp4", "two\nlines.mp4", "by\udcfftes.mp4", " .mp4"])
def test_odd_names_are_recordings_like_any_other(name: str) -> None:
    make(name)

    [found] = find(name)

    assert found.trouble is None
    assert str(found.folder).isprintable()
    assert found.name.isprintable()


def test_a_held_folder_keeps_others_out_and_is_gone_if_nothing_came_of_it() -> None:
    folder = Path("captions/meeting")
    with held(folder):
        with pytest.raises(Conflict) as refused, held(folder):
            raise AssertionError("two in one folder")
        assert refused.value.code == "folder_in_use"

    assert not Path("captions").exists()


def test_a_folder_that_nobody_can_make_is_a_sentence() -> None:
    with pytest.raises(ArchivistError) as refused, held(Path("/proc/captions")):
        raise AssertionError("nobody makes folders in /proc")

    assert refused.value.code == "out_unwritable"
    assert refused.value.message.startswith("/proc/captions cannot be written (")


def test_standard_input_is_a_file_as_long_as_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    make("sound")
    with Path("sound").open() as file, standard_input(Path("out")) as stdin:
        monkeypatch.setattr("sys.stdin", file)
        [found] = find("-", out="out/x", stdin=stdin)
        assert (found.trouble, found.name, found.media.read_bytes()) == (None, "standard input", b"sound")

    assert not Path("out").exists()


def test_nothing_from_standard_input_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as file, standard_input(Path("out")) as stdin:
        monkeypatch.setattr("sys.stdin", file)
        [found] = find("-", stdin=stdin)

    assert found.trouble is not None
    assert found.trouble.code == "no_input"
    assert not Path("out").exists()
