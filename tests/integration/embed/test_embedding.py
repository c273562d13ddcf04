"""Captions inside the pictures of real videos, read back by this project and, independently, by ffmpeg."""

import hashlib
import re
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from services.console.gateways.embedding import EmbedChoices, embed_captions
from services.console.gateways.extraction import extract_captions
from shared.captions import read_scc
from shared.errors import Conflict, InvalidInput, NotFound, Unusable

Video = Callable[..., Path]
Shown = list[tuple[str, Fraction, Fraction]]

INTERLACED = ("-flags", "+ildct+ilme")
KINDS = [
    *[("h264", rate, ext, ()) for rate in ("24000/1001", "25", "30000/1001", "60000/1001") for ext in ("mp4", "ts")],
    *[("h264", rate, "mp4", ()) for rate in ("24", "30", "50")],
    *[("h264", "30000/1001", ext, ()) for ext in ("mov", "mkv")],
    ("h264", "30000/1001", "ts", INTERLACED),
    *[("mpeg2", rate, ext, ()) for rate in ("25", "30000/1001") for ext in ("mpg", "ts")],
    ("mpeg2", "30000/1001", "mpg", INTERLACED),
]


def by_our_reader(video: Path) -> Shown:
    return [(cue.text, cue.start, cue.end) for cue in read_scc(extract_captions(video)).cues]


def by_ffmpeg(video: Path) -> Shown:
    """What FFmpeg's caption decoder sees, in seconds from the first picture."""
    run = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"movie={video.name}[out0+subcc]"]
    run += ["-map", "s", "-c:s", "srt", "-f", "srt", "-"]
    answer = subprocess.run(run, check=True, capture_output=True, text=True, cwd=video.parent, timeout=60).stdout
    plain = re.sub(r"\{[^}]*\}|<[^>]*>|\\h", "", answer)
    return [
        (text.strip(), seconds(on), seconds(off))
        for on, off, text in re.findall(r"(\S+) --> (\S+)\n(.*?)\n(?:\n|\Z)", plain, re.DOTALL)
    ]


def seconds(stamp: str) -> Fraction:
    h, m, s = stamp.replace(",", ".").split(":")
    return int(h) * 3600 + int(m) * 60 + Fraction(s)


def pictures_with_captions(video: Path) -> tuple[int, int]:
    """(pictures, pictures with A/53 side data) by ffprobe."""
    run = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_frames", "-of", "compact", str(video)]
    answer = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout
    return len(re.findall(r"^frame\|", answer, re.MULTILINE)), answer.count("ATSC A53")


def decoded(video: Path) -> str:
    """A digest of every decoded picture and sample."""
    run = ["ffmpeg", "-v", "error", "-i", str(video), "-map", "0:v", "-map", "0:a", "-f", "streamhash", "-"]
    return subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize(("codec", "rate", "ext", "extra"), KINDS)
def test_captions_come_back_to_us_and_to_ffmpeg_with_their_text_and_times(
    make_video: Video, scc: str, shown: Shown, tmp_path: Path, codec: str, rate: str, ext: str, extra: tuple[str, ...]
) -> None:
    video = make_video(f"meeting.{ext}", rate=rate, codec=codec, extra=extra)
    copy = tmp_path / f"copy.{ext}"

    result = embed_captions(video, scc, copy)

    assert (result.late_words, result.unsent_words, result.largest_delay) == (0, 0, 0)
    assert by_our_reader(copy) == shown
    # A caption appears with the picture on screen when its EOC was due: never later, less than a picture earlier.
    picture = 1 / Fraction(rate)
    seen = by_ffmpeg(copy)
    assert [text for text, _, _ in seen] == [text for text, _, _ in shown]
    for (_, on, off), (_, wanted_on, wanted_off) in zip(seen, shown, strict=True):
        assert -picture - MILLISECOND < on - wanted_on <= MILLISECOND
        assert -picture - MILLISECOND < off - wanted_off <= MILLISECOND


MILLISECOND = Fraction(1, 1000)


