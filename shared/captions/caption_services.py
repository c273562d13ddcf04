"""Which caption service a word of line 21 belongs to, and which services of CEA-708 travel beside it.

A field carries two caption channels, two text channels and, in field 2, data about the programme (XDS). A control code
names its channel; text belongs to the channel of the last control code (47 CFR 15.119(h); CTA-608-E 8.4, 8.6.2).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from shared.captions.codes import CHANNELS, Channel

FIELDS: Final = {1: ("CC1", "CC2"), 2: ("CC3", "CC4")}
XDS: Final = "XDS"

_MISC = range(0x20, 0x30)
TO_TEXT: Final = frozenset({0x2A, 0x2B})
TO_CAPTIONS: Final = frozenset({0x20, 0x25, 0x26, 0x27, 0x29, 0x2F})
_XDS_END = 0x0F


def field_of(channel: Channel) -> int:
    """The field, 1 or 2, in which a channel travels."""
    return 1 if channel in FIELDS[1] else 2


def is_control(word: int) -> bool:
    """Whether a word is a control code and not text, data or filler."""
    return 0x10 <= word >> 8 & 0x7F < 0x20


class Services:
    """Tells the service of each word of one field; feed it every word in order."""

    def __init__(self, field: int) -> None:
        self._names = FIELDS[field]
        self._has_xds = field == 2
        self._channel = 0
        self._in_text = [False, False]
        self._in_xds = False

    def of(self, word: int) -> str:
        """The service of the next word: ``CC1`` to ``CC4``, ``T1`` to ``T4`` or ``XDS``."""
        first, second = word >> 8 & 0x7F, word & 0x7F
        if self._has_xds and 0 < first < 0x10:
            self._in_xds = first != _XDS_END
            return XDS
        if is_control(word):
            self._in_xds, self._channel = False, first >> 3 & 1
            if first & 0x16 == 0x14 and second in _MISC:
                if second in TO_TEXT:
                    self._in_text[self._channel] = True
                elif second in TO_CAPTIONS:
                    self._in_text[self._channel] = False
        elif self._in_xds:
            return XDS
        name = self._names[self._channel]
        return name.replace("CC", "T") if self._in_text[self._channel] else name


def words_of_channel(words: Iterable[tuple[int, int]], channel: Channel) -> Iterator[tuple[int, int]]:
    """The (slot, word) of one channel among all of its field's."""
    services = Services(field_of(channel))
    return ((slot, word) for slot, word in words if services.of(word) == channel)


def main_channel(words: Iterable[int]) -> Channel | None:
    """The channel to which most words speak, by their control codes; None when there is none.

    Only for words whose field nobody knows, as in an SCC file.
    """
    counts = Counter(word & 0x7F00 for word in words if word & 0x7600 == 0x1400 and word & 0x7F in _MISC)
    found = [(counts[first << 8], -at) for at, first in enumerate((0x14, 0x1C, 0x15, 0x1D))]
    most, at = max(found)
    return CHANNELS[-at] if most else None


class Services708:
    """Collects the CEA-708 services that a picture sequence carries; feed it the triplets of each picture in order.

    A packet begins with a triplet of type 3; its service blocks say which service they serve (CTA-708-E, 5 and 6).
    """

    def __init__(self) -> None:
        self.found: set[int] = set()
        self._packet = bytearray()

    def feed(self, kind: int, pair: bytes) -> None:
        """Take a valid triplet of cc_type 2 or 3."""
        if kind == 3:
            self.close()
            self._packet = bytearray(pair)
        elif self._packet:
            self._packet += pair

    def close(self) -> None:
        """Look at the packet that has come so far."""
        packet, self._packet = self._packet, bytearray()
        if not packet:
            return
        at, end = 1, min(len(packet), 2 * (packet[0] & 0x3F) or 128)
        while at < end:
            number, size = packet[at] >> 5, packet[at] & 0x1F
            at += 1
            if number == 7 and at < end:
                number, at = packet[at] & 0x3F, at + 1
            if number == 0 or size == 0:
                return
            self.found.add(number)
            at += size
