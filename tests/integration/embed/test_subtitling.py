"""Copies that show captions without a sidecar, made by the real ffmpeg."""

import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from threading import Event

import psutil
import pytest

from services.console.gateways.ffmpeg import run_ffmpeg
from services.console.gateways.subtitling import CopyOptions, burn_in, caption_track, soft_subtitle
from shared.captions import SccOptions, write_scc
from shared.captions.model import Cue
from shared.errors import Conflict, InvalidInput, Temporary, Unusable

Video = Callable[..., Path]
ROOT = Path(__file__).parents[3]

CUES = (
    Cue(Fraction(1), Fraction(3), (">> MAYOR: Item 4C,", "all in favor?")),
    Cue(Fraction(4), Fraction(5), ("Aye.",)),
)
HOSTILE = "it's: a 'test', [x]; %03d \\ $(touch y) & =.mp4"


def subtitles(video: Path) -> list[tuple[str, str, str]]:
    run = ["ffmpeg", "-v", "error", "-i", str(video), "-map", "0:s:0", "-f", "srt", "-"]
    answer = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout
    plain = re.sub(r"\{[^}]*\}|<[^>]*>", "", answer)
    return re.findall(r"(\S+) --> (\S+)\n(.*?)\n\n", plain + "\n", re.DOTALL)


def grey_picture(video: Path, at: str) -> bytes:
    run = ["ffmpeg", "-v", "error", "-ss", at, "-i", f"file:{video}", "-frames:v", "1", "-pix_fmt", "gray"]
    return subprocess.run([*run, "-f", "rawvideo", "-"], check=True, capture_output=True, timeout=60).stdout


def changed(video: Path, copy: Path, at: str) -> tuple[int, int]:
    """Pixels that differ clearly in the upper and in the lower half of the picture."""
    pairs = list(zip(grey_picture(video, at), grey_picture(copy, at), strict=True))
    middle = len(pairs) // 2
    far = [abs(old - new) > 60 for old, new in pairs]
    return sum(far[:middle]), sum(far[middle:])


def test_burned_in_captions_are_seen_at_the_bottom_while_they_last(make_video: Video, tmp_path: Path) -> None:
    video, copy = make_video("meeting.mp4", rate="25"), tmp_path / "copy.mp4"

    burn_in(video, CUES, copy)

    shown, gap = changed(video, copy, "2"), changed(video, copy, "3.5")
    assert shown[0] < 50 and shown[1] > 500
    assert max(gap) < 50


def test_a_hostile_name_is_only_a_name(make_video: Video, tmp_path: Path) -> None:
    copy = tmp_path / HOSTILE

    burn_in(make_video(HOSTILE, rate="25"), CUES, copy)

    assert [path.name for path in tmp_path.iterdir()] == [HOSTILE]
    assert changed(make_video(HOSTILE, rate="25"), copy, "2")[1] > 500


@pytest.mark.parametrize("ext", ["mp4", "mov", "mkv"])
def test_a_text_track_keeps_text_and_times(make_video: Video, tmp_path: Path, ext: str) -> None:
    copy = tmp_path / f"copy.{ext}"

    soft_subtitle(make_video("meeting.mp4"), CUES, copy)

    late = 23 if ext == "mkv" else 0  # ffmpeg moves everything behind the audio encoder's priming, captions too
    assert subtitles(copy) == [
        (f"00:00:01,{late:03}", f"00:00:03,{late:03}", ">> MAYOR: Item 4C,\nall in favor?"),
        (f"00:00:04,{late:03}", f"00:00:05,{late:03}", "Aye."),
    ]


def test_a_caption_track_in_quicktime_decodes_to_the_same_captions(make_video: Video, scc: str, tmp_path: Path) -> None:
    caption_track(make_video("meeting.mp4"), scc, tmp_path / "copy.mov")

    tracks = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "s",
        "-show_entries",
        "stream=codec_tag_string",
        "-of",
        "csv",
    ]
    answer = subprocess.run([*tracks, str(tmp_path / "copy.mov")], check=True, capture_output=True, text=True).stdout
    assert "c608" in answer
    assert subtitles(tmp_path / "copy.mov") == [
        ("00:00:01,693", "00:00:03,000", "Hello Town"),
        ("00:00:03,825", "00:00:05,000", "All in favor\nsay Aye."),
    ]


def test_captions_of_field_2_are_not_put_into_a_track_as_field_1(make_video: Video, tmp_path: Path) -> None:
    spanish = write_scc(CUES, SccOptions(channel="CC3")).text

    with pytest.raises(Unusable) as refusal:
        caption_track(make_video("meeting.mp4"), spanish, tmp_path / "copy.mov")

    assert refusal.value.code == "channel_not_in_track"
    assert list(tmp_path.iterdir()) == []


