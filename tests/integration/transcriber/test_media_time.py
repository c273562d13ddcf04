# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""Media time is counted from the first picture, whatever the container and whenever its sound begins."""

import re
import struct
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.console.gateways import picture_clock
from services.console.gateways.containers import opened
from services.transcriber.hearing.audio import DecodedAudio, decode_to_flac, read_span

RATE = 16_000
FRAME_MS = 40
BEEP_S = 3.0
"""Where the beep lies in the sound track, which is six seconds long."""
OFFSETS = (-0.5, 0, 0.5, 2, 30)
STARTS = (0, 1.4)
CONTAINERS = {
    "mp4": ("libx264", "aac"),
    "m4v": ("libx264", "aac"),
    "mov": ("libx264", "pcm_s16le"),
    "mkv": ("libx264", "pcm_s16le"),
    "avi": ("mpeg4", "pcm_s16le"),
    "wmv": ("wmv2", "wmav2"),
    "ts": ("mpeg2video", "mp2"),
    "mpg": ("mpeg2video", "mp2"),
    "mxf": ("mpeg2video", "pcm_s16le"),
}
WITHOUT_STARTS = ("avi", "mxf")
"""ffmpeg's writers put every track of these at the file's beginning, whatever was asked: so the files say it too."""


def ffmpeg(*arguments: str) -> str:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments]
    return subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """One track alone, encoded once: black pictures, or silence with the beep."""
    folder = tmp_path_factory.mktemp("tracks")
    time = np.arange(6 * 48_000) / 48_000
    beep = 0.5 * np.sin(2 * np.pi * 1000 * time) * ((time >= BEEP_S) & (time < BEEP_S + 0.2))
    soundfile.write(folder / "beep.wav", beep, 48_000, subtype="PCM_16")

    def made(codec: str) -> Path:
        path = folder / f"{codec}.{'asf' if codec == 'wmav2' else 'mkv'}"  # which keep what the codec needs
        if path.exists():
            return path
        picture = ["-f", "lavfi", "-i", "color=black:size=64x64:rate=25:duration=36", "-c:v", codec, "-g", "12"]
        fast = ["-preset", "ultrafast"] if codec == "libx264" else []
        is_sound = codec in {sound for _, sound in CONTAINERS.values()}
        source = ["-i", str(folder / "beep.wav"), "-c:a", codec] if is_sound else [*picture, *fast]
        ffmpeg(*source, *([] if is_sound else ["-pix_fmt", "yuv420p"]), "-threads", "1", str(path))
        return path

    return made


@pytest.fixture(scope="module")
def lies_at_s(track: Callable[[str], Path]) -> Callable[[str], float]:
    """Where the beep lies in a container's sound track: some encoders add a delay that nothing tells."""
    return cache(lambda container: beep_s(track(CONTAINERS[container][1])))


@pytest.fixture
def recording(track: Callable[[str], Path], tmp_path: Path) -> Callable[..., Path]:
    """Pictures from ``start`` on, and the sound ``offset`` later."""

    def mux(container: str, offset: float, start: float, *more: str) -> Path:
        picture, sound = CONTAINERS[container]
        path = tmp_path / f"meeting.{container}"
        form = ["-f", "mp4"] if container == "m4v" else []
        shown = ["-itsoffset", str(start), "-t", str(max(0, offset) + 6), "-i", str(track(picture))]
        heard = ["-itsoffset", str(start + offset), "-i", str(track(sound))]
        ffmpeg(*shown, *heard, "-map", "0:v", "-map", "1:a", "-c", "copy", "-copyts", *more, *form, str(path))
        return path

    return mux


def first_picture_s(media: Path) -> float:
    """On the file's own clock, by decoding."""
    frames = ["-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time", "-of", "csv=p=0"]
    command = ["ffprobe", "-v", "error", *frames, "-read_intervals", "%+#40", str(media)]
    answer = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True).stdout
    times = [line.split(",")[0] for line in answer.splitlines()]
    return min(float(time) for time in times if time[:1].isdigit())


def beep_s(media: Path) -> float:
    """On the file's own clock, by ffmpeg's measurements of 5 ms each."""
    measured = "asetnsamples=240,astats=metadata=1:reset=1:measure_overall=RMS_level:measure_perchannel=none"
    filters = ["-map", "0:a:0", "-af", f"{measured},ametadata=print:file=-", "-f", "null", "-"]
    answer = ffmpeg("-copyts", "-i", str(media), *filters)
    loud = re.findall(r"pts_time:(\S+)\nlavfi.astats.Overall.RMS_level=-(\d+)", answer)
    return next(float(time) for time, below in loud if int(below) < 20)


def heard_ms(flac: Path) -> int:
    """Where the beep begins in decoded sound."""
    return int(np.argmax(np.abs(read_span(flac, 0, 100_000)) > 0.2)) * 1000 // RATE


def integrity(found: DecodedAudio) -> float:
    """Decoded share of what the file promises for its sound."""
    assert found.container_ms
    return found.duration_ms / found.container_ms


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("container", CONTAINERS)
def test_sound_is_timed_from_the_first_picture(recording, lies_at_s, tmp_path, container, offset, start) -> None:
    media = recording(container, offset, start)
    later_s = 0 if container in WITHOUT_STARTS else offset

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert heard_ms(tmp_path / "a.flac") == pytest.approx((lies_at_s(container) + later_s) * 1000, abs=FRAME_MS)
    assert found.offset_ms == pytest.approx(later_s * 1000, abs=FRAME_MS)
    # Sound that ends before the pictures do is whole.
    assert integrity(found) > 0.99


