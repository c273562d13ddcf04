"""Processor time and memory of putting captions into a video, beside a plain copy and beside a re-encode.

    python benchmarks/embedding.py [--minutes 10] [--encoded-minutes 1]

Makes a 720p29.97 H.264 recording with B-frames and captions at the pace of speech, runs each way in a process of its
own and prints a Markdown table. The re-encode is measured on a shorter part and scaled, because it takes so long.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FFMPEG = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
EMBED = """
import sys
from pathlib import Path
from services.console.gateways.embedding import embed_captions
print(embed_captions(Path(sys.argv[1]), Path(sys.argv[2]).read_text(), Path(sys.argv[3])))
"""
EXTRACT = """
import sys
from pathlib import Path
from services.console.gateways.extraction import extract_captions
print(len(extract_captions(Path(sys.argv[1]))), "characters of SCC")
"""
PLAIN_PICTURE = "testsrc2=size=1280x720:rate=30000/1001:duration=60,noise=alls=12:allf=t"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=int, default=10)
    options.add_argument("--encoded-minutes", type=int, default=1)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "out").mkdir()
        video, scc = make_recording(folder, asked.minutes), make_captions(folder, asked.minutes)
        size = video.stat().st_size / 1e6
        print(f"{asked.minutes} min of 1280x720 at 29.97, {size:.0f} MB\n")
        print("| way | processor s | MB/s | peak MB | captions inside |\n|---|---|---|---|---|")
        out = str(folder / "out" / "copy.mp4")
        python = [sys.executable, "-c"]
        rows = [
            ("embed, read back and verified", [*python, EMBED, str(video), str(scc), out], 1.0, True),
            ("extract", [*python, EXTRACT, out], 1.0, True),
            ("ffmpeg -c copy", [*FFMPEG, "-i", str(video), "-c", "copy", out], 1.0, False),
            *encodes(video, folder, asked.minutes, asked.encoded_minutes),
        ]
        for label, command, scale, inside in rows:
            seconds, peak = measure(command)
            seconds *= scale
            print(
                f"| {label} | {seconds:.1f} | {size / seconds:.0f} | {peak:.0f} | {'yes' if inside else 'no'} |",
                flush=True,
            )


def encodes(video: Path, folder: Path, minutes: int, part: int) -> list[tuple[str, list[str], float, bool]]:
    cut = [*FFMPEG, "-t", str(60 * part), "-i", str(video), "-c:a", "copy", "-c:v", "libx264"]
    out = str(folder / "out" / "encoded.mp4")
    scaled = f"(measured on {part} min)" if part != minutes else ""
    return [
        (f"libx264 -preset {preset} {scaled}".strip(), [*cut, "-preset", preset, out], minutes / part, False)
        for preset in ("veryfast", "medium")
    ]


def measure(command: list[str]) -> tuple[float, float]:
    """Processor seconds, which others on the machine leave alone, and peak resident megabytes of one process."""
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"failed: {command[:3]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def make_recording(folder: Path, minutes: int) -> Path:
    minute, video = folder / "minute.mp4", folder / "recording.mp4"
    encoder = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "7M", "-bf", "3", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    inputs = ["-f", "lavfi", "-i", PLAIN_PICTURE, "-f", "lavfi", "-i", "sine=duration=60"]
    subprocess.run([*FFMPEG, *inputs, *encoder, "-shortest", str(minute)], check=True)
    loop = ["-stream_loop", str(minutes - 1), "-i", str(minute), "-c", "copy", str(video)]
    subprocess.run([*FFMPEG, *loop], check=True)
    return video


def make_captions(folder: Path, minutes: int) -> Path:
    from shared.captions import Cue, write_scc

    rows = ("Motion by Council Member Ortiz,", "second by Council Member Lee.")
    cues = [Cue(Fraction(3 * n), Fraction(3 * n + 3), rows) for n in range(1, 20 * minutes - 1)]
    scc = folder / "recording.scc"
    scc.write_text(write_scc(cues).text)
    return scc


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