def test_captions_move_with_a_picture_that_begins_after_the_sound(make_video: Video, tmp_path: Path) -> None:
    video = make_video("meeting.mp4")
    (tmp_path / "late").mkdir()
    late = tmp_path / "late" / "late.mp4"
    run = ["ffmpeg", "-v", "error", "-itsoffset", "1.5", "-i", str(video), "-i", str(video)]
    subprocess.run([*run, "-map", "0:v", "-map", "1:a", "-c", "copy", str(late)], check=True, timeout=60)

    soft_subtitle(late, CUES, tmp_path / "copy.mp4")

    assert [on for on, _, _ in subtitles(tmp_path / "copy.mp4")] == ["00:00:02,500", "00:00:05,500"]


def test_progress_is_told(make_video: Video, tmp_path: Path) -> None:
    told: list[float] = []

    burn_in(make_video("meeting.mp4", rate="25"), CUES, tmp_path / "copy.mp4", run=CopyOptions(progress=told.append))

    assert told and told == sorted(told) and told[-1] > 0.9


def children_of_ours(word: str) -> list[str]:
    lines = (" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))
    return [line for line in lines if line.startswith("ffmpeg") and word in line]


def endless(tmp_path: Path) -> list[str]:
    return ["-re", "-f", "lavfi", "-i", "testsrc=size=64x64", "-f", "null", str(tmp_path / "never")]


def test_a_machine_without_ffmpeg_says_what_to_install(
    make_video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video("meeting.mp4", rate="25")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unusable, match="install the package ffmpeg"):
        burn_in(video, CUES, tmp_path / "copy.mp4")


def test_ffmpeg_is_ended_at_its_time_limit(tmp_path: Path) -> None:
    with pytest.raises(Temporary) as late:
        run_ffmpeg(endless(tmp_path), folder=tmp_path, length_s=1000, timeout_s=1)

    assert late.value.code == "ffmpeg_timeout"
    assert children_of_ours(str(tmp_path)) == []


def test_ffmpeg_is_ended_when_stopped_from_outside(tmp_path: Path) -> None:
    stop = Event()

    with pytest.raises(Conflict) as stopped:
        run_ffmpeg(
            endless(tmp_path), folder=tmp_path, length_s=1000, timeout_s=60, progress=lambda _: stop.set(), stop=stop
        )

    assert stopped.value.code == "stopped"
    assert children_of_ours(str(tmp_path)) == []


def test_ffmpeg_does_not_outlive_us(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from services.console.gateways.ffmpeg import run_ffmpeg

        endless = ["-re", "-f", "lavfi", "-i", "color=black", "-f", "null", "-"]
        tell = lambda share: print("runs", flush=True)
        run_ffmpeg(endless, folder=Path(sys.argv[1]), length_s=60, timeout_s=60, progress=tell)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        parent.stdout.readline()
        [child] = psutil.Process(parent.pid).children()

        parent.kill()
        parent.wait()

    gone, alive = psutil.wait_procs([child], timeout=5)
    for one in alive:
        one.kill()
    assert gone == [child]


def test_ffmpegs_own_words_are_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="No such file or directory"):
        run_ffmpeg(["-i", "nothing.mp4", "-f", "null", "-"], folder=tmp_path, length_s=1, timeout_s=10)


def test_what_stops_ffmpeg_leaves_nothing_behind(make_video: Video, tmp_path: Path) -> None:
    stop = Event()
    stop.set()

    with pytest.raises(Conflict):
        burn_in(make_video("meeting.mp4"), CUES, tmp_path / "copy.mp4", run=CopyOptions(stop=stop))

    assert list(tmp_path.iterdir()) == []


def test_copies_that_cannot_be_are_refused(make_video: Video, scc: str, tmp_path: Path) -> None:
    video = make_video("meeting.mp4")

    with pytest.raises(InvalidInput, match="own folder"):
        burn_in(video, CUES, video.with_name("copy.mp4"))
    with pytest.raises(Unusable, match="no text tracks"):
        soft_subtitle(video, CUES, tmp_path / "copy.ts")
    with pytest.raises(Unusable, match=r"\.mov"):
        caption_track(video, scc, tmp_path / "copy.mp4")
    with pytest.raises(Unusable, match="no captions"):
        burn_in(video, (), tmp_path / "copy.mp4")
    with pytest.raises(Unusable, match="no video"):
        burn_in(make_video("meeting.mp4", extra=("-vn",)), CUES, tmp_path / "copy.mp4")
