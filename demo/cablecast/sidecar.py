"""Captions that lie beside a recording: where they are looked for, and what an SCC file shows when it is decoded."""

from dataclasses import dataclass
from pathlib import Path

from shared.captions import SccReading, parse, read_scc
from shared.captions.model import Severity

SIDECAR_EXTENSIONS = (".scc", ".mcc")
_PREROLL_FRAMES = 300
_FRAMES_PER_HOUR = 107_892
"""Of drop-frame labels (SMPTE ST 12-1); without drop frame an hour has 108 frames more, which changes nothing here."""


@dataclass(frozen=True, slots=True)
class ShownCue:
    """Text on the screen between two moments of the recording."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class SidecarReading:
    """What decoding a sidecar gave: cues, or the reason why there are none."""

    cues: tuple[ShownCue, ...] = ()
    refusal: str | None = None


def find_sidecar(recording: Path) -> Path | None:
    """The file with exactly the recording's base name and a caption extension in the same folder."""
    for extension in SIDECAR_EXTENSIONS:
        for spelling in (extension, extension.upper()):
            candidate = recording.with_name(recording.stem + spelling)
            if candidate.is_file():
                return candidate
    return None


def mark_of(path: Path) -> str:
    """Size and modification time as one word: a different word means different content."""
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"


def read_sidecar(path: Path) -> SidecarReading:
    """Decode a sidecar. What a real server makes of a broken file is unknown; here it gives no captions at all."""
    if path.suffix.lower() != ".scc":
        return SidecarReading(refusal="This simulator decodes SCC only.")
    text = path.read_bytes().decode("utf-8", errors="replace")
    reading = read_scc(text)
    for finding in reading.findings:
        if finding.severity is Severity.ERROR:
            where = f"line {finding.line}: " if finding.line else ""
            return SidecarReading(refusal=f"{where}{finding.message}")
    if not reading.cues:
        return SidecarReading(refusal="The file shows no captions.")
    return SidecarReading(_shown(read_scc(text, start_tc=_programme_start(reading))))


def _programme_start(reading: SccReading) -> str:
    """Label of the first frame: the full hour at which the labels begin, allowing for a caption loaded ahead of it."""
    first = parse(reading.first_label or "00:00:00:00")
    return f"{(first.frame + _PREROLL_FRAMES) // _FRAMES_PER_HOUR % 24:02d}:00:00:00"


def _shown(reading: SccReading) -> tuple[ShownCue, ...]:
    return tuple(
        ShownCue(max(0, round(cue.start * 1000)), max(0, round(cue.end * 1000)), cue.text) for cue in reading.cues
    )
