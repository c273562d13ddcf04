"""MacCaption's .mcc: the same caption words, wrapped as caption distribution packets (SMPTE 334-2) in ancillary data.

A line holds one ANC packet of one frame: data identifiers 61 01, count, the packet, checksum; runs of common bytes are
single letters. We write CEA-608 words of field 1 or 2 in packets of 29.97 frames a second with 20 triplets and read any
packet that carries CEA-608, at every rate the format knows (``mcc_rate``). Native CEA-708 services are left alone:
televisions make them from these words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from shared.captions.codes import FILLER, Channel
from shared.captions.mcc_rate import MCC_RATES, MccRate
from shared.captions.model import Finding
from shared.captions.timecode import label
from shared.errors import InvalidInput

HEADER: Final = "File Format=MacCaption_MCC V1.0"

_LETTERS: Final = {
    **{chr(ord("G") + times - 1): "fa0000" * times for times in range(1, 10)},
    "P": "fb8080", "Q": "fc8080", "R": "fd8080", "S": "9669", "T": "6101", "U": "e1000000", "Z": "00",
}  # fmt: skip
_TO_LETTERS: Final = sorted(_LETTERS.items(), key=lambda item: -len(item[1]))
_LINE = re.compile(r"(\d\d:\d\d:\d\d[:;]\d\d(?:\.[01])?)(?:,\S*)?\t([0-9A-Za-z]{1,600})", re.ASCII)
"""A packet of ancillary data has at most 259 bytes; longer lines, whose letters would grow to gigabytes, are none."""
_DIGITS = re.compile(r"[0-9A-Fa-f]*", re.ASCII)

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
    """CEA-608 words found in an MCC file: (frame of 29.97 counted from label zero, word) for each field."""

    field_1: tuple[tuple[int, int], ...]
    field_2: tuple[tuple[int, int], ...]
    rate: MccRate
    findings: tuple[Finding, ...]

    @property
    def drop_frame(self) -> bool:
        """Whether drop-frame labels of 29.97 name the same moments as this file's labels."""
        return self.rate.is_clock

    def words(self, channel: Channel) -> tuple[tuple[int, int], ...]:
        """The words of the field in which a channel travels."""
        return self.field_1 if channel in ("CC1", "CC2") else self.field_2

    def start_frame(self, start_tc: str) -> int:
        """The frame of 29.97 at which the file's label ``start_tc`` stands, whatever its own separator is.

        Raises:
            InvalidInput: it is no label, or one that this file's counting leaves out.
        """
        return self.rate.nearest_slot(self.rate.frame(start_tc))


def read_mcc(text: str) -> MccReading:
    """Read the CEA-608 words of an MCC text; damaged lines cost themselves only and are told.

    Words keep their order and queue up one per 29.97 frame, whatever the rate of the pictures they came in.
    """
    findings: list[Finding] = []
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or not lines[0].startswith("File Format=MacCaption_MCC"):
        findings.append(Finding("header", f"The first line is not {HEADER!r}.", line=1))
    name = next((line.partition("=")[2].strip() for line in lines if line.startswith("Time Code Rate=")), "30DF")
    rate = MCC_RATES.get(name.upper())
    if rate is None:
        findings.append(Finding("rate", f"Time code rate {name:.20} is not one of {', '.join(MCC_RATES)}."))
        return MccReading((), (), MCC_RATES["30DF"], tuple(findings))
    reach = 1 if rate.is_aligned else 2
    fields = {_FIELD_1: _FieldWords(reach), _FIELD_2: _FieldWords(reach)}
    latest, is_timed = 0, False
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line.strip())
        if match is None:
            if line[:1].isdigit():
                findings.append(Finding("line_syntax", "This is no timecode, tab and packet.", line=number))
            continue
        try:
            packet = _packet(_unpacked(match[2]))
            if packet and not is_timed:
                rate, is_timed = rate.timed_by(packet[3] >> 4), True
            frame = rate.frame(match[1])
            if frame < latest - rate.frames_per_day // 2:
                frame += rate.frames_per_day  # midnight
            latest = max(latest, frame)
            for field in fields.values():
                field.begin(frame, rate.slot(frame))
            for kind, word in _caption_words(packet):
                fields[kind].take(word)
        except (InvalidInput, ValueError) as error:
            findings.append(Finding("packet", str(error), timecode=match[1], line=number))
    one, two = (tuple(field.words) for field in fields.values())
    return MccReading(one, two, rate, tuple(findings))


class _FieldWords:
    """The words of one field, put onto frames of 29.97."""

    def __init__(self, reach: int) -> None:
        self.words: list[tuple[int, int]] = []
        self._reach = reach
        """Frames of 29.97 after which a control code's copy may come. Where pictures do not keep step it can be two;
        left there, it would be no copy but act a second time."""
        self._frame = -1
        self._next = 0

    def begin(self, frame: int, slot: int) -> None:
        """A packet of picture ``frame`` comes, whose words begin at ``slot``."""
        self._next = slot if frame != self._frame else self._next
        self._frame = frame

    def take(self, word: int) -> None:
        slot, self._next = self._next, self._next + 1
        if word == FILLER:
            return
        if self.words:
            before, last = self.words[-1]
            is_copy = word == last and 0x10 <= word >> 8 & 0x7F < 0x20 and slot - before <= self._reach
            slot = before + 1 if is_copy else max(slot, before + 1)
        self.words.append((slot, word))


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


def _packet(ancillary: bytes) -> bytes:
    """The caption distribution packet in an ANC packet; nothing where it carries something else."""
    if ancillary[:2] != _ANC_CAPTIONS:
        return b""
    packet = ancillary[3 : 3 + ancillary[2]] if len(ancillary) > 2 else b""
    if packet[:2] != _CDP or len(packet) < 11 or packet[2] != len(packet):
        raise ValueError("The packet is no caption distribution packet, or is cut short.")
    if sum(packet) & 0xFF:
        raise ValueError("The packet's checksum is wrong.")
    return packet


def _caption_words(packet: bytes) -> Iterator[tuple[int, int]]:
    """The valid CEA-608 triplets of a caption distribution packet as (field marker, word)."""
    if not packet:
        return
    at = 7 + (5 if packet[4] & 0x80 else 0)
    if packet[at : at + 1] != b"\x72":
        return
    end = at + 2 + 3 * (packet[at + 1] & 0x1F)
    if end > len(packet):
        raise ValueError("The packet holds fewer caption words than it says.")
    for start in range(at + 2, end, 3):
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
    digits = "".join(_LETTERS.get(character, character) for character in packed)
    if len(digits) % 2 or not _DIGITS.fullmatch(digits):
        raise ValueError("The packet is not made of pairs of hexadecimal digits and letters from G to Z.")
    return bytes.fromhex(digits)
