"""`archivist captions embed`, `extract`, `burn` and `mux` as a person types them."""

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.console.__main__ import app
from shared.captions import Cue, read_scc, words_by_frame, write_cue_list, write_srt, write_vtt

Video = Callable[..., Path]

CUES = (
    Cue(Fraction(2), Fraction(7, 2), (">> MAYOR: Item 4C,", "all in favor?")),
    Cue(Fraction(9, 2), Fraction(5), ("Aye.",)),
)


@pytest.fixture
def run() -> Callable[..., Result]:
    def go(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["captions", *(str(one) for one in arguments)])

    return go


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.srt", write_srt(CUES)),
        ("c.vtt", write_vtt(CUES)),
        ("c.json", write_cue_list(CUES, start_tc="01:00:00;00")),
    ],
)
def test_captions_of_any_format_go_in_and_come_out_on_their_frames(
    make_video: Video, run: Callable[..., Result], tmp_path: Path, name: str, text: str
) -> None:
    captions, copy, scc = tmp_path / name, tmp_path / "copy.mp4", tmp_path / "out.scc"
    captions.write_text(text)

    embedded = run("embed", make_video("meeting.mp4"), captions, copy)
    extracted = run("extract", copy, scc)

    assert (embedded.exit_code, extracted.exit_code) == (0, 0), embedded.output + extracted.output
    assert "read back and equal" in embedded.output
    assert [(cue.text, round(cue.start * 30000 / 1001)) for cue in read_scc(scc.read_text()).cues] == [
        (">> MAYOR: Item 4C,\nall in favor?", 60),
        ("Aye.", 135),
    ]


def test_captions_past_the_end_are_told_by_words_and_exit_status(
    make_video: Video, run: Callable[..., Result], scc: str, tmp_path: Path
) -> None:
    captions = tmp_path / "c.scc"
    captions.write_text(scc.replace("00:00:05;00", "00:00:55;00"))

    answer = run("embed", make_video("meeting.mp4"), captions, tmp_path / "copy.mp4")

    assert answer.exit_code == 1
    assert "2 words are due after the end of the video" in answer.output


LATER = tuple(Cue(Fraction(60 + n), Fraction(61 + n), (f"Number {n}.",)) for n in range(24))


@pytest.mark.parametrize(
    ("command", "at"),
    [(("embed",), "00:01:0{};00"), (("burn",), "00:01:0{}.000"), (("mux",), "00:01:0{}.000")],
)
def test_captions_that_the_video_ends_before_are_named(
    make_video: Video, run: Callable[..., Result], tmp_path: Path, command: tuple[str, ...], at: str
) -> None:
    captions = tmp_path / "c.vtt"
    captions.write_text(write_vtt((*CUES, *LATER)))

    answer = run(*command, make_video("meeting.mp4"), captions, tmp_path / "copy.mp4")

    assert answer.exit_code == 1, answer.output
    for n in (1, 9):
        label = at.format(n)
        assert f"c.vtt at {label}: The video ends before it, so it is not seen: 'Number {n}.'." in answer.output
    assert "Aye." not in answer.output and "Number 20." not in answer.output
    assert "c.vtt: 4 more of after_end." in answer.output


def test_captions_that_a_caption_track_has_after_the_video_are_named(
    make_video: Video, run: Callable[..., Result], scc: str, tmp_path: Path
) -> None:
    captions = tmp_path / "c.scc"
    captions.write_text(scc.replace("00:00:03;25", "00:00:53;25").replace("00:00:05;00", "00:00:55;00"))

    answer = run("mux", make_video("meeting.mp4"), captions, tmp_path / "copy.mov", "--track", "c608")

    assert answer.exit_code == 1
    assert "'All in favor say Aye.'" in answer.output and "'Hello Town'" not in answer.output


def test_captions_that_all_lie_after_the_end_are_neither_painted_nor_a_track(
    make_video: Video, run: Callable[..., Result], tmp_path: Path
) -> None:
    captions = tmp_path / "c.srt"
    captions.write_text(write_srt(LATER))

    answers = [
        run("burn", make_video("meeting.mp4"), captions, tmp_path / "burned.mp4"),
        run("mux", make_video("meeting.mp4"), captions, tmp_path / "soft.mkv"),
        run("mux", make_video("meeting.mp4"), captions, tmp_path / "edit.mov", "--track", "c608"),
    ]

    assert [answer.exit_code for answer in answers] == [2, 2, 2]
    assert all(answer.output.rstrip().endswith("[captions_after_end]") for answer in answers)
    assert [path.name for path in tmp_path.iterdir()] == ["c.srt"]


