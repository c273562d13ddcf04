"""`archivist captions convert`: every format from every other, and nothing lost."""

import json
from pathlib import Path

import pytest

from shared.captions import read_cue_list, read_scc, read_srt, read_vtt
from tests.unit.console.caption_command import VTT, run


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
