"""What the first bytes of a file that FFmpeg cannot open say about it: unfinished, or never media."""

import codecs

from services.ingest.verdicts import Growing, Rejected

HEAD_BYTES = 4096

_MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}
_SIGNATURES = (
    b"\x1aE\xdf\xa3",  # Matroska: EBML header
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # WMV: ASF header object
    b"RIFF",
    b"RF64",
    b"riff",  # Wave64
    b"fLaC",
    b"OggS",
    b"ID3",
    b"\x00\x00\x01\xba",  # MPEG program stream: pack header
)


def judge_unreadable(head: bytes) -> Growing | Rejected:
    """The verdict on a file that ffprobe refuses, from its first ``HEAD_BYTES`` bytes."""
    if not head.strip(b"\0"):
        return Growing("no_header", "The file has its space but no content yet.")
    if _is_media(head):
        return Growing("index_missing", "The file's index is missing: it is still being written or was cut off.")
    if is_text(head):
        return Rejected("not_media", "This is a text file with the name of a media file. Replace it or delete it.")
    return Rejected(
        "unreadable_header",
        "The beginning of the file is damaged, or it is of a kind we do not read. Export the recording again"
        " as MP4, MOV, MKV, AVI, WMV, MPEG, MP3, WAV, FLAC, M4A or OGG.",
    )


def _is_media(head: bytes) -> bool:
    # Transport packets: a sync byte every 188 bytes (MPEG-2 Part 1, 2.4.3.2), or every 192 with Blu-ray's prefix.
    is_transport = any(
        head[at : at + 1] == head[at + length : at + length + 1] == b"G" for at, length in ((0, 188), (4, 192))
    )
    return head[4:8] in _MP4_BOXES or head.startswith(_SIGNATURES) or is_transport


def is_text(head: bytes) -> bool:
    """Whether the first bytes are text, which no container begins with."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16 as Windows writes it
        return True
    try:
        # A character may be cut in two at the end of what was read; the incremental decoder waits for its rest.
        text = codecs.getincrementaldecoder("utf-8")().decode(head).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return False
    odd = sum(1 for character in text if not (character.isprintable() or character in "\t\r\n\f"))
    return bool(text) and odd * 50 < len(text)
