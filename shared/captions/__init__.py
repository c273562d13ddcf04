"""Captions as values: words become cues, cues become files, files become cues again.

Pure: nothing here opens a file, waits or logs, and nothing outside the standard library is imported.
"""

from shared.captions.check import ReadingLimits, check_scc, has_errors, is_captioned
from shared.captions.model import Align, Cue, Finding, Placement, Severity, Sound, SoundKind, Word
from shared.captions.scc import SccFile, SccOptions, write_scc
from shared.captions.scc_reader import SccReading, read_scc, words_by_frame
from shared.captions.timecode import FRAME_RATE, Labelling, Timecode, frame, label, labelling_for, parse

__all__ = [
    "FRAME_RATE",
    "Align",
    "Cue",
    "Finding",
    "Labelling",
    "Placement",
    "ReadingLimits",
    "SccFile",
    "SccOptions",
    "SccReading",
    "Severity",
    "Sound",
    "SoundKind",
    "Timecode",
    "Word",
    "check_scc",
    "frame",
    "has_errors",
    "is_captioned",
    "label",
    "labelling_for",
    "parse",
    "read_scc",
    "words_by_frame",
    "write_scc",
]
