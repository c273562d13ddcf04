"""`archivist captions check`, and what all its commands have in common."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.captions import write_scc
from shared.captions.model import Cue
from shared.captions.timecode import seconds
from tests.unit.console.caption_command import run


def test_a_good_file_is_silent_and_exits_with_zero(vtt: Path) -> None:
    result = run("check", vtt)

    assert (result.exit_code, result.output) == (0, "")


def test_findings_are_one_line_each_with_cue_timecode_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "fast.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\nThis is far too much text to read in just one second\n")

    result = run("check", path)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"{path}: cue 1 at 00:00:01.000 warning reading_speed:"
        " 52.0 characters a second have to be read; 20 are the most.",
        f"{path}: cue 1 at 00:00:01.000 warning row_too_wide: A row has 52 characters; 42 are the most.",
    ]


def test_a_profile_sets_the_measure(tmp_path: Path) -> None:
    path = tmp_path / "brisk.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:03,000\nThirty-six characters in two seconds\n")

    assert run("check", path).exit_code == 0
    assert run("check", "--profile", "bbc", path).exit_code == 1


def test_an_scc_file_is_judged_by_its_codes(tmp_path: Path) -> None:
    path = tmp_path / "broken.scc"
    path.write_text("Scenarist_SCC V1.0\n\n00:00:02;00\t9420 9420 94ae 94ae 9470 9470 c8e5 942f\n")

    result = run("check", path)

    assert result.exit_code == 1
    assert "00:00:02;" in result.stderr


def test_one_unusable_file_among_others_gives_two_and_the_others_are_still_checked(vtt: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    slow = tmp_path / "empty.vtt"
    slow.write_text("WEBVTT\n")

    result = run("check", bad, vtt, slow, tmp_path / "missing.srt", tmp_path / "notes.doc")

    assert result.exit_code == 2
    assert [line.replace(f"{tmp_path}/", "") for line in result.stderr.splitlines()] == [
        "archivist: bad.json: The file is not JSON: Expecting property name enclosed in double quotes in line 1,"
        " column 2. [cue_list]",
        "empty.vtt: error no_captions: There are no captions in this file.",
        "archivist: missing.srt: missing.srt cannot be read: No such file or directory. [invalid_input]",
        "archivist: notes.doc: notes.doc is not a caption file; its name ends in one of .scc, .mcc, .vtt, .srt, .json."
        " [not_captions]",
    ]


def test_a_program_gets_the_findings_of_every_file_as_one_document(vtt: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.vtt").write_text("WEBVTT\n")

    result = run("check", "--json", vtt, tmp_path / "empty.vtt", tmp_path / "missing.srt")

    document = json.loads(result.stdout)
    good, empty, missing = document["files"]
    assert (result.exit_code, document["exit_status"], document["schema"]) == (2, 2, "archivist.captions-check/1")
    assert good == {"file": str(vtt), "error": None, "findings": [], "findings_left_out": 0, "counts": {}}
    assert [(each["severity"], each["code"]) for each in empty["findings"]] == [("error", "no_captions")]
    assert (missing["error"]["code"], missing["findings"]) == ("invalid_input", [])
    assert result.stderr.splitlines()[0].startswith("archivist: ")  # a person is told all the same
    assert json.loads(run("check", "--json", vtt).stdout)["exit_status"] == 0


def test_a_pipe_a_folder_and_a_huge_file_are_refused_at_once(tmp_path: Path) -> None:
    pipe, folder, huge = tmp_path / "pipe.srt", tmp_path / "folder.srt", tmp_path / "huge.srt"
    os.mkfifo(pipe)
    folder.mkdir()
    with huge.open("wb") as file:
        file.truncate(64 * 1024 * 1024)

    began = time.monotonic()
    results = [run("check", path) for path in (pipe, folder, huge)]

    assert [result.exit_code for result in results] == [2, 2, 2]
    assert time.monotonic() - began < 5


def test_codes_that_drive_a_terminal_do_not_reach_it(tmp_path: Path) -> None:
    source = tmp_path / "evil.vtt"
    source.write_text("WEBVTT\n\n\x1b[2Jstray\x07 text\n")

    assert "\x1b" not in run("check", source).stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--profile", "disney"), "There is no caption profile 'disney'; choose one of fcc, netflix, bbc, dcmp."),
        (("--start-tc", "00:01:00;00"), "labels that drop-frame counting leaves out"),
        (("--start-tc", "noon"), "is no timecode such as"),
    ],
)
def test_a_bad_option_is_explained(arguments: tuple[str, str], sentence: str, vtt: Path, tmp_path: Path) -> None:
    result = run("convert", *arguments, vtt, tmp_path / "out.scc")

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not (tmp_path / "out.scc").exists()


def test_what_our_own_writer_makes_passes_the_check(tmp_path: Path) -> None:
    cues = [Cue(seconds(90 + 90 * n), seconds(170 + 90 * n), (f"Caption number {n}.",)) for n in range(50)]
    path = tmp_path / "own.scc"
    path.write_text(write_scc(cues).text)

    result = run("check", path)

    assert (result.exit_code, result.stderr) == (0, "")


def test_it_runs_as_a_program_quickly_and_without_any_service(vtt: Path, tmp_path: Path) -> None:
    program = "import sys; from services.console.commands.captions import app; app(sys.argv[1:])"
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[3])}

    def measured(*arguments: str) -> tuple[float, subprocess.CompletedProcess[str]]:
        before = os.times().children_user + os.times().children_system
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=clean,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return os.times().children_user + os.times().children_system - before, done

    spent, done = measured("convert", str(vtt), str(tmp_path / "out.scc"))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "out.scc").read_text().startswith("Scenarist_SCC V1.0\n")
    assert measured("check", str(tmp_path / "out.scc"))[1].returncode == 0
    assert measured("check", str(tmp_path / "gone.scc"))[1].returncode == 2
    assert spent < 1.5  # seconds of processor time on a machine that tests share; half a second when it is idle


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys; import services.console.commands.captions;"
        "heavy = {'sqlalchemy', 'pydantic', 'redis', 'arq', 'httpx', 'numpy', 'av', 'asyncpg'};"
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "[]"


def test_many_equal_findings_are_counted_and_not_listed_without_end(tmp_path: Path) -> None:
    path = tmp_path / "fast.vtt"
    cue = "00:{0:02}:{1:02}.000 --> 00:{0:02}:{1:02}.100\nThe motion carries five to two\n\n"
    path.write_text("WEBVTT\n\n" + "".join(cue.format(at // 60, at % 60) for at in range(1000)))

    told, document = run("check", path), json.loads(run("check", "--json", path).stdout)

    lines = told.stderr.splitlines()
    assert f"{path}: 980 more of reading_speed." in lines
    assert len(lines) < 100
    (file,) = document["files"]
    assert file["counts"]["reading_speed"] == 1000
    assert file["findings_left_out"] == sum(file["counts"].values()) - len(file["findings"])