@pytest.mark.parametrize(
    ("container", "offset"),
    [(one, 2) for one in CONTAINERS if one not in WITHOUT_STARTS]
    + [(one, each) for one in WITHOUT_STARTS for each in OFFSETS],
)
def test_the_files_of_this_table_say_what_it_expects(recording, lies_at_s, container, offset) -> None:
    media = recording(container, offset, 1.4)
    later_s = 0 if container in WITHOUT_STARTS else offset

    assert beep_s(media) - first_picture_s(media) == pytest.approx(lies_at_s(container) + later_s, abs=0.03)


def test_an_avi_can_say_in_its_header_that_its_sound_begins_later(recording, tmp_path) -> None:
    """ffmpeg reads that field (dwStart, in samples) and never writes it; capture programs do."""
    content = bytearray(recording("avi", 0, 0).read_bytes())
    struct.pack_into("<I", content, content.index(b"auds") + 28, 2 * 48_000)
    media = tmp_path / "captured.avi"
    media.write_bytes(content)

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert heard_ms(tmp_path / "a.flac") == pytest.approx((BEEP_S + 2) * 1000, abs=FRAME_MS)
    assert found.offset_ms == 2000


@pytest.mark.parametrize("picture_s", [6, 9, 12])
@pytest.mark.parametrize("codec", ["libmp3lame", "ac3", "aac", "mp2", "pcm_s16le"])
def test_an_avi_whose_sound_was_to_begin_later_lacks_none_of_it(track, tmp_path, codec, picture_s) -> None:
    """ffmpeg's writer puts the sound at the beginning, and counts the delay in the length that it writes down."""
    media = tmp_path / "late.avi"
    shown = ["-t", str(picture_s), "-i", str(track("mpeg4"))]
    heard = ["-itsoffset", "3", "-i", str(track("pcm_s16le"))]
    ffmpeg(*shown, *heard, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", codec, str(media))

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert integrity(found) > 0.99
    assert heard_ms(tmp_path / "a.flac") == pytest.approx(BEEP_S * 1000, abs=100)  # some encoders add a delay


@pytest.mark.parametrize("container", ["ts", "mkv", "mp4"])
def test_another_track_that_begins_earlier_moves_nothing(recording, track, lies_at_s, tmp_path, container) -> None:
    """ffmpeg starts the clock of a transport stream at the first stream that it is asked for."""
    late = recording(container, 2, 0)
    media = tmp_path / f"two-tracks.{container}"
    also = ["-itsoffset", "-1", "-i", str(track(CONTAINERS[container][1])), "-map", "1:a", "-map", "0:a"]
    ffmpeg("-i", str(late), *also, "-map", "0:v", "-c", "copy", "-metadata:s:a:0", "language=fra", str(media))

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert found.stream_index == 1
    assert heard_ms(tmp_path / "a.flac") == pytest.approx((lies_at_s(container) + 2) * 1000, abs=FRAME_MS)


@pytest.fixture
def cut_from_a_stream(recording: Callable[..., Path], tmp_path: Path) -> Path:
    """A transport stream that begins between two key pictures, with pictures that have nothing to stand on."""
    whole = recording("ts", 0, 0)
    packets = [whole.read_bytes()[at : at + 188] for at in range(0, whole.stat().st_size, 188)]
    pictures = [n for n, packet in enumerate(packets) if packet[1] & 0x5F == 0x41 and packet[2] == 0x00]
    path = tmp_path / "cut.ts"
    path.write_bytes(b"".join([*packets[:3], *packets[pictures[16] :]]))
    return path


def test_a_recording_cut_from_a_stream_begins_with_its_first_whole_picture(cut_from_a_stream, tmp_path) -> None:
    decode_to_flac(cut_from_a_stream, tmp_path / "a.flac")

    expected_s = beep_s(cut_from_a_stream) - first_picture_s(cut_from_a_stream)
    assert expected_s < BEEP_S - 0.5
    assert heard_ms(tmp_path / "a.flac") == pytest.approx(expected_s * 1000, abs=FRAME_MS)


def test_captions_in_pictures_are_counted_from_the_same_picture(cut_from_a_stream, recording) -> None:
    for media in (cut_from_a_stream, recording("ts", -0.5, 1.4), recording("mkv", 30, 1.4), recording("mp4", 2, 1.4)):
        with opened(media) as source:
            found = picture_clock.first_picture_s(source, source.streams.video[0])

        assert float(found) == pytest.approx(first_picture_s(media), abs=0.001)


@pytest.mark.parametrize(
    ("ending", "codec"), [("wav", "pcm_s16le"), ("m4a", "aac"), ("ts", "mp2"), ("mka", "pcm_s16le")]
)
def test_sound_alone_is_timed_from_its_first_sample(track, lies_at_s, tmp_path, ending, codec) -> None:
    media = tmp_path / f"radio.{ending}"
    ffmpeg("-itsoffset", "5", "-i", str(track(codec)), "-c", "copy", str(media))
    container = next(one for one, (_, sound) in CONTAINERS.items() if sound == codec)

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert heard_ms(tmp_path / "a.flac") == pytest.approx(lies_at_s(container) * 1000, abs=FRAME_MS)
    assert found.offset_ms == 0
    assert integrity(found) > 0.99


def test_a_file_that_was_cut_off_still_promises_the_rest(recording, tmp_path) -> None:
    whole = recording("mp4", 0, 0, "-movflags", "+faststart")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    assert integrity(decode_to_flac(cut, tmp_path / "a.flac")) < 0.9
