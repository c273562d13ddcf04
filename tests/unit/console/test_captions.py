"""`archivist captions check` and `convert`: what a person at a terminal or a script sees."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.console.commands.captions import app
from shared.captions import read_cue_list, read_scc, read_srt, read_vtt, write_scc
from shared.captions.model import Cue
from shared.captions.timecode import seconds

VTT = """WEBVTT

00:00:03.000 --> 00:00:05.500
<v Mayor Lee>&gt;&gt; MAYOR LEE: Good evening.

00:00:06.000 --> 00:00:09.000
Please rise for the pledge.
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def vtt(tmp_path: Path) -> Path:
    path = tmp_path / "meeting.vtt"
    path.write_text(VTT)
    return path


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


def test_conversion_goes_from_any_format_to_any_other_and_keeps_text_and_time(vtt: Path, tmp_path: Path) -> None:
    for source, target in [(".vtt", ".scc"), (".scc", ".mcc"), (".mcc", ".json"), (".json", ".srt"), (".srt", ".vtt")]:
        out = tmp_path / f"meeting{target}" if target != ".vtt" else tmp_path / "back.vtt"

        result = run("convert", tmp_path / f"meeting{source}", out)

        assert (result.exit_code, result.stderr) == (0, "")
    cues, findings = read_vtt((tmp_path / "back.vtt").read_text())
    assert findings == ()
    assert [cue.text for cue in cues] == [">> MAYOR LEE: Good evening.", "Please rise for the pledge."]
    assert [float(cue.start) for cue in cues] == pytest.approx([3.0, 6.0], abs=0.017)


def test_a_start_label_moves_labels_and_not_media_time(vtt: Path, tmp_path: Path) -> None:
    scc, back = tmp_path / "hour.scc", tmp_path / "hour.json"

    assert run("convert", "--start-tc", "01:00:00;00", vtt, scc).exit_code == 0
    assert run("convert", "--start-tc", "01:00:00;00", scc, back).exit_code == 0

    assert "\n01:00:0" in scc.read_text()
    document = read_cue_list(back.read_text())
    assert (document.start_tc, document.drop_frame) == ("01:00:00;00", True)
    assert float(document.cues[0].start) == pytest.approx(3.0, abs=0.017)


def test_an_scc_file_can_be_given_other_labels(vtt: Path, tmp_path: Path) -> None:
    hour, zero = tmp_path / "hour.scc", tmp_path / "zero.scc"
    run("convert", "--start-tc", "01:00:00:00", vtt, hour)

    result = run("convert", "--input-start-tc", "01:00:00:00", "--start-tc", "00:00:00;00", hour, zero)

    assert result.exit_code == 0
    reading = read_scc(zero.read_text(), start_tc="00:00:00;00")
    assert reading.drop_frame is True
    assert [float(cue.start) for cue in reading.cues] == pytest.approx([3.0, 6.0], abs=0.034)


def test_scc_and_mcc_keep_every_word_unless_they_are_to_be_written_anew(tmp_path: Path) -> None:
    source = tmp_path / "in.scc"
    source.write_text(
        "Scenarist_SCC V1.0\n\n00:00:02;00\t9420 94ae 9154 c8e9 942f\n\n00:00:05;00\t942c\n\n"
        "00:00:09;00\t9420 9420 94ae 94ae 9470 9470 97a1 97a1 54f7 ef80 942f 942f\n"
    )
    words = [line for line in source.read_text().splitlines() if "\t" in line]

    run("convert", source, tmp_path / "out.mcc")
    run("convert", tmp_path / "out.mcc", tmp_path / "back.scc")
    run("convert", source, tmp_path / "same.scc")
    run("convert", "--retime", source, tmp_path / "anew.scc")

    assert [line for line in (tmp_path / "same.scc").read_text().splitlines() if "\t" in line] == words
    back = " ".join(line.split("\t")[1] for line in (tmp_path / "back.scc").read_text().splitlines() if "\t" in line)
    assert back == " ".join(line.split("\t")[1] for line in words)
    anew = (tmp_path / "anew.scc").read_text()
    assert "9420 9420 94ae 94ae" in anew.split("\n")[2]
    assert [cue.text for cue in read_scc(anew).cues] == ["Hi", "Two"]


@pytest.mark.parametrize("start_tc", ["01:00:00;00", "01:00:00:00"])
def test_an_mcc_file_keeps_media_time_however_it_counts(start_tc: str, vtt: Path, tmp_path: Path) -> None:
    mcc, back = tmp_path / "hour.mcc", tmp_path / "hour.json"

    assert run("convert", "--start-tc", start_tc, vtt, mcc).exit_code == 0
    assert run("convert", "--start-tc", start_tc, mcc, back).exit_code == 0

    document = read_cue_list(back.read_text())
    assert document.start_tc == start_tc
    assert [float(cue.start) for cue in document.cues] == pytest.approx([3.0, 6.0], abs=0.017)
    checked = run("check", "--start-tc", start_tc, mcc)
    assert (checked.exit_code, checked.stderr) == (0, "")


def test_a_damaged_mcc_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "bad.mcc"
    path.write_text("File Format=MacCaption_MCC V1.0\n\nTime Code Rate=30DF\n\n00:00:01;00\tT52S524F67\n")

    assert run("check", path).exit_code == 1


def test_a_cue_list_names_its_own_start_label(tmp_path: Path) -> None:
    source = tmp_path / "list.json"
    source.write_text(
        json.dumps(
            {
                "start_tc": "02:00:00:00",
                "drop_frame": False,
                "cues": [{"start": 2.0, "end": 5.143, "text": "Good evening.", "speaker": None}],
            }
        )
    )

    assert run("convert", source, tmp_path / "list.scc").exit_code == 0

    reading = read_scc((tmp_path / "list.scc").read_text(), start_tc="02:00:00:00")
    assert reading.drop_frame is False
    assert [cue.text for cue in reading.cues] == ["Good evening."]


