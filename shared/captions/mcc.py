"""MacCaption's .mcc: the same caption words, wrapped as caption distribution packets (SMPTE 334-2) in ancillary data.

A line holds one ANC packet of one frame: data identifiers 61 01, count, the packet, checksum; runs of common bytes are
single letters. We write CEA-608 words of field 1 or 2 in packets of 29.97 frames a second with 20 triplets, and read
any packet that carries CEA-608. Native CEA-708 services are left alone: televisions make them from these words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from shared.captions.codes import FILLER
from shared.captions.model import Finding
from shared.captions.timecode import label, parse, unwrapped
from shared.errors import InvalidInput

HEADER: Final = "File Format=MacCaption_MCC V1.0"

_LETTERS: Final = {
    **{chr(ord("G") + times - 1): "fa0000" * times for times in range(1, 10)},
    "P": "fb8080", "Q": "fc8080", "R": "fd8080", "S": "9669", "T": "6101", "U": "e1000000", "Z": "00",
}  # fmt: skip
_TO_LETTERS: Final = sorted(_LETTERS.items(), key=lambda item: -len(item[1]))
_LINE = re.compile(r"(\d\d:\d\d:\d\d[:;]\d\d)(?:\.[01])?(?:,\S*)?\t([0-9A-Za-z]+)", re.ASCII)

_ANC_CAPTIONS: Final = b"\x61\x01"
_CDP: Final = b"\x96\x69"
_RATE_29_97: Final = 0x4F
_FLAGS: Final = 0x43
"""Caption data is there and active; no time code, no service information."""
_TRIPLETS: Final = 20
_EMPTY_708: Final = b"\xfa\x00\x00"
_FIELD_1, _FIELD_2 = 0xFC, 0xFD


def write_mcc(
    words: Iterable[tuple[int, int]], *, start_frame: int, drop_frame: bool, field: int = 1, created_at: datetime
) -> str:
    """MCC text of (frame, word) pairs in rising frames, frame 0 being ``start_frame`` (``words_by_frame`` of an SCC).

    Only frames that carry a word get a line. The same words always give the same identifier.
    """
    lines = []
    for sequence, (frame, word) in enumerate(words):
        stamp = label(start_frame + frame, drop_frame=drop_frame)
        lines.append(f"{stamp}\t{_packed(_ancillary(word, field, sequence & 0xFFFF))}")
    body = "\n".join(lines)
    head = [
        HEADER,
        "",
        f"UUID={str(uuid5(NAMESPACE_URL, body)).upper()}",
        "Creation Program=Archivist",
        f"Creation Date={created_at:%A, %B %d, %Y}",
        f"Creation Time={created_at:%H:%M:%S}",
        f"Time Code Rate={'30DF' if drop_frame else '30'}",
        "",
    ]
    return "\n".join([*head, body, ""])


@dataclass(frozen=True, slots=True)
class MccReading:
    """CEA-608 words found in an MCC file: (frame counted from label zero, word) for each field."""

    field_1: tuple[tuple[int, int], ...]
    field_2: tuple[tuple[int, int], ...]
    drop_frame: bool
    findings: tuple[Finding, ...]


def read_mcc(text: str) -> MccReading:
    """Read the CEA-608 words of an MCC text; damaged lines cost themselves only and are told.

    At 59.94 a frame's label repeats or its words come in pairs of packets; words queue up one per 29.97 frame.
    """
    findings: list[Finding] = []
    fields: dict[int, list[tuple[int, int]]] = {_FIELD_1: [], _FIELD_2: []}
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or not lines[0].startswith("File Format=MacCaption_MCC"):
        findings.append(Finding("header", f"The first line is not {HEADER!r}.", line=1))
    rate = next((line.partition("=")[2].strip() for line in lines if line.startswith("Time Code Rate=")), "30DF")
    if rate not in ("30", "30DF"):
        findings.append(Finding("rate", f"Time code rate {rate} is not read; only 30 and 30DF are."))
        return MccReading((), (), True, tuple(findings))
    drop_frame, latest = rate == "30DF", 0
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            if line[:1].isdigit():
                findings.append(Finding("line_syntax", "This is no timecode, tab and packet.", line=number))
            continue
        try:
            stamp = match[1][:-3] + (";" if drop_frame else ":") + match[1][-2:]
            frame = latest = unwrapped(parse(stamp).frame, latest, drop_frame=drop_frame)
            for kind, word in _caption_words(_unpacked(match[2])):
                if word != FILLER:
                    queue = fields[kind]
                    queue.append((max(frame, queue[-1][0] + 1) if queue else frame, word))
        except (InvalidInput, ValueError) as error:
            findings.append(Finding("packet", str(error), timecode=match[1], line=number))
    return MccReading(tuple(fields[_FIELD_1]), tuple(fields[_FIELD_2]), drop_frame, tuple(findings))


def _ancillary(word: int, field: int, sequence: int) -> bytes:
    """An ANC packet with one word; the other field carries filler, the rest is empty (SMPTE 334-2 section 5)."""
    ours, others = word.to_bytes(2, "big"), FILLER.to_bytes(2, "big")
    triplets = bytes([_FIELD_1]) + (ours if field == 1 else others)
    triplets += bytes([_FIELD_2]) + (ours if field == 2 else others)
    triplets += _EMPTY_708 * (_TRIPLETS - 2)
    count = sequence.to_bytes(2, "big")
    length = 7 + 2 + len(triplets) + 4
    packet = _CDP + bytes([length, _RATE_29_97, _FLAGS]) + count + bytes([0x72, 0xE0 | _TRIPLETS]) + triplets
    packet += b"\x74" + count
    packet += bytes([-sum(packet) & 0xFF])
    content = _ANC_CAPTIONS + bytes([len(packet)]) + packet
    return content + bytes([sum(content) & 0xFF])


def _caption_words(ancillary: bytes) -> Iterator[tuple[int, int]]:
    """The valid CEA-608 triplets of an ANC packet as (field marker, word)."""
    if ancillary[:2] != _ANC_CAPTIONS:
        return
    packet = ancillary[3 : 3 + ancillary[2]]
    if packet[:2] != _CDP or len(packet) < 11 or packet[2] != len(packet):
        raise ValueError("The packet is no caption distribution packet, or is cut short.")
    if sum(packet) & 0xFF:
        raise ValueError("The packet's checksum is wrong.")
    at = 7 + (5 if packet[4] & 0x80 else 0)
    if packet[at] != 0x72:
        return
    for start in range(at + 2, at + 2 + 3 * (packet[at + 1] & 0x1F), 3):
        marker = packet[start] | 0xF8
        if marker in (_FIELD_1, _FIELD_2):
            yield marker, packet[start + 1] << 8 | packet[start + 2]


def _packed(data: bytes) -> str:
    """Hexadecimal digits with letters for the common runs, none of which may begin in the middle of a byte."""
    text, at, out = data.hex(), 0, []
    while at < len(text):
        for letter, run in _TO_LETTERS:
            if text.startswith(run, at):
                out.append(letter)
                at += len(run)
                break
        else:
            out.append(text[at : at + 2].upper())
            at += 2
    return "".join(out)


def _unpacked(packed: str) -> bytes:
    return bytes.fromhex("".join(_LETTERS.get(character, character) for character in packed))
