"""Which of the caption files is the one that whoever wants captions is given."""

from enum import StrEnum


class OutputFormat(StrEnum):
    """All are written of every recording; one of them is the transcription's own."""

    SCC = "scc"
    VTT = "vtt"
    SRT = "srt"
    TXT = "txt"
    JSON = "json"
