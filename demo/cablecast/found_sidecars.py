"""Captions that lie beside a recording: where they are looked for, and what they show when they are decoded."""

from dataclasses import dataclass
from pathlib import Path

from shared.captions import Cue, Finding, Severity, cues_of_words, parse, read_mcc, read_scc

SIDECAR_EXTENSIONS = (".scc", ".mcc")
_PREROLL_FRAMES = 300
_DROP_FRAME_HOUR = 107_892
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
    text = path.read_bytes().decode("utf-8", errors="replace")
    cues, findings = _decode_mcc(text) if path.suffix.lower() == ".mcc" else _decode_scc(text)
    for finding in findings:
        if finding.severity is Severity.ERROR:
            where = f"line {finding.line}: " if finding.line else ""
            return SidecarReading(refusal=f"{where}{finding.message}")
    if not cues:
        return SidecarReading(refusal="The file shows no captions.")
    return SidecarReading(tuple(_shown(cue) for cue in cues))


def _decode_scc(text: str) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    reading = read_scc(text)
    first = parse(reading.first_label or "00:00:00:00").frame
    return read_scc(text, start_tc=f"{_starting_hour(first) % 24:02d}:00:00:00").cues, reading.findings


def _decode_mcc(text: str) -> tuple[tuple[Cue, ...], tuple[Finding, ...]]:
    reading = read_mcc(text)
    words = reading.field_1
    start = _starting_hour(words[0][0]) * (_DROP_FRAME_HOUR if reading.drop_frame else 108_000) if words else 0
    cues, findings = cues_of_words(words, start=start)
    return cues, reading.findings + findings


def _starting_hour(first_frame: int) -> int:
    """The full hour at which the labels begin, allowing for a caption that is loaded ahead of it."""
    return (first_frame + _PREROLL_FRAMES) // _DROP_FRAME_HOUR


def _shown(cue: Cue) -> ShownCue:
    return ShownCue(max(0, round(cue.start * 1000)), max(0, round(cue.end * 1000)), cue.text)
