"""Captions inside compressed pictures: ATSC A/53 ``cc_data`` in H.264 SEI messages and in MPEG-2 user data.

One picture carries its CEA-608 pairs as triplets (ATSC A/53 Part 4, 6.2.3; CTA-708 4.3). The same bytes ride in an SEI
message ``user_data_registered_itu_t_t35`` of H.264 (ITU-T H.264 D.1.6) and in ``user_data`` of an MPEG-2 picture
(ISO/IEC 13818-2, 6.2.2.2). Everything else in the picture is handed on byte for byte.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

NULL_WORD = 0x8080
"""What a field sends when it has nothing to say: two null bytes with odd parity."""

MAX_TRIPLETS = 31
"""``cc_count`` has five bits."""

_ATSC_CAPTIONS = b"GA94\x03"
_T35_PREFIX = b"\xb5\x00\x31"  # United States, ATSC
_SEI_REGISTERED_USER_DATA = 4
_NAL_SEI = 6
_FIELD_1, _FIELD_2, _PADDING = b"\xfc", b"\xfd", b"\xfa\x00\x00"
_START_CODE = b"\x00\x00\x01"
_PICTURE, _USER_DATA, _EXTENSION = 0x00, 0xB2, 0xB5
_PICTURE_CODING_EXTENSION = 8


@dataclass(frozen=True, slots=True)
class Carried:
    """The captions that one picture carries."""

    field_1: tuple[int, ...] = ()
    field_2: tuple[int, ...] = ()
    dtvcc: tuple[bytes, ...] = ()
    """CEA-708 triplets as they were, in their order."""

    def field(self, number: int) -> tuple[int, ...]:
        """The words of field 1 or 2."""
        return self.field_2 if number == 2 else self.field_1


def carried(pieces: Iterable[bytes]) -> Carried:
    """The valid triplets in the ``GA94`` user data of one picture, sorted by where they belong."""
    return _sorted(one for data in pieces for one in _triplets(data))


def carried_by_track(sample: bytes) -> Carried:
    """The same for a sample of a caption track (``c608``), as FFmpeg hands it out: triplets and nothing else."""
    return _sorted(one for at in range(0, len(sample) - 2, 3) if (one := sample[at : at + 3])[0] & 0x04)


def _sorted(triplets: Iterable[bytes]) -> Carried:
    fields: tuple[list[int], list[int]] = ([], [])
    dtvcc: list[bytes] = []
    for one in triplets:
        kind = one[0] & 0x03
        if kind < 2:
            fields[kind].append(int.from_bytes(one[1:]))
        else:
            dtvcc.append(one)
    return Carried(tuple(fields[0]), tuple(fields[1]), tuple(dtvcc))


def user_data(
    field_1: Sequence[int], field_2: Sequence[int] = (), *, dtvcc: Sequence[bytes] = (), triplets: int = 0
) -> bytes:
    """``GA94`` user data with these words, padded to ``triplets`` triplets as CTA-708 asks of a fixed picture rate.

    Raises ValueError for more words than one picture can carry.
    """
    pairs = [_FIELD_1 + word.to_bytes(2) for word in field_1] + [_FIELD_2 + word.to_bytes(2) for word in field_2]
    pairs += dtvcc  # behind CEA-608, as CTA-708 4.4 orders them
    if len(pairs) > MAX_TRIPLETS:
        raise ValueError(f"one picture carries at most {MAX_TRIPLETS} caption pairs, not {len(pairs)}")
    pairs += [_PADDING] * (min(triplets, MAX_TRIPLETS) - len(pairs))
    return _ATSC_CAPTIONS + bytes((0xC0 | len(pairs), 0xFF)) + b"".join(pairs) + b"\xff"


def words_of(data: bytes, field: int = 1) -> list[int]:
    """The valid 608 words of one field in ``GA94`` user data; none when the data is something else or cut short."""
    return list(carried([data]).field(field))


def _triplets(data: bytes) -> list[bytes]:
    """The valid ones, three bytes each."""
    if not data.startswith(_ATSC_CAPTIONS) or len(data) < 7 or not data[5] & 0x40:
        return []
    found = (data[at : at + 3] for at in range(7, 7 + 3 * (data[5] & 0x1F), 3))
    return [one for one in found if len(one) == 3 and one[0] & 0x04]


def escape(payload: bytes) -> bytes:
    """Put emulation prevention bytes in, so that no start code appears inside a NAL unit (H.264 7.4.1)."""
    return re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", payload)


def unescape(payload: bytes) -> bytes:
    """Take emulation prevention bytes out."""
    return payload.replace(b"\x00\x00\x03", b"\x00\x00")


@dataclass(frozen=True, slots=True)
class H264:
    """How one H.264 stream frames its NAL units, and where captions go in it."""

    length_size: int | None
    """Bytes of the length before each unit (MP4, MOV, Matroska); None for Annex B start codes (transport streams)."""

    @classmethod
    def of(cls, extradata: bytes | None) -> "H264":
        """Read the framing off the decoder configuration (ISO/IEC 14496-15, 5.3.3.1)."""
        if extradata and len(extradata) > 6 and extradata[0] == 1:
            return cls((extradata[4] & 3) + 1)
        return cls(None)

    def with_captions(self, access_unit: bytes, data: bytes) -> bytes:
        """The access unit with ``data`` before its first coded slice, in place of captions already there."""
        parts: list[bytes] = []
        waiting = self._framed(_sei_unit(data))
        for start, begin, end in self._units(access_unit):
            kind = access_unit[begin] & 0x1F if begin < end else 0
            if waiting and 1 <= kind <= 5:
                parts.append(waiting)
                waiting = b""
            unit = access_unit[begin:end]
            kept = _without_captions(unit) if kind == _NAL_SEI and _T35_PREFIX[:1] in unit else unit
            if kept is unit:
                parts.append(access_unit[start:end])
            elif kept:
                parts.append(self._framed(kept))
        return b"".join(parts)

    def captions(self, access_unit: bytes) -> list[bytes]:
        """Every piece of ``GA94`` user data in the access unit, in order."""
        return [
            payload[3:]
            for _, begin, end in self._units(access_unit)
            if begin < end and access_unit[begin] & 0x1F == _NAL_SEI
            for kind, payload in _messages(access_unit[begin:end])
            if _is_caption_message(kind, payload)
        ]

    def _framed(self, unit: bytes) -> bytes:
        if self.length_size is None:
            return b"\x00" + _START_CODE + unit
        return len(unit).to_bytes(self.length_size) + unit

    def _units(self, access_unit: bytes) -> Iterator[tuple[int, int, int]]:
        """Each unit as (start of its framing, first byte, end); together they cover the whole access unit."""
        if self.length_size is None:
            yield from _annex_b_units(access_unit)
            return
        at = 0
        while at + self.length_size <= len(access_unit):
            begin = at + self.length_size
            end = min(begin + int.from_bytes(access_unit[at:begin]), len(access_unit))
            yield at, begin, end
            at = end
        if at < len(access_unit):
            yield at, len(access_unit), len(access_unit)


def _annex_b_units(access_unit: bytes) -> Iterator[tuple[int, int, int]]:
    code = access_unit.find(_START_CODE)
    start = 0  # leading zero bytes belong to the framing
    if code < 0:
        yield 0, len(access_unit), len(access_unit)
    while code >= 0:
        following = access_unit.find(_START_CODE, code + 3)
        end = len(access_unit) if following < 0 else following
        if following > 0 and access_unit[end - 1] == 0 and end - 1 > code + 3:
            end -= 1  # the four-byte form of the next start code
        yield start, code + 3, end
        start, code = end, following


def _sei_unit(data: bytes) -> bytes:
    return _sei([(_SEI_REGISTERED_USER_DATA, _T35_PREFIX + data)])


def _sei(messages: Sequence[tuple[int, bytes]]) -> bytes:
    body = b"".join(_coded(kind) + _coded(len(payload)) + payload for kind, payload in messages)
    return bytes((_NAL_SEI,)) + escape(body + b"\x80")


def _coded(value: int) -> bytes:
    return b"\xff" * (value // 255) + bytes((value % 255,))


def _messages(unit: bytes) -> list[tuple[int, bytes]]:
    body = unescape(unit[1:]).rstrip(b"\x00")
    messages, at = [], 0
    while at + 2 < len(body):  # more than the stop bit is left
        kind, at = _decoded(body, at)
        size, at = _decoded(body, at)
        messages.append((kind, body[at : at + size]))
        at += size
    return messages


def _decoded(body: bytes, at: int) -> tuple[int, int]:
    value = 0
    while at < len(body) and body[at] == 0xFF:
        value += 255
        at += 1
    return (value + body[at], at + 1) if at < len(body) else (value, at)


def _is_caption_message(kind: int, payload: bytes) -> bool:
    return kind == _SEI_REGISTERED_USER_DATA and payload.startswith(_T35_PREFIX + _ATSC_CAPTIONS)


def _without_captions(unit: bytes) -> bytes:
    """The SEI unit less its captions: itself when it has none, nothing when it has nothing else."""
    messages = _messages(unit)
    kept = [message for message in messages if not _is_caption_message(*message)]
    if len(kept) == len(messages):
        return unit
    return _sei(kept) if kept else b""


class Mpeg2:
    """Where captions go in an MPEG-2 picture: user data after the picture header and its coding extension.

    The bytes of ``cc_data`` can never form a start code, so they need no escaping.
    """

    def with_captions(self, access_unit: bytes, data: bytes) -> bytes:
        """The picture with ``data`` after its coding extension, in place of captions already there."""
        parts: list[bytes] = []
        in_picture = False
        waiting = _START_CODE + bytes((_USER_DATA,)) + data
        for begin, end in _mpeg2_units(access_unit):
            unit = access_unit[begin:end]
            kind = unit[3] if len(unit) > 3 else None
            in_picture = in_picture or kind == _PICTURE
            if kind == _USER_DATA and in_picture and unit[4:].startswith(_ATSC_CAPTIONS):
                continue
            if waiting and in_picture and kind not in (_PICTURE, _EXTENSION):
                parts.append(waiting)
                waiting = b""
            parts.append(unit)
            if waiting and in_picture and kind == _EXTENSION and _is_coding_extension(unit):
                parts.append(waiting)
                waiting = b""
        return b"".join(parts)

    def captions(self, access_unit: bytes) -> list[bytes]:
        """Every piece of ``GA94`` user data in the picture, in order."""
        units = (access_unit[begin:end] for begin, end in _mpeg2_units(access_unit))
        return [unit[4:] for unit in units if unit[3:].startswith(bytes((_USER_DATA,)) + _ATSC_CAPTIONS)]


def _is_coding_extension(unit: bytes) -> bool:
    return len(unit) > 4 and unit[4] >> 4 == _PICTURE_CODING_EXTENSION


def _mpeg2_units(access_unit: bytes) -> Iterator[tuple[int, int]]:
    """Each start code with what follows it; bytes before the first one are a unit of their own."""
    begin, end = 0, access_unit.find(_START_CODE, 1)
    while end >= 0:
        yield begin, end
        begin, end = end, access_unit.find(_START_CODE, end + 3)
    yield begin, len(access_unit)
