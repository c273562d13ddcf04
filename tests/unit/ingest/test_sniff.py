"""What first bytes say about a file that cannot be opened."""

import pytest

from services.ingest.sniff import HEAD_BYTES, is_text, judge_unreadable
from services.ingest.verdicts import Growing, Rejected


@pytest.mark.parametrize(
    "head",
    [
        b"\0\0\0\x20ftypisom",
        *(b"\0\0\0\x08" + box for box in (b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")),
        *(name + b"\0\0\0\0AVI " for name in (b"RIFF", b"RF64", b"riff", b"fLaC", b"OggS", b"ID3")),
        b"\x1aE\xdf\xa3" + bytes(20),
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(20),
        b"\0\0\1\xba" + bytes(20),
        (b"G" + bytes(187)) * 3,
        (bytes(4) + b"G" + bytes(187)) * 3,
    ],
)
def test_a_known_beginning_is_an_unfinished_recording(head: bytes) -> None:
    assert isinstance(judge_unreadable(head), Growing)


def test_zeros_are_reserved_space() -> None:
    assert judge_unreadable(bytes(HEAD_BYTES)) == Growing("no_header", "The file has its space but no content yet.")


@pytest.mark.parametrize(
    "head",
    [
        b"<!DOCTYPE html>",
        b'{"error": "not found"}',
        ("é" * HEAD_BYTES).encode()[:HEAD_BYTES],
        "\ufeffAgenda".encode(),
        "Agenda".encode("utf-16"),
        "\ufeffAgenda".encode("utf-16-be"),
        b"Agenda\tof the\r\nmeeting\f",
        b"G" * 150,
    ],
)
def test_text_is_called_text(head: bytes) -> None:
    verdict = judge_unreadable(head)

    assert isinstance(verdict, Rejected)
    assert verdict.code == "not_media"


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (b"\x01" + b"a" * 50, True),
        (b"\x01" + b"a" * 49, False),
        (b"\x01\x02" + b"a" * 99, True),
        (b"\x01\x02" + b"a" * 98, False),
        ("\u00e9".encode()[:1], False),
        ("\ufeff".encode(), False),
        (b"a" + "\u00e9".encode()[:1], True),
        (b"\n" * 60, True),
        (b"", False),
    ],
)
def test_one_letter_of_fifty_may_be_odd_in_a_text(head: bytes, text: bool) -> None:
    assert is_text(head) is text


@pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"MZ\x90\0" + bytes(range(256)), b"\xff"])
def test_anything_else_is_a_damaged_or_foreign_file(head: bytes) -> None:
    verdict = judge_unreadable(head)

    assert isinstance(verdict, Rejected)
    assert verdict.code == "unreadable_header"


@pytest.mark.parametrize(
    ("head", "verdict", "code", "tells"),
    [
        (b"", Growing, "no_header", "no content yet"),
        (b"\0" * 4096, Growing, "no_header", "no content yet"),
        (b"\0\0\0\x20ftypisom", Growing, "index_missing", "still being written or was cut off"),
        (b"Agenda of the meeting\r\n", Rejected, "not_media", "Replace it or delete it"),
        (b"\x89\x01\x02\x03\xff\xfa\xc0" * 9, Rejected, "unreadable_header", "as MP4, MOV, MKV, AVI, WMV, MPEG, MP3"),
        (b"X" + b"\0" * 99, Rejected, "unreadable_header", "Export the recording again as MP4"),
    ],
)
def test_a_person_is_told_in_sentences_what_the_beginning_of_a_file_says(
    head: bytes, verdict: type[Growing | Rejected], code: str, tells: str
) -> None:
    found = judge_unreadable(head)

    assert (type(found), found.code) == (verdict, code)
    assert tells in found.reason
    assert found.reason.startswith("Th")
    assert found.reason.endswith(".")
