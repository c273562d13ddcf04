"""The inspector against real files of every kind, good and bad."""

import asyncio
import os
import subprocess
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import psutil
import pytest

from services.ingest.gateways.ffprobe import FfprobeInspector
from services.ingest.verdicts import Growing, Rejected, Valid, Verdict
from shared.errors import NotFound, Temporary

Media = Callable[[str], Path]


async def inspect(path: Path, **limits: float) -> Verdict:
    inspector = FfprobeInspector(max_size_bytes=int(limits.pop("max_size_bytes", 10**10)), **limits)
    return await inspector.inspect(str(path), path.stat().st_size)


@pytest.mark.parametrize("kind", ["mp4", "mov", "mkv", "avi", "wmv", "ts", "mpg", "mp3", "wav", "flac", "m4a", "ogg"])
async def test_a_complete_recording_of_every_kind_is_valid(media: Media, kind: str) -> None:
    verdict = await inspect(media(f"meeting.{kind}"))

    assert isinstance(verdict, Valid)
    assert verdict.facts.container == kind
    assert abs(verdict.facts.duration_ms - 12_000) <= 120
    assert verdict.peak_db > -30


async def test_rate_and_timecode_of_the_picture_are_exact(media: Media) -> None:
    verdict = await inspect(media("meeting.mp4"))

    assert isinstance(verdict, Valid)
    assert verdict.facts.frame_rate == Fraction(30000, 1001)
    assert verdict.facts.timecode is not None
    assert verdict.facts.timecode.label == "01:00:00;00"
    assert verdict.facts.timecode.is_drop_frame


@pytest.mark.parametrize("kind", ["ts", "mpg", "avi", "wmv"])
async def test_an_average_rate_reads_as_the_broadcast_rate_it_means(media: Media, kind: str) -> None:
    verdict = await inspect(media(f"meeting.{kind}"))

    assert isinstance(verdict, Valid)
    assert verdict.facts.frame_rate == Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("meeting.mp4", "index_missing"),
        ("meeting.mov", "index_missing"),
        ("meeting.m4a", "index_missing"),
        ("faststart.mp4", "tail_missing"),
        ("meeting.mkv", "tail_missing"),
        ("meeting.flac", "tail_missing"),
        ("meeting.mp3", "tail_missing"),
    ],
)
async def test_a_file_whose_end_is_missing_may_still_be_growing(
    truncated: Callable[..., Path], name: str, code: str
) -> None:
    verdict = await inspect(truncated(name))

    assert isinstance(verdict, Growing)
    assert verdict.code == code


@pytest.mark.parametrize("name", ["meeting.ts", "meeting.mpg", "meeting.wav", "meeting.avi", "meeting.ogg"])
async def test_a_cut_container_that_stays_playable_is_valid_as_far_as_it_goes(
    truncated: Callable[..., Path], name: str
) -> None:
    verdict = await inspect(truncated(name))

    assert isinstance(verdict, Valid)
    assert 5_500 < verdict.facts.duration_ms < 8_000


