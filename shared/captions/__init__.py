"""Captions as values: words become cues, cues become files, files become cues again.

Pure: nothing here opens a file, waits or logs, and nothing outside the standard library is imported.
"""

from shared.captions.scc_reader import SccReading, read_scc, words_by_frame
from shared.captions.timecode import FRAME_RATE, Labelling, Timecode, frame, label, labelling_for, parse

__all__ = [
    "FRAME_RATE",
    "Labelling",
    "SccReading",
    "Timecode",
    "frame",
    "label",
    "labelling_for",
    "parse",
    "read_scc",
    "words_by_frame",
]
