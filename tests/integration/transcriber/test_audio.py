# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""Decoding real files with the real ffmpeg."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.transcriber.hearing.audio import DecodeLimits, decode_to_flac, duration_ms, read_blocks, read_span
from shared.errors import RanShort, Temporary, Unusable

RATE = 16_000


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True, timeout=60)


@pytest.fixture
def clicks(tmp_path: Path) -> Callable[[int, list[float]], Path]:
    """Write a quiet wav of so many seconds with a 10 ms click at each given second."""

    def write(seconds: int, at: list[float]) -> Path:
        sound = np.random.default_rng(1).normal(0, 0.001, seconds * 48_000).astype(np.float32)
        for second in at:
            start = int(second * 48_000)
            sound[start : start + 480] = 0.8
        path = tmp_path / "clicks.wav"
        soundfile.write(path, sound, 48_000)
        return path

    return write


def loudest_ms(flac: Path) -> float:
    return float(np.argmax(np.abs(read_span(flac, 0, 1_000_000)))) * 1000 / RATE


def test_a_recording_becomes_mono_flac_at_16_khz_with_its_levels(clicks, tmp_path) -> None:
    out = tmp_path / "work" / "sound.flac"

    found = decode_to_flac(clicks(5, [2.0]), out)

    assert (found.duration_ms, found.container_ms, found.offset_ms) == (5000, 5000, 0)
    info = soundfile.info(out)
    assert (info.samplerate, info.channels, info.format) == (RATE, 1, "FLAC")
    assert duration_ms(out) == 5000
    assert -8 < found.levels.peak_dbfs <= 0
    assert found.levels.noise_dbfs is None  # nobody knows yet where anybody speaks
    assert abs(loudest_ms(out) - 2000) < 15
    assert [path.name for path in out.parent.iterdir()] == ["sound.flac"]


class _Ear:
    """Counts what is decoded."""

    def __init__(self) -> None:
        self.samples = 0

    def begin(self, stream_index: int) -> None:
        pass

    def feed(self, samples) -> None:
        self.samples += len(samples)


@pytest.mark.parametrize(("said", "decoded_s"), [("the container says it", 0), ("nobody says it", 24)])
def test_sound_that_is_longer_than_is_taken_is_decoded_no_further(tmp_path, said, decoded_s) -> None:
    """Hours of silence fit into some kilobytes; a stream that was written into a pipe does not say its length."""
    whole, media, out, ear = tmp_path / "whole.flac", tmp_path / "media.flac", tmp_path / "out.flac", _Ear()
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=600", str(whole))
    content = bytearray(whole.read_bytes())
    if said == "nobody says it":  # RFC 9639, 8.2: the number of samples is 36 bits, and 0 where it is not known
        content[21:26] = bytes([content[21] & 0xF0, 0, 0, 0, 0])
    media.write_bytes(content)

    with pytest.raises(Unusable, match="longer than 20 s") as refused:
        decode_to_flac(media, out, limits=DecodeLimits(refused_above_s=20), listener=ear)

    assert refused.value.code == "audio_too_long"
    assert ear.samples <= decoded_s * RATE
    assert not out.exists()


@pytest.mark.parametrize("container", ["mp4", "mkv", "mov", "ts", "avi", "wmv"])
def test_every_container_decodes_to_the_moment(clicks, tmp_path, container) -> None:
    media = tmp_path / f"meeting.{container}"
    ffmpeg(
        "-i", str(clicks(6, [4.0])), "-f", "lavfi", "-i", "testsrc=size=160x120:rate=30000/1001:duration=6",
        "-map", "1:v", "-map", "0:a", "-shortest", str(media),
    )  # fmt: skip

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert abs(found.duration_ms - 6000) < 120
    assert abs(loudest_ms(tmp_path / "a.flac") - 4000) < 60


@pytest.mark.parametrize(("itsoffset", "expected_ms"), [(1.5, 3500), (0.0, 2000)])
def test_audio_that_starts_after_the_picture_keeps_its_place_in_media_time(
    clicks, tmp_path, itsoffset, expected_ms
) -> None:
    media = tmp_path / "late.mkv"
    ffmpeg(
        "-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=8", "-itsoffset", str(itsoffset),
        "-i", str(clicks(4, [2.0])), "-map", "0:v", "-map", "1:a", "-c:a", "flac", str(media),
    )  # fmt: skip

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert abs(found.offset_ms - itsoffset * 1000) <= 45
    assert abs(loudest_ms(tmp_path / "a.flac") - expected_ms) < 45