async def test_a_file_with_its_space_reserved_but_its_end_unwritten_is_growing(media: Media, tmp_path: Path) -> None:
    whole = media("faststart.mp4").read_bytes()
    path = tmp_path / "copying.mp4"
    path.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))

    assert isinstance(await inspect(path), Growing)


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (bytes(20_000), "no_header")])
async def test_a_placeholder_is_growing(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "placeholder.mp4"
    path.write_bytes(content)

    verdict = await inspect(path)

    assert isinstance(verdict, Growing)
    assert verdict.code == code


@pytest.mark.parametrize("name", ["agenda.mp4", "agenda.wav", "agenda.ts", "agenda.mkv"])
async def test_a_text_file_with_a_recordings_name_is_rejected(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("Agenda of the city council: 1. Call to order. 2. Roll call – présents.\n" * 300)

    verdict = await inspect(path)

    assert isinstance(verdict, Rejected)
    assert verdict.code == "not_media"
    assert "text file" in verdict.reason


async def test_a_playlist_cannot_make_us_open_other_files(media: Media, tmp_path: Path) -> None:
    path = tmp_path / "meeting.mp4"
    path.write_text(f"ffconcat version 1.0\nfile '{media('meeting.mp4')}'\n")

    verdict = await inspect(path)

    assert isinstance(verdict, Rejected)
    assert verdict.code == "not_media"


@pytest.mark.parametrize("name", ["noise.mp4", "noise.mp3", "noise.ts", "noise.mkv"])
async def test_a_broken_header_is_rejected(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x9c\xff\x01\xfe" + bytes((n * 7919 + n // 256 * 104729) % 251 + 1 for n in range(50_000)))

    verdict = await inspect(path)

    assert isinstance(verdict, Rejected)
    assert verdict.code == "unreadable_header"


async def test_silence_from_beginning_to_end_is_rejected(media: Media) -> None:
    verdict = await inspect(media("silent.mp4"))

    assert isinstance(verdict, Rejected)
    assert verdict.code == "silent"


async def test_a_picture_without_sound_is_rejected(media: Media) -> None:
    verdict = await inspect(media("picture-only.mp4"))

    assert isinstance(verdict, Rejected)
    assert verdict.code == "no_audio"


async def test_the_track_on_which_something_is_heard_is_chosen(media: Media) -> None:
    verdict = await inspect(media("second-track.mkv"))

    assert isinstance(verdict, Valid)
    assert verdict.audio == verdict.facts.audio[1]


async def test_sound_that_ends_before_the_picture_is_no_damage(media: Media) -> None:
    verdict = await inspect(media("short-sound.mp4"))

    assert isinstance(verdict, Valid)


async def test_a_few_words_in_long_silence_are_found(tmp_path: Path) -> None:
    path = tmp_path / "mostly-silent.flac"
    burst = "sine=duration=600,volume='if(between(t,100,103),1,0)':eval=frame"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", burst, str(path)], check=True, timeout=60)

    assert isinstance(await inspect(path), Valid)


async def test_a_live_recording_without_a_length_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "live.mkv"
    tone = ["-f", "lavfi", "-i", "sine=duration=12", "-f", "matroska", "-"]
    with path.open("wb") as out:
        subprocess.run(["ffmpeg", "-v", "error", *tone], stdout=out, check=True, timeout=60)

    verdict = await inspect(path)

    assert isinstance(verdict, Valid)
    assert abs(verdict.facts.duration_ms - 12_000) <= 120


async def test_a_guessed_length_is_measured_instead(tmp_path: Path) -> None:
    path = tmp_path / "variable.mp3"
    speech_then_quiet = "sine=duration=60,apad=whole_dur=120"
    no_length = ["-q:a", "5", "-write_xing", "0", str(path)]
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", speech_then_quiet, *no_length]
    subprocess.run(command, check=True, timeout=60)

    verdict = await inspect(path)

    assert isinstance(verdict, Valid)
    assert abs(verdict.facts.duration_ms - 120_000) <= 120


async def test_a_file_above_the_limit_is_rejected(media: Media) -> None:
    verdict = await inspect(media("meeting.mp3"), max_size_bytes=1000)

    assert isinstance(verdict, Rejected)
    assert verdict.code == "too_large"


@pytest.mark.parametrize("name", ["-i.mp4", "http:evil.mp4", "two\nlines.mp4", "100%d.mp4", "w" * 240 + ".mp4"])
async def test_a_strange_name_is_only_a_name(media: Media, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(media("meeting.mp4").read_bytes())

    assert isinstance(await inspect(path), Valid)


async def test_a_name_that_is_not_utf_8_is_read_all_the_same(media: Media, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4"))
    path.write_bytes(media("meeting.mp4").read_bytes())

    assert isinstance(await inspect(path), Valid)


async def test_a_file_that_has_gone_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await FfprobeInspector(max_size_bytes=10**9).inspect(str(tmp_path / "gone.mp4"), 1000)


async def test_a_mount_that_never_answers_costs_the_deadline_and_leaves_no_process(tmp_path: Path) -> None:
    pipe = tmp_path / "hung.mp4"
    os.mkfifo(pipe)  # opening it waits for a writer that never comes, as a dead server would let us wait
    began = time.monotonic()

    with pytest.raises(Temporary) as raised:
        await FfprobeInspector(max_size_bytes=10**9, timeout_s=0.5).inspect(str(pipe), 1000)

    assert raised.value.code == "no_answer_in_time"
    assert time.monotonic() - began < 3
    await asyncio.sleep(0)
    commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert [command for command in commands if str(pipe) in command] == []