def test_tracks_that_a_copy_does_not_get_are_named(
    make_video: Video, run: Callable[..., Result], scc: str, tmp_path: Path
) -> None:
    captions, soft = tmp_path / "c.scc", tmp_path / "soft.mkv"
    captions.write_text(scc)
    run("mux", make_video("meeting.mp4"), captions, soft, "--language", "spa")
    (tmp_path / "copies").mkdir()

    burned = run("burn", soft, captions, tmp_path / "copies" / "burned.mp4")
    muxed = run("mux", soft, captions, tmp_path / "copies" / "soft.mkv")

    assert (burned.exit_code, muxed.exit_code) == (1, 1)
    says = "Captions that the video had already are not in the copy: stream 2 (subrip, spa)."
    assert says in burned.output and says in muxed.output


def test_an_extracted_file_replaces_nothing_unasked(
    make_video: Video, run: Callable[..., Result], scc: str, tmp_path: Path
) -> None:
    captions, copy = tmp_path / "c.scc", tmp_path / "copy.mp4"
    captions.write_text(scc)
    run("embed", make_video("meeting.mp4"), captions, copy)

    refused, printed = run("extract", copy, captions), run("extract", copy, "-")

    assert refused.exit_code == 2 and "already there" in refused.output
    assert captions.read_text() == scc
    assert printed.exit_code == 0 and read_scc(printed.output).cues == read_scc(scc).cues


def test_an_extracted_file_takes_the_place_of_another_in_one_step_or_not_at_all(
    make_video: Video, run: Callable[..., Result], scc: str, tmp_path: Path
) -> None:
    captions, copy, out = tmp_path / "c.scc", tmp_path / "copy.mp4", tmp_path / "out.scc"
    captions.write_text(scc)
    run("embed", make_video("meeting.mp4"), captions, copy)
    out.write_text("what somebody is reading")
    (tmp_path / "reader").hardlink_to(out)

    replaced, impossible = run("extract", copy, out, "--overwrite"), run("extract", copy, out / "below-a-file.scc")

    assert replaced.exit_code == 0 and read_scc(out.read_text()).cues == read_scc(scc).cues
    assert (tmp_path / "reader").read_text() == "what somebody is reading"
    assert impossible.exit_code == 2 and "cannot be written" in impossible.output
    assert not list(tmp_path.glob(".*"))


def test_copies_are_burned_and_muxed(make_video: Video, run: Callable[..., Result], scc: str, tmp_path: Path) -> None:
    captions = tmp_path / "c.scc"
    captions.write_text(scc)
    video = make_video("meeting.mp4", rate="25")

    answers = [
        run("burn", video, captions, tmp_path / "burned.mp4"),
        run("mux", video, captions, tmp_path / "soft.mkv", "--language", "spa"),
        run("mux", video, captions, tmp_path / "edit.mov", "--track", "c608"),
    ]

    assert [answer.exit_code for answer in answers] == [0, 0, 0]
    assert streams(tmp_path / "burned.mp4") == "h264 aac"
    assert streams(tmp_path / "soft.mkv") == "h264 aac subrip"
    assert streams(tmp_path / "edit.mov") == "h264 aac eia_608"


def streams(video: Path) -> str:
    run = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "default=nk=1:nw=1", str(video)]
    return " ".join(subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout.split())


@pytest.mark.parametrize(
    ("captions", "says"),
    [("missing.scc", "cannot be read"), ("notes.docx", "is not a caption file"), ("empty.srt", "no captions")],
)
def test_what_cannot_be_done_is_a_sentence_and_exit_status_2(
    make_video: Video, run: Callable[..., Result], tmp_path: Path, captions: str, says: str
) -> None:
    (tmp_path / "notes.docx").write_text("x")
    (tmp_path / "empty.srt").write_text("")

    for command in ("burn", "embed", "mux"):
        answer = run(command, make_video("meeting.mp4"), tmp_path / captions, tmp_path / "copy.mp4")

        assert answer.exit_code == 2
        assert says in answer.output
        assert "Traceback" not in answer.output
        assert answer.output.startswith("archivist: ") and answer.output.endswith("]\n")
    assert not (tmp_path / "copy.mp4").exists()