def test_audio_that_starts_before_the_picture_is_trimmed_to_it(clicks, tmp_path) -> None:
    media = tmp_path / "early.mkv"
    ffmpeg(
        "-i", str(clicks(4, [2.0])), "-itsoffset", "1", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=4",
        "-map", "1:v", "-map", "0:a", "-c:a", "flac", str(media),
    )  # fmt: skip

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert abs(found.offset_ms + 1000) <= 45
    assert abs(loudest_ms(tmp_path / "a.flac") - 1000) < 45


def test_a_gap_in_the_timestamps_is_filled_with_silence(clicks, tmp_path) -> None:
    media = tmp_path / "gap.mkv"
    ffmpeg(
        "-i", str(clicks(8, [6.0])), "-af", "aselect='not(between(t,2,4))'", "-c:a", "pcm_s16le", str(media),
    )  # fmt: skip

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert abs(found.duration_ms - 8000) < 60
    assert abs(loudest_ms(tmp_path / "a.flac") - 6000) < 60
    assert float(np.abs(read_span(tmp_path / "a.flac", 2300, 3700)).max()) == 0.0


def test_a_broken_tail_costs_only_the_tail(clicks, tmp_path) -> None:
    whole = tmp_path / "whole.mp4"
    ffmpeg("-i", str(clicks(30, [3.0])), "-c:a", "aac", "-movflags", "+faststart", str(whole))
    broken = tmp_path / "broken.mp4"
    data = whole.read_bytes()
    broken.write_bytes(data[: len(data) * 2 // 3])

    found = decode_to_flac(broken, tmp_path / "a.flac")

    assert 15_000 < found.duration_ms < 22_000
    assert found.container_ms is not None
    assert abs(found.container_ms - 30_000) < 100


@pytest.mark.parametrize(
    ("container", "codecs"),
    [
        ("mp4", ("libx264", "aac")),
        ("mkv", ("libx264", "ac3")),
        ("ts", ("mpeg2video", "mp2")),
        ("ts", ("mpeg2video", "ac3")),
    ],
)
def test_sound_that_breaks_in_the_middle_is_placed(tmp_path, container, codecs) -> None:
    whole, broken = tmp_path / f"whole.{container}", tmp_path / f"broken.{container}"
    picture, sound = codecs
    sources = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=40", "-f", "lavfi", "-i"]
    ffmpeg(*sources, "anoisesrc=d=40:a=0.1:r=48000:seed=1", "-c:v", picture, "-c:a", sound, "-threads", "1", str(whole))
    content = bytearray(whole.read_bytes())
    half, much = len(content) // 2, len(content) // 10
    content[half : half + much] = np.random.default_rng(5).bytes(much)
    broken.write_bytes(content)

    good, found = (decode_to_flac(media, tmp_path / "a.flac") for media in (whole, broken))

    assert (good.complaint, good.complaints, good.broken) == (None, 0, ())
    assert found.duration_ms == pytest.approx(40_000, abs=100)
    (place,) = found.broken
    assert place.start_ms == pytest.approx(20_000, abs=2_000)
    assert 2_000 < place.length_ms < 8_000


NOISE = ["-f", "lavfi", "-i", "anoisesrc=d=40:a=0.1:r=48000:seed=1"]
PICTURE = ["-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=40", *NOISE, "-c:v", "mpeg4"]


def hurt(whole, broken, how) -> None:
    """A tenth of the file, from its middle on."""
    content = bytearray(whole.read_bytes())
    half, much = len(content) // 2, len(content) // 10
    content[half : half + much] = bytes(much) if how == "zeros" else np.random.default_rng(5).bytes(much)
    broken.write_bytes(content)


@pytest.mark.parametrize("how", ["zeros", "random"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp3", NOISE),
        ("vbr.mp3", [*NOISE, "-q:a", "2"]),
        ("a.aac", [*NOISE, "-c:a", "aac"]),
        ("a.ac3", [*NOISE, "-c:a", "ac3"]),
        ("mp3.avi", [*PICTURE, "-c:a", "libmp3lame"]),
        ("pcm.avi", [*PICTURE, "-c:a", "pcm_s16le"]),
        ("ac3.avi", [*PICTURE, "-c:a", "ac3"]),
    ],
)
def test_time_that_is_lost_where_only_bytes_are_counted_is_placed(tmp_path, name, options, how) -> None:
    whole, broken = tmp_path / name, tmp_path / f"broken-{name}"
    ffmpeg(*options, "-threads", "1", str(whole))
    hurt(whole, broken, how)

    good, found = (decode_to_flac(media, tmp_path / "out.flac") for media in (whole, broken))

    assert (good.broken, good.gone) == ((), ())
    assert found.duration_ms == pytest.approx(36_000, abs=500)
    (place,) = found.gone
    assert place.start_ms == pytest.approx(20_000, abs=1_500)
    assert place.length_ms == pytest.approx(good.duration_ms - found.duration_ms, abs=600)


@pytest.mark.parametrize(
    ("name", "how", "options"),
    [
        ("a.flac", "zeros", NOISE),
        ("a.flac", "random", NOISE),
        ("flac.mkv", "random", [*NOISE, "-c:a", "flac"]),
        ("mp3.mp4", "zeros", [*PICTURE, "-c:a", "libmp3lame"]),
        ("mp3.mp4", "random", [*PICTURE, "-c:a", "libmp3lame"]),
    ],
)
def test_sound_whose_loss_nobody_complains_of_is_placed(tmp_path, name, how, options) -> None:
    whole, broken = tmp_path / name, tmp_path / f"broken-{name}"
    ffmpeg(*options, "-threads", "1", str(whole))
    hurt(whole, broken, how)

    good, found = (decode_to_flac(media, tmp_path / "out.flac") for media in (whole, broken))

    assert (good.broken, good.gone) == ((), ())
    assert found.duration_ms == pytest.approx(40_000, abs=100)
    (place,) = found.broken
    assert place.start_ms == pytest.approx(20_000, abs=1_500)
    assert 3_000 < place.length_ms < 8_000


def test_wrong_bytes_in_flac_that_sound_like_sound_are_known_by_its_checksums(tmp_path) -> None:
    whole, broken = tmp_path / "a.flac", tmp_path / "broken.flac"
    ffmpeg(*NOISE, str(whole))
    content = bytearray(whole.read_bytes())
    for at in range(len(content) // 2, len(content) // 2 + 500_000, 12_000):
        content[at] ^= 0x55
    broken.write_bytes(content)

    found = decode_to_flac(broken, tmp_path / "out.flac")

    (place,) = found.broken
    assert place.start_ms == pytest.approx(20_000, abs=500)
    assert place.length_ms == pytest.approx(4_000, abs=500)


def test_a_recorders_pause_in_compressed_sound_is_no_damage(tmp_path) -> None:
    media = tmp_path / "pause.mkv"
    ffmpeg(*NOISE, "-af", "aselect='not(between(t,15,20))'", "-c:a", "libmp3lame", str(media))

    found = decode_to_flac(media, tmp_path / "out.flac")

    assert (found.broken, found.gone) == ((), ())


def test_wrong_bytes_of_bare_samples_cannot_be_known(tmp_path) -> None:
    whole, broken = tmp_path / "a.wav", tmp_path / "broken.wav"
    ffmpeg(*NOISE, str(whole))
    hurt(whole, broken, "random")

    found = decode_to_flac(broken, tmp_path / "out.flac")

    assert (found.duration_ms, found.complaints, found.broken, found.gone) == (40_000, 0, (), ())


def test_a_stream_that_begins_within_a_frame_is_whole(tmp_path) -> None:
    whole, cut = tmp_path / "whole.ts", tmp_path / "cut.ts"
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=d=20:a=0.1:r=48000:seed=1", "-c:a", "mp2", str(whole))
    cut.write_bytes(whole.read_bytes()[188 * 500 + 77 :])

    assert decode_to_flac(cut, tmp_path / "a.flac").broken == ()


def test_the_silent_track_is_passed_over_for_the_one_with_sound(clicks, tmp_path) -> None:
    media = tmp_path / "two.mkv"
    ffmpeg(
        "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo", "-i", str(clicks(4, [1.0])),
        "-map", "0:a", "-map", "1:a", "-t", "4", "-c:a", "flac", str(media),
    )  # fmt: skip

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert found.stream_index == 1
    assert found.levels.peak_dbfs > -10


def test_silence_alone_decodes_and_says_that_it_is_silent(tmp_path) -> None:
    media = tmp_path / "silent.wav"
    soundfile.write(media, np.zeros(RATE * 3), RATE)

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert found.levels.is_silent
    assert found.levels.silent_ratio == 1.0


@pytest.mark.parametrize(
    "wired", ["pan=stereo|c0=c0|c1=-1*c0", "pan=stereo|c0=0.5*c0|c1=-1*c0", "pan=stereo|c0=-1*c0|c1=0.9*c0"]
)
def test_channels_that_cancel_each_other_are_heard_as_one_of_them(clicks, tmp_path, wired) -> None:
    media = tmp_path / "antiphase.mp4"
    ffmpeg("-i", str(clicks(6, [2.0])), "-af", wired, "-b:a", "192k", str(media))

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert not found.levels.is_silent
    assert found.levels.peak_dbfs > -6
    assert abs(loudest_ms(tmp_path / "a.flac") - 2000) < 15
    assert found.cancelled_ms >= 250


@pytest.mark.parametrize("wired", ["pan=stereo|c0=c0|c1=c0", "pan=stereo|c0=c0", "pan=stereo|c0=c0|c1=0.5*c0"])
def test_channels_that_agree_or_are_alone_are_mixed_as_ever(clicks, tmp_path, wired) -> None:
    media = tmp_path / "stereo.wav"
    ffmpeg("-i", str(clicks(6, [2.0])), "-af", wired, str(media))
    ffmpeg("-i", str(media), "-ac", "1", "-ar", str(RATE), str(tmp_path / "mono.wav"))

    found = decode_to_flac(media, tmp_path / "a.flac")

    assert found.cancelled_ms == 0
    mono, _ = soundfile.read(tmp_path / "mono.wav", dtype="int16")
    ours, _ = soundfile.read(tmp_path / "a.flac", dtype="int16")
    assert len(ours) == len(mono)
    assert int(np.abs(ours.astype(int) - mono).max()) <= 2


def test_clipping_is_measured(tmp_path) -> None:
    media = tmp_path / "loud.wav"
    tone = np.clip(2.0 * np.sin(np.arange(RATE * 3) / 5), -1, 1)
    soundfile.write(media, tone, RATE)

    assert decode_to_flac(media, tmp_path / "a.flac").levels.clipped_ratio > 0.3


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("notes.mp4", b"These are the minutes of the meeting.\n" * 50, "media_unreadable"),
        ("empty.mp4", b"", "media_empty"),
        ("playlist.mp4", b"#EXTM3U\n#EXTINF:10,\n/etc/hostname\n#EXT-X-ENDLIST\n", "media_unreadable"),
        ("list.wav", b"ffconcat version 1.0\nfile 'clicks.wav'\n", "media_unreadable"),
    ],
)
def test_what_is_no_recording_is_refused_with_a_reason(tmp_path, name, content, code) -> None:
    media = tmp_path / name
    media.write_bytes(content)

    with pytest.raises(Unusable) as refused:
        decode_to_flac(media, tmp_path / "out" / "a.flac")

    assert refused.value.code == code
    assert list((tmp_path / "out").glob("*")) == []


def test_a_recording_without_audio_is_refused(tmp_path) -> None:
    media = tmp_path / "mute.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=160x120:rate=25:duration=1", str(media))

    with pytest.raises(Unusable) as refused:
        decode_to_flac(media, tmp_path / "a.flac")

    assert refused.value.code == "no_audio"


