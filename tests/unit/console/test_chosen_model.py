"""Another speech model in `.env`: one value changes, every other byte stays, and going back gives the same file."""

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from services.console.chosen_model import go_back, require_choosable, use_model
from shared.errors import Conflict, InvalidInput, NotFound, Unusable

OTHERS = b"MY_WHISPER_MODEL=base\nB='\nWHISPER_MODEL=no\n'\n"
"""Names and values that look like ours and are not."""


def _file(tmp_path: Path, content: bytes) -> tuple[Path, Path]:
    file = tmp_path / ".env"
    file.write_bytes(content)
    return file, tmp_path / "var" / "note.json"


@pytest.mark.parametrize(
    ("before", "after", "was"),
    [
        (b"A=1\nWHISPER_MODEL=base\nB=2\n", b"A=1\nWHISPER_MODEL=small.en\nB=2\n", "base"),
        (b"WHISPER_MODEL=base # the small one\n", b"WHISPER_MODEL=small.en # the small one\n", "base"),
        (b"WHISPER_MODEL= # to be chosen\n", b"WHISPER_MODEL=small.en # to be chosen\n", ""),
        (b"\n\nexport WHISPER_MODEL = 'a b'  \r\nB=2\r\n", b"\n\nexport WHISPER_MODEL = small.en  \r\nB=2\r\n", "a b"),
        (b'WHISPER_MODEL="a \\" b"\nB="x\ny"\n', b'WHISPER_MODEL=small.en\nB="x\ny"\n', 'a " b'),
        (b"WHISPER_MODEL=one\nWHISPER_MODEL=two", b"WHISPER_MODEL=one\nWHISPER_MODEL=small.en", "two"),
        (b"#WHISPER_MODEL=base\nA=\xff\n", b"#WHISPER_MODEL=base\nA=\xff\nWHISPER_MODEL=small.en\n", ""),
        (b"A=1\r\nB=2", b"A=1\r\nB=2\r\nWHISPER_MODEL=small.en\r\n", ""),
        (b"\xef\xbb\xbfWHISPER_MODEL=base\n", b"\xef\xbb\xbfWHISPER_MODEL=small.en\n", "base"),
        (OTHERS, OTHERS + b"WHISPER_MODEL=small.en\n", ""),
        (b"", b"WHISPER_MODEL=small.en\n", ""),
    ],
)  # fmt: skip
def test_only_the_model_changes_and_going_back_gives_the_same_bytes(
    before: bytes, after: bytes, was: str, tmp_path: Path
) -> None:
    file, note = _file(tmp_path, before)
    file.chmod(0o640)

    done = use_model(file, "small.en", note=note)

    assert (file.read_bytes(), done.before, done.after) == (after, was, "small.en")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    back = go_back(file, note=note)
    assert (file.read_bytes(), back.before, back.after) == (before, "small.en", was)
    go_back(file, note=note)
    assert file.read_bytes() == after


