"""The captions that a picture sequence has already: who they belong to, and which of them stay."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from shared.captions.caption_services import Services, Services708, field_of
from shared.captions.carriage import Receiver
from shared.captions.codes import Channel
from shared.captions.sei import NULL_WORD, Carried


@dataclass(slots=True)
class Present:
    """Takes pictures in presentation order; what is not of ``channel`` stays when it ``keeps``."""

    channel: Channel
    keeps: bool = True
    words: Counter[str] = field(default_factory=Counter)
    """How many words of CEA-608 each service has."""
    kept: list[tuple[int, int]] = field(default_factory=list)
    """(slot, word) of what stays in the field of the channel, in rising slots."""
    _receiver: Receiver = field(default_factory=Receiver)
    _beside: Services = field(init=False)
    _elsewhere: Services = field(init=False)
    _services_708: Services708 = field(default_factory=Services708)
    _pictures: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def __post_init__(self) -> None:
        number = field_of(self.channel)
        self._beside, self._elsewhere = Services(number), Services(3 - number)

    def take(self, end: Fraction, picture: Carried) -> None:
        """Take the captions of the next picture, which leaves the screen at ``end``."""
        number = field_of(self.channel)
        for slot, word in self._receiver.until(end, picture.field(number)):
            service = self._beside.of(word)
            self.words[service] += 1
            if service != self.channel and self.keeps:
                self.kept.append((slot, word))
        others = [word for word in picture.field(3 - number) if word != NULL_WORD]
        self.words.update(self._elsewhere.of(word) for word in others)
        for one in picture.dtvcc:
            self._services_708.feed(one[0] & 0x03, one[1:])
        if self.keeps and (others or picture.dtvcc):
            words = b"".join([word.to_bytes(2) for word in others])
            self._digest.update(b"%d:%d:%d:" % (self._pictures, len(others), len(picture.dtvcc)))
            self._digest.update(words + b"".join(picture.dtvcc))
        self._pictures += 1

    def equals(self, other: "Present") -> bool:
        """Whether all that stays stands in both in the same frames, word for word."""
        return self.kept == other.kept and self._digest.digest() == other._digest.digest()

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Services that go, and those that stay; call it at the end."""
        self._services_708.close()
        found = [*sorted(self.words), *(f"CEA-708 service {number}" for number in sorted(self._services_708.found))]
        gone = tuple(name for name in found if name == self.channel or not self.keeps)
        return gone, tuple(name for name in found if name not in gone)