@pytest.mark.parametrize(("codec", "ext"), [("h264", "mp4"), ("h264", "ts"), ("mpeg2", "mpg")])
def test_every_picture_has_captions_and_neither_picture_nor_sound_changes(
    make_video: Video, scc: str, tmp_path: Path, codec: str, ext: str
) -> None:
    video = make_video(f"meeting.{ext}", codec=codec)
    copy = tmp_path / f"copy.{ext}"

    result = embed_captions(video, scc, copy)

    assert pictures_with_captions(video)[1] == 0
    assert pictures_with_captions(copy) == (result.pictures, result.pictures)
    assert decoded(copy) == decoded(video)


def test_the_recording_is_only_read(make_video: Video, scc: str, tmp_path: Path) -> None:
    video = make_video("meeting.mp4")
    before = state(video)

    embed_captions(video, scc, tmp_path / "copy.mp4")

    assert state(video) == before


def state(video: Path) -> tuple[bytes, int, list[Path]]:
    return hashlib.sha256(video.read_bytes()).digest(), video.stat().st_mtime_ns, sorted(video.parent.iterdir())


def test_captions_of_another_container_can_be_chosen(make_video: Video, scc: str, shown: Shown, tmp_path: Path) -> None:
    embed_captions(make_video("meeting.ts"), scc, tmp_path / "copy.mp4")
    embed_captions(tmp_path / "copy.mp4", scc, tmp_path_in(tmp_path, "again") / "copy.ts")

    assert by_our_reader(tmp_path / "copy.mp4") == shown
    assert by_our_reader(tmp_path / "again" / "copy.ts") == shown