def test_rows_that_are_too_wide_or_too_many_for_608_are_broken_anew_without_losing_text(tmp_path: Path) -> None:
    text = "\n".join(
        ["This row has been made for a screen of forty columns", "and so has"] + [f"row {n}" for n in range(9)]
    )
    source = tmp_path / "wide.srt"
    source.write_text(f"1\n00:00:02,000 --> 00:00:12,000\n{text}\n")

    run("convert", source, tmp_path / "wide.scc")

    cues = read_scc((tmp_path / "wide.scc").read_text()).cues
    assert " ".join(" ".join(cue.rows) for cue in cues).split() == text.split()
    assert all(len(row) <= 32 for cue in cues for row in cue.rows)
    assert all(len(cue.rows) <= 4 for cue in cues)


@pytest.mark.parametrize("mode", ["pop-on", "roll-up-2", "roll-up-3", "roll-up-4", "paint-on"])
def test_every_mode_can_be_written(mode: str, vtt: Path, tmp_path: Path) -> None:
    result = run("convert", "--mode", mode, vtt, tmp_path / "out.scc")

    assert result.exit_code in {0, 1}
    assert read_scc((tmp_path / "out.scc").read_text()).cues


def test_a_transcript_for_people_has_speakers_and_paragraphs(vtt: Path, tmp_path: Path) -> None:
    run("convert", vtt, tmp_path / "meeting.txt")

    assert (tmp_path / "meeting.txt").read_text() == "MAYOR LEE: Good evening. Please rise for the pledge.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_files_of_any_unicode_encoding_are_read(encoding: str, tmp_path: Path) -> None:
    source = tmp_path / "in.srt"
    source.write_bytes("1\r\n00:00:01,000 --> 00:00:03,000\r\nJosé café\r\n".encode(encoding))

    run("convert", source, tmp_path / "out.srt")

    ((cue,), _) = read_srt((tmp_path / "out.srt").read_text())
    assert cue.text == "José café"


def test_an_old_windows_file_is_read_with_a_finding(tmp_path: Path) -> None:
    source = tmp_path / "in.srt"
    source.write_bytes("1\r\n00:00:01,000 --> 00:00:03,000\r\nJosé\r\n".encode("cp1252"))

    result = run("convert", source, tmp_path / "out.vtt")

    assert result.exit_code == 1
    assert result.stderr == f"{source}: warning encoding: The file is not UTF-8; it is read as Windows-1252.\n"
    assert "José" in (tmp_path / "out.vtt").read_text()


def test_the_input_is_never_overwritten_not_even_through_a_link(vtt: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.vtt"
    link.symlink_to(vtt)

    for target in (vtt, link):
        result = run("convert", vtt, target)

        assert result.exit_code == 2
        assert result.stderr.endswith("write to another name. [output_is_input]\n")
    assert vtt.read_text() == VTT


def test_what_cannot_be_used_leaves_the_old_file_alone(tmp_path: Path) -> None:
    source, target = tmp_path / "in.vtt", tmp_path / "out.scc"
    source.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    target.write_text("kept")

    result = run("convert", source, target)

    assert result.exit_code == 2
    assert result.stderr == f"archivist: {source}: The file is not text: it contains zero bytes. [not_text]\n"
    assert target.read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.vtt", "out.scc"]


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


def test_mcc_of_25_frames_a_second_is_converted_with_its_times(tmp_path: Path) -> None:
    words = [
        (50 + at, word) for at, word in enumerate((0x9420, 0x9420, 0x94AE, 0x94AE, 0x9470, 0x9470, 0xC179, 0xE5AE))
    ]
    words += [(75, 0x942F), (76, 0x942F), (125, 0x942C), (126, 0x942C)]
    lines = [f"01:00:{frame // 25:02}:{frame % 25:02}\t{_cdp(word)}" for frame, word in words]
    path, out = tmp_path / "pal.mcc", tmp_path / "pal.srt"
    path.write_text("\n".join(["File Format=MacCaption_MCC V1.0", "", "Time Code Rate=25", "", *lines, ""]))

    result = run("convert", path, out, "--input-start-tc", "01:00:00:00")

    assert (result.exit_code, result.output) == (0, "")
    (cue,) = read_srt(out.read_text())[0]
    assert (cue.text, abs(cue.start - 3) < 0.034, abs(cue.end - 5) < 0.034) == ("Aye.", True, True)


def _cdp(word: int) -> str:
    body = bytes([0x3F, 0x43, 0, 0, 0x72, 0xE1, 0xFC]) + word.to_bytes(2, "big") + b"\x74\x00\x00"
    body = b"\x96\x69" + bytes([len(body) + 4]) + body
    body += bytes([-sum(body) & 0xFF])
    whole = b"\x61\x01" + bytes([len(body)]) + body
    return (whole + bytes([sum(whole) & 0xFF])).hex().upper()


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


def test_text_that_cea_608_cannot_write_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path, out = tmp_path / "russian.srt", tmp_path / "russian.scc"
    cues = (f"{at + 1}\n00:00:{at:02},000 --> 00:00:{at:02},900\nДобрый вечер\n" for at in range(50))
    path.write_text("\n".join(cues))

    checked, converted = run("check", path), run("convert", path, out)

    assert checked.exit_code == 1
    assert checked.stderr.count("CEA-608") == 1
    assert (converted.exit_code, len(converted.stderr.splitlines())) == (2, 1)
    assert "[illegible]" in converted.stderr
    assert not out.exists()