@settings(max_examples=25)  # each writes to the drive until it lies there
@given(
    lines=st.lists(
        st.sampled_from(["A=1\n", "# x\n", "\n", "B='two\nlines'\r\n", "WHISPER_MODEL=one\n", "WHISPER_MODEL=\n"]),
        max_size=6,
    ),
    models=st.lists(st.sampled_from(["tiny", "/srv/my models/a", "owner/model"]), min_size=1, max_size=4),
)
def test_whatever_else_stands_there_the_last_choice_counts_and_one_step_leads_back(
    lines: list[str], models: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file, note = _file(tmp_path_factory.mktemp("env"), "".join(lines).encode())
    for model in models:
        before = file.read_bytes()
        if not use_model(file, model, note=note).is_changed:
            continue

        said = dotenv_values(stream=StringIO(file.read_bytes().decode()))
        assert said["WHISPER_MODEL"] == model
        go_back(file, note=note)
        assert file.read_bytes() == before
        go_back(file, note=note)


def test_what_a_person_writes_meanwhile_stays(tmp_path: Path) -> None:
    file, note = _file(tmp_path, b"A=1\nWHISPER_MODEL=base\n")
    use_model(file, "small.en", note=note)
    file.write_bytes(b"A=2\nWHISPER_MODEL=medium\nC=3\n")

    go_back(file, note=note)

    assert file.read_bytes() == b"A=2\nWHISPER_MODEL=base\nC=3\n"


def test_the_same_model_again_changes_nothing_and_forgets_nothing(tmp_path: Path) -> None:
    file, note = _file(tmp_path, b"WHISPER_MODEL=base\n")
    use_model(file, "small.en", note=note)
    use_model(file, "small.en", note=note)

    assert go_back(file, note=note).after == "base"


def test_without_a_change_there_is_nothing_to_go_back_to_and_another_files_note_is_no_way_back(tmp_path: Path) -> None:
    file, note = _file(tmp_path, b"WHISPER_MODEL=base\n")
    with pytest.raises(NotFound, match="no earlier model"):
        go_back(file, note=note)
    other = tmp_path / "other.env"
    other.write_bytes(b"WHISPER_MODEL=base\n")
    use_model(other, "small.en", note=note)
    with pytest.raises(NotFound, match="no earlier model"):
        go_back(file, note=note)
    note.write_text(json.dumps({"file": str(file)}))
    with pytest.raises(NotFound, match="no earlier model"):
        go_back(file, note=note)


def test_a_name_that_no_settings_file_can_hold_is_refused(tmp_path: Path) -> None:
    file, note = _file(tmp_path, b"WHISPER_MODEL=base\n")
    for name in ("it's", "a\nB=1", "${HOME}/model", " "):
        with pytest.raises(InvalidInput, match="cannot stand in a settings file"):
            use_model(file, name, note=note)
    assert file.read_bytes() == b"WHISPER_MODEL=base\n"


def test_a_file_behind_a_link_is_changed_where_it_lies(tmp_path: Path) -> None:
    real, note = _file(tmp_path, b"WHISPER_MODEL=base\n")
    link = tmp_path / "link.env"
    link.symlink_to(real)

    use_model(link, "small.en", note=note)

    assert link.is_symlink() and real.read_bytes() == b"WHISPER_MODEL=small.en\n"
    assert go_back(real, note=note).after == "base"


def test_without_a_file_a_person_is_told_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="archivist init") as refused:
        use_model(tmp_path / ".env", "small.en", note=tmp_path / "note.json")
    assert refused.value.code == "no_settings_file"


def test_a_folder_that_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file, _ = _file(tmp_path, b"WHISPER_MODEL=base\n")
    (tmp_path / ".env.new").mkdir()

    with pytest.raises(Unusable, match="cannot be written"):
        use_model(file, "small.en", note=tmp_path / "note.json")
    assert file.read_bytes() == b"WHISPER_MODEL=base\n"


@pytest.mark.parametrize(
    ("content", "environment", "code"),
    [
        (b"WHISPER_MODEL_PATH=/srv/model\n", {}, "model_path_wins"),
        (b"WHISPER_MODEL=base\n", {"WHISPER_MODEL": "tiny"}, "environment_wins"),
        (b"WHISPER_MODEL=base\n", {"WHISPER_MODEL_PATH": "/srv/model"}, "environment_wins"),
    ],
)
def test_where_something_else_wins_nothing_is_written(
    content: bytes, environment: dict[str, str], code: str, tmp_path: Path
) -> None:
    file, _ = _file(tmp_path, content)

    with pytest.raises(Conflict) as refused:
        require_choosable(file, environment)

    assert refused.value.code == code
    assert "wins over" in refused.value.message


def test_an_empty_path_wins_over_nothing(tmp_path: Path) -> None:
    file, _ = _file(tmp_path, b"WHISPER_MODEL_PATH=\nWHISPER_MODEL=base\n")
    require_choosable(file, {"WHISPER_MODEL": "", "WHISPER_MODEL_PATH": ""})