def tmp_path_in(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def test_captions_already_inside_are_replaced(make_video: Video, scc: str, tmp_path: Path) -> None:
    first = tmp_path_in(tmp_path, "first") / "copy.mp4"
    embed_captions(make_video("meeting.mp4"), scc, first)

    result = embed_captions(first, scc.replace("c8e5 ecec ef20", "c8e5 ecec ef2c"), tmp_path / "second.mp4")

    assert (result.replaced, result.kept) == (("CC1",), ())
    assert [text for text, _, _ in by_ffmpeg(tmp_path / "second.mp4")] == ["Hello,Town", "All in favor\nsay Aye."]


def test_a_segmenter_hands_the_captions_on_to_hls(make_video: Video, scc: str, tmp_path: Path) -> None:
    embed_captions(make_video("meeting.mp4"), scc, tmp_path / "copy.mp4")
    run = ["ffmpeg", "-v", "error", "-i", "copy.mp4", "-c", "copy", "-hls_time", "2", "-hls_list_size", "0"]
    subprocess.run([*run, "-hls_flags", "single_file", "show.m3u8"], check=True, cwd=tmp_path, timeout=60)

    assert [text for text, _, _ in by_ffmpeg(tmp_path / "show.ts")] == ["Hello Town", "All in favor\nsay Aye."]


def test_captions_are_counted_from_the_first_picture_when_sound_begins_earlier(
    make_video: Video, scc: str, shown: Shown, tmp_path: Path
) -> None:
    video, late = make_video("meeting.mp4"), tmp_path_in(tmp_path, "late") / "late.mp4"
    run = ["ffmpeg", "-v", "error", "-itsoffset", "1.5", "-i", str(video), "-i", str(video)]
    subprocess.run([*run, "-map", "0:v", "-map", "1:a", "-c", "copy", str(late)], check=True, timeout=60)

    embed_captions(late, scc, tmp_path / "copy.mp4")

    assert by_our_reader(tmp_path / "copy.mp4") == shown
    assert start_times(tmp_path / "copy.mp4") == start_times(late) == {"video": "1.500000", "audio": "0.000000"}


def start_times(video: Path) -> dict[str, str]:
    run = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type,start_time", "-of", "csv=p=0", str(video)]
    lines = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout.split()
    return dict(line.split(",") for line in lines)


def test_pictures_of_changing_length_carry_captions_by_their_own_times(
    make_video: Video, scc: str, shown: Shown, tmp_path: Path
) -> None:
    thin = ("-vf", "select='lt(t,2)+not(mod(n,7))'", "-fps_mode", "vfr")
    video = make_video("webcam.mkv", rate="30", extra=thin)

    result = embed_captions(video, scc, tmp_path / "copy.mkv")

    assert (result.late_words, result.unsent_words) == (0, 0)
    seen = by_ffmpeg(tmp_path / "copy.mkv")
    assert [text for text, _, _ in seen] == [text for text, _, _ in shown]
    assert all(abs(on - wanted) < Fraction(7, 30) for (_, on, _), (_, wanted, _) in zip(seen, shown, strict=True))


def test_a_start_label_of_one_hour_is_taken_off(make_video: Video, scc: str, shown: Shown, tmp_path: Path) -> None:
    later = scc.replace("00:00:", "01:00:")

    embed_captions(make_video("meeting.mp4"), later, tmp_path / "copy.mp4", EmbedChoices(start_tc="01:00:00;00"))

    assert by_our_reader(tmp_path / "copy.mp4") == shown


def test_captions_before_the_start_label_are_refused(make_video: Video, scc: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        embed_captions(make_video("meeting.mp4"), scc, tmp_path / "copy.mp4", EmbedChoices(start_tc="01:00:00;00"))

    assert refusal.value.code == "captions_before_start"
    assert sorted(tmp_path.iterdir()) == []


def test_captions_that_all_lie_after_the_end_are_refused(make_video: Video, scc: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        embed_captions(make_video("meeting.mp4"), scc.replace("00:00:", "01:00:"), tmp_path / "copy.mp4")

    assert refusal.value.code == "captions_after_end"
    assert sorted(tmp_path.iterdir()) == []


def test_captions_after_the_end_of_the_video_are_counted(make_video: Video, scc: str, tmp_path: Path) -> None:
    result = embed_captions(make_video("meeting.mp4"), scc.replace("00:00:05;00", "00:05:05;00"), tmp_path / "copy.mp4")

    assert result.unsent_words == 2


def test_captions_after_the_end_of_the_video_are_named_as_their_file_counts(
    make_video: Video, scc: str, tmp_path: Path
) -> None:
    later = (
        scc.replace("00:00:0", "01:00:0").replace("01:00:03;25", "01:00:53;25").replace("01:00:05;00", "01:00:55;00")
    )

    result = embed_captions(make_video("meeting.mp4"), later, tmp_path / "copy.mp4", EmbedChoices("01:00:00;00"))

    assert [(one.code, one.timecode, "All in favor" in one.message) for one in result.findings] == [
        ("after_end", "01:00:53;25", True)
    ]


def test_captions_that_wait_for_a_picture_are_named(make_video: Video, scc: str, tmp_path: Path) -> None:
    still = ("-vf", "select='lt(t,1)+gt(t,4.5)'", "-fps_mode", "vfr")  # one picture stays for three and a half seconds
    video = make_video("still.mkv", rate="30", extra=still)

    result = embed_captions(video, scc, tmp_path / "copy.mkv")

    assert result.late_words > 0
    assert [(one.code, one.timecode, "'All in favor say Aye.'" in one.message) for one in result.findings] == [
        ("late", "00:00:03;25", True)
    ]


def test_a_damaged_recording_gets_its_captions_all_the_same(
    make_video: Video, scc: str, shown: Shown, tmp_path: Path
) -> None:
    whole = bytearray(make_video("meeting.ts").read_bytes())
    for packet in range(40_000 // 188 * 188, len(whole) - 188, 47 * 188):
        if not whole[packet + 1] & 0x40:  # no header of a picture: its content, not its time
            whole[packet + 100] ^= 0xFF
    damaged = tmp_path_in(tmp_path, "damaged") / "damaged.ts"
    damaged.write_bytes(whole)

    result = embed_captions(damaged, scc, tmp_path / "copy.ts")

    assert result.unsent_words == 0
    assert by_our_reader(tmp_path / "copy.ts") == shown


def test_a_timecode_track_stays(make_video: Video, scc: str, tmp_path: Path) -> None:
    video = make_video("labelled.mov", extra=("-timecode", "01:00:00;00"))

    result = embed_captions(video, scc, tmp_path / "copy.mov")

    assert result.left_out == ()
    assert timecode(tmp_path / "copy.mov") == timecode(video) == "01:00:00;00"


def timecode(video: Path) -> str:
    run = ["ffprobe", "-v", "error", "-select_streams", "d", "-show_entries", "stream_tags=timecode"]
    run += ["-of", "default=nk=1:nw=1", str(video)]
    return subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def test_what_stops_the_work_leaves_nothing_behind(make_video: Video, scc: str, tmp_path: Path) -> None:
    told: list[float] = []

    def cancel(done: float) -> None:
        told.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_captions(make_video("meeting.mp4"), scc, tmp_path / "copy.mp4", progress=cancel)

    assert told and sorted(tmp_path.iterdir()) == []


def test_progress_rises_to_the_end(make_video: Video, scc: str, tmp_path: Path) -> None:
    told: list[float] = []

    embed_captions(make_video("meeting.mp4"), scc, tmp_path / "copy.mp4", progress=told.append)

    assert told == sorted(told) and told[0] >= 0 and 0.7 < told[-1] <= 1


def test_a_copy_never_lies_beside_the_recording(make_video: Video, scc: str, tmp_path: Path) -> None:
    video = make_video("meeting.mp4")
    door = tmp_path / "door"
    door.symlink_to(video.parent)
    elsewhere = tmp_path / "link.mp4"
    elsewhere.symlink_to(video)

    for source, out in [(video, video.with_name("b.mp4")), (video, door / "b.mp4"), (elsewhere, tmp_path / "b.mp4")]:
        with pytest.raises(InvalidInput) as refusal:
            embed_captions(source, scc, out)
        assert refusal.value.code == "output_beside_source"


def test_a_file_that_is_there_stays_unless_overwriting_is_asked_for(
    make_video: Video, scc: str, tmp_path: Path
) -> None:
    out = tmp_path / "copy.mp4"
    out.write_bytes(b"precious")

    with pytest.raises(Conflict):
        embed_captions(make_video("meeting.mp4"), scc, out)
    assert out.read_bytes() == b"precious"

    embed_captions(make_video("meeting.mp4"), scc, out, EmbedChoices(overwrite=True))
    assert by_our_reader(out)


def test_what_cannot_be_done_is_said_in_a_sentence(make_video: Video, scc: str, tmp_path: Path) -> None:
    broken = tmp_path_in(tmp_path, "broken") / "broken.mp4"
    broken.write_bytes(b"not a video")
    playlist = broken.with_name("list.mp4")
    playlist.write_text("#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n")
    out = tmp_path_in(tmp_path, "out") / "copy.mp4"

    cases = [
        (make_video("meeting.webm", codec="libvpx"), out, Unusable, "codec_cannot_carry_captions"),
        (make_video("meeting.mp4", extra=("-vn",)), out, Unusable, "no_video_stream"),
        (make_video("meeting.mp4"), out.with_suffix(".mpg"), Unusable, "container_cannot_hold_video"),
        (make_video("meeting.mp4"), out.with_suffix(".gif"), InvalidInput, "container_unknown"),
        (make_video("meeting.mp4"), tmp_path / "nowhere" / "copy.mp4", InvalidInput, "output_folder_missing"),
        (broken, out, Unusable, "video_unreadable"),
        (playlist, out, Unusable, "video_unreadable"),
        (tmp_path / "nothing.mp4", out, NotFound, "video_not_found"),
    ]
    for video, where, kind, code in cases:
        with pytest.raises(kind) as refusal:
            embed_captions(video, scc, where)
        assert refusal.value.code == code
    assert sorted(out.parent.iterdir()) == []


def test_a_video_without_captions_says_so(make_video: Video) -> None:
    with pytest.raises(Unusable) as refusal:
        extract_captions(make_video("meeting.mp4"))

    assert refusal.value.code == "no_captions_in_video"
