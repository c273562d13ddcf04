"""One error of the drive while a recording is decoded costs a wait; never the recording, nor half of its sound."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.transcriber.decoding.child_process import _sound
from services.transcriber.hearing.audio import DecodedAudio, duration_ms
from services.transcriber.hearing.proof import decode_proven
from shared.errors import Temporary, Unusable
from tests.injection import shim, tracing

SECONDS = 40
STALE, GONE, EARLY, INDEX, MIDDLE, ALL_AFTER = (
    "openat:error=ESTALE:when=1",
    "openat:error=ENOENT:when=1",
    "read:error=EIO:when=1",
    "read:error=EIO:when=3",
    "read:error=EIO:when=12",
    "read:error=EIO:when=12+",
)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same forty seconds in two containers that meet an error of the drive differently."""
    folder = tmp_path_factory.mktemp("recordings")
    picture = ["-f", "lavfi", "-i", f"testsrc2=size=320x240:rate=30:duration={SECONDS}"]
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={SECONDS}", "-c:v", "libx264", "-preset", "ultrafast"]
    for name in ("a.mp4", "a.mkv"):
        command = ["ffmpeg", "-v", "error", "-nostdin", *picture, *tone, "-c:a", "aac", str(folder / name)]
        subprocess.run(command, check=True, timeout=120)
    return folder


def decode(media: Path, out: Path) -> DecodedAudio | Temporary:
    try:
        return decode_proven(media, out, language="en")
    except Temporary as error:
        return error


@pytest.mark.parametrize("inject", [STALE, GONE, EARLY, INDEX, MIDDLE, ALL_AFTER])
@pytest.mark.parametrize("program", ["ffprobe", "ffmpeg"])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_one_error_of_the_drive_loses_neither_the_recording_nor_a_second_of_it(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, program: str, inject: str
) -> None:
    media, out = recordings / name, tmp_path / "audio.flac"
    shim(tmp_path / "bin", program, media, inject)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    first = decode(media, out)

    if isinstance(first, Temporary):
        assert first.outside
        assert not out.exists()
    again = decode(media, out) if isinstance(first, Temporary) else first
    assert isinstance(again, DecodedAudio)
    assert abs(again.duration_ms - SECONDS * 1000) < 100
    assert duration_ms(out) == again.duration_ms


@pytest.mark.parametrize("inject", [STALE, GONE, EARLY, INDEX, ALL_AFTER])
def test_a_drive_that_errs_for_every_program_is_waited_for(recordings: Path, tmp_path: Path, inject: str) -> None:
    """As when the service itself is traced: each process it starts meets the error, the one that proves too."""
    media, out = recordings / "a.mp4", tmp_path / "audio.flac"
    code = (
        "import sys; from pathlib import Path\n"
        "from services.transcriber.hearing.proof import decode_proven\n"
        "from shared.errors import Temporary\n"
        "try:\n"
        "    print(decode_proven(Path(sys.argv[1]), Path(sys.argv[2]), language='en'))\n"
        "except Temporary as error:\n"
        "    print(error.outside)\n"
    )
    command = [*tracing(media, inject), sys.executable, "-c", code, str(media), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)

    assert done.stdout == "True\n"
    assert not out.exists()


def test_a_recording_that_really_is_cut_off_is_captioned_as_far_as_it_goes(recordings: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mkv"
    whole = (recordings / "a.mkv").read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])

    found = decode(cut, tmp_path / "audio.flac")

    assert isinstance(found, DecodedAudio)
    assert 15_000 < found.duration_ms < 25_000


def test_bytes_that_are_wrong_are_still_the_recordings_fault(tmp_path: Path) -> None:
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(bytes(range(256)) * 1000)

    with pytest.raises(Unusable) as raised:
        decode_proven(noise, tmp_path / "audio.flac", language="en")

    assert raised.value.code == "media_unreadable"


def test_decoded_sound_that_cannot_be_read_back_is_work_storages_fault(tmp_path: Path) -> None:
    broken = tmp_path / "audio.flac"
    broken.write_bytes(b"fLaC no longer")

    with pytest.raises(Temporary) as raised:
        _sound(broken, 0, 1000)

    assert (raised.value.code, raised.value.outside) == ("work_storage_unreadable", True)
