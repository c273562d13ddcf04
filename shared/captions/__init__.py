"""Captions as values: words become cues, cues become files, files become cues again.

Pure: nothing here opens a file, waits or logs, and nothing outside the standard library is imported.
"""

from shared.captions.align import realign, retext, words_of
from shared.captions.cue_quality import check_cues, reading_speed
from shared.captions.cuelist import CueList, read_cue_list, write_cue_list
from shared.captions.encoding import decode
from shared.captions.linebreak import fit, wrap
from shared.captions.mcc import MccReading, read_mcc, write_mcc
from shared.captions.model import Align, Cue, Finding, Placement, Severity, Sound, SoundKind, Word
from shared.captions.profiles import PROFILES, Profile, profile
from shared.captions.scc import SccFile, SccOptions, write_scc
from shared.captions.scc_check import ReadingLimits, check_scc, has_errors, is_captioned
from shared.captions.scc_reader import SccReading, cues_of_words, read_scc, words_by_frame
from shared.captions.segment import segment
from shared.captions.srt import read_srt, write_srt
from shared.captions.timecode import FRAME_RATE, Labelling, Timecode, frame, label, labelling_for, parse, seconds
from shared.captions.transcript import write_text
from shared.captions.vtt import read_vtt, write_vtt

__all__ = [
    "FRAME_RATE",
    "PROFILES",
    "Align",
    "Cue",
    "CueList",
    "Finding",
    "Labelling",
    "MccReading",
    "Placement",
    "Profile",
    "ReadingLimits",
    "SccFile",
    "SccOptions",
    "SccReading",
    "Severity",
    "Sound",
    "SoundKind",
    "Timecode",
    "Word",
    "check_cues",
    "check_scc",
    "cues_of_words",
    "decode",
    "fit",
    "frame",
    "has_errors",
    "is_captioned",
    "label",
    "labelling_for",
    "parse",
    "profile",
    "read_cue_list",
    "read_mcc",
    "read_scc",
    "read_srt",
    "read_vtt",
    "reading_speed",
    "realign",
    "retext",
    "seconds",
    "segment",
    "words_by_frame",
    "words_of",
    "wrap",
    "write_cue_list",
    "write_mcc",
    "write_scc",
    "write_srt",
    "write_text",
    "write_vtt",
]