def test_the_commands_are_listed_without_loading_pyav() -> None:
    look = "import sys, services.console.__main__; sys.exit('av' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", look], check=False, timeout=60).returncode == 0


def test_what_is_replaced_and_kept_is_named_and_a_channel_can_be_chosen(
    make_video: Video, run: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    english, spanish, again = tmp_path / "english.srt", tmp_path / "spanish.vtt", tmp_path / "again.srt"
    english.write_text(write_srt(CUES))
    spanish.write_text(write_vtt((Cue(Fraction(2), Fraction(4), ("¿Todos a favor?",)),)))
    again.write_text(write_srt(CUES[:1]))
    one, two, three = tmp_path / "a" / "one.mp4", tmp_path / "b" / "two.mp4", tmp_path / "three.mp4"

    first = run("embed", make_video("meeting.mp4"), english, one)
    second = run("embed", one, spanish, two, "--channel", "CC3")
    third = run("embed", two, again, three)
    extracted = run("extract", three, "-", "--channel", "cc3")
    absent = run("extract", three, "-", "--channel", "CC2")

    assert [first.exit_code, second.exit_code, third.exit_code] == [0, 0, 0], (
        first.output + second.output + third.output
    )
    assert "had already" not in first.output
    assert "kept: CC1." in second.output and "taken out" not in second.output
    assert "taken out: CC1." in third.output and "kept: CC3." in third.output
    assert [cue.text for cue in read_scc(extracted.output, channel="CC3").cues] == ["¿Todos a favor?"]
    assert absent.exit_code == 2 and "no captions in CC2, but in CC1 and CC3" in absent.output


def test_a_caption_track_is_extracted_by_the_command(
    make_video: Video, run: Callable[..., Result], scc: str, tmp_path: Path
) -> None:
    captions, copy, out = tmp_path / "c.scc", tmp_path / "edit.mov", tmp_path / "out.scc"
    captions.write_text(scc)
    run("mux", make_video("meeting.mp4"), captions, copy, "--track", "c608")

    answer = run("extract", copy, out)

    assert answer.exit_code == 0, answer.output
    assert [cue.text for cue in read_scc(out.read_text()).cues] == [cue.text for cue in read_scc(scc).cues]


def test_an_mcc_goes_into_a_video_word_by_word(
    make_video: Video, run: Callable[..., Result], scc: str, tmp_path: Path
) -> None:
    odd, mcc, copy, out = (tmp_path / name for name in ("odd.scc", "odd.mcc", "copy.mp4", "out.scc"))
    odd.write_text(scc.replace("9440 9440", "9140"))  # one row at the top, its address sent once
    run("convert", odd, mcc)

    embedded, extracted = run("embed", make_video("meeting.mp4"), mcc, copy), run("extract", copy, out)

    assert (embedded.exit_code, extracted.exit_code) == (0, 0), embedded.output + extracted.output
    assert [word for _, word in words_by_frame(out.read_text())] == [
        word for _, word in words_by_frame(odd.read_text())
    ]


def test_captions_beside_others_of_their_field_are_told_when_late_and_refused_without_room(
    make_video: Video, run: Callable[..., Result], tmp_path: Path
) -> None:
    short, long, full = (tmp_path / f"{name}.vtt" for name in ("short", "long", "full"))
    row = "It is as full as rows are at 32."
    short.write_text(write_vtt(CUES))
    long.write_text(write_vtt([Cue(Fraction(2), Fraction(4), (row, row))]))
    full.write_text(write_vtt([Cue(Fraction(n), Fraction(n + 1), (row, row)) for n in (2, 3, 4)]))
    one, two, three = (tmp_path / name / "copy.mp4" for name in "abc")
    for copy in (one, two, three):
        copy.parent.mkdir()

    first = run("embed", make_video("meeting.mp4"), short, one)
    late = run("embed", one, long, two, "--channel", "CC2")
    refused = run("embed", one, full, three, "--channel", "CC2")

    assert (first.exit_code, late.exit_code, refused.exit_code) == (0, 1, 2), late.output + refused.output
    assert "frames late: other captions of the video have the frames." in late.output
    assert refused.output.rstrip().endswith("[captions_without_room]")
    assert list(three.parent.iterdir()) == []
