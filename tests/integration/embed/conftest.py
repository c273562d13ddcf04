"""Small real videos of many kinds, and the captions that go into them."""

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

# Two pop-on captions, each loaded ahead, shown at its EOC (942f) and taken off by EDM (942c).
SCC = """Scenarist_SCC V1.0

00:00:01;10\t9420 9420 94ae 94ae 9470 9470 c8e5 ecec ef20 54ef f76e

00:00:01;21\t942f 942f

00:00:03;00\t942c 942c

00:00:03;05\t9420 9420 94ae 94ae 9440 9440 c1ec ec20 e96e 20e6 6176 eff2 9470 9470 7361 7920 c179 e5ae

00:00:03;25\t942f 942f

00:00:05;00\t942c 942c
"""
SHOWN = [
    ("Hello Town", Fraction(51 * 1001, 30000), Fraction(90 * 1001, 30000)),
    ("All in favor\nsay Aye.", Fraction(115 * 1001, 30000), Fraction(150 * 1001, 30000)),
]
SECONDS = 6

H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-b_strategy", "0", "-g", "48", "-c:a", "aac"]
MPEG2 = ["-c:v", "mpeg2video", "-bf", "2", "-b:v", "1M", "-c:a", "mp2"]

MakeVideo = Callable[..., Path]


@pytest.fixture(scope="session")
def scc() -> str:
    return SCC


@pytest.fixture(scope="session")
def shown() -> list[tuple[str, Fraction, Fraction]]:
    """Text, on and off time of each caption, in seconds from the first picture."""
    return SHOWN


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> MakeVideo:
    """Make (once) a test picture with a tone: ``make_video("a.mp4", rate="25")``."""
    made: dict[tuple[object, ...], Path] = {}

    def make(name: str, *, rate: str = "30000/1001", codec: str = "h264", extra: tuple[str, ...] = ()) -> Path:
        key = (name, rate, codec, extra)
        if key not in made:
            path = tmp_path_factory.mktemp("recordings") / name
            picture = ["-f", "lavfi", "-i", f"testsrc=size=320x180:rate={rate}:duration={SECONDS}"]
            sound = ["-f", "lavfi", "-i", f"sine=duration={SECONDS}"]
            encoder = {"h264": H264, "mpeg2": MPEG2}.get(codec) or ["-c:v", codec]
            form = ["-f", "vob"] if path.suffix == ".mpg" else []
            flat = ["-pix_fmt", "yuv420p"]
            run = ["ffmpeg", "-v", "error", "-y", *picture, *sound, *encoder, *flat, *extra, *form, f"file:{path}"]
            subprocess.run(run, check=True, timeout=120)
            made[key] = path
        return made[key]

    return make