def test_a_stop_wish_ends_decoding_and_leaves_nothing_behind(clicks, tmp_path) -> None:
    with pytest.raises(Temporary) as stopped:
        decode_to_flac(clicks(4, []), tmp_path / "out" / "a.flac", should_stop=lambda: True)

    assert stopped.value.code == "stopped"
    assert list((tmp_path / "out").iterdir()) == []


def test_decoding_stops_at_the_longest_allowed_length(clicks, tmp_path) -> None:
    found = decode_to_flac(clicks(20, []), tmp_path / "a.flac", limits=DecodeLimits(max_duration_ms=5000))

    assert found.duration_ms == 5000


def test_spans_are_exact_to_the_sample(tmp_path) -> None:
    ramp = (np.arange(RATE * 4) % 30_000).astype(np.int16)
    soundfile.write(tmp_path / "ramp.flac", ramp, RATE)

    span = read_span(tmp_path / "ramp.flac", 1234, 2345)

    assert len(span) == 2345 * 16 - 1234 * 16
    assert round(float(span[0]) * 32768) == (1234 * 16) % 30_000
    assert len(read_span(tmp_path / "ramp.flac", 3500, 9000)) == 500 * 16
    assert len(read_span(tmp_path / "ramp.flac", 9000, 9100)) == 0
    assert sum(len(block) for block in read_blocks(tmp_path / "ramp.flac", 1000)) == RATE * 4


def test_time_that_runs_out_is_the_machines_and_leaves_nothing_behind(clicks, tmp_path) -> None:
    with pytest.raises(RanShort) as late:
        decode_to_flac(clicks(1, []), tmp_path / "work" / "a.flac", limits=DecodeLimits(timeout_s=0))

    assert (late.value.code, late.value.outside) == ("decode_timeout", True)
    assert list((tmp_path / "work").iterdir()) == []


def test_work_storage_that_cannot_be_made_is_named_in_a_sentence(clicks, tmp_path) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(Temporary) as refused:
        decode_to_flac(clicks(1, []), tmp_path / "file" / "work" / "a.flac")

    assert (refused.value.code, refused.value.outside) == ("work_storage_unwritable", True)
    assert f"{tmp_path / 'file' / 'work'} cannot be written (Not a directory)" in refused.value.message
