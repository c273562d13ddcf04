"""The captions that a picture sequence has already: who they belong to, and how those of others find their way again.

New captions of one channel take the place of the earlier ones of that channel only. Whatever else is in the same field
is sent again in the frames that the new captions leave free. A receiver gives text to the channel of the last control
code, so a mode code goes first where another channel has spoken in between (47 CFR 15.119(f), (h)); that moves no
cursor and erases nothing.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from shared.captions.codes import EOC, PARITY, RCL, RDC, RU2, RU3, RU4, Channel
from shared.captions.sei import NULL_WORD, Carried
from shared.captions.services import XDS, Services, field_of, is_control

_MODES: Final = {code: code for code in (RCL, RU2, RU3, RU4, RDC, 0x2A, 0x2B)} | {EOC: RCL}
"""Second byte of a code to that of the code which brings its mode back."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Words of one service that may not be torn apart."""

    service: str
    slot: int
    """When the earlier captions sent them."""
    words: tuple[int, ...]
    opening: tuple[int, ...] = ()
    """What goes first where another channel has spoken in between."""

    def after(self, service: str | None) -> tuple[int, ...]:
        """All words to send when ``service`` spoke last."""
        return self.words if service == self.service else self.opening + self.words


@dataclass(slots=True)
class Keeper:
    """Takes the earlier words of the field of ``channel`` and keeps those of others; ``channel`` None keeps nothing."""

    channel: Channel
    keeps: bool = True
    words: Counter[str] = field(default_factory=Counter)
    """How many words each service had."""
    queue: deque[Unit] = field(default_factory=deque)
    _services: Services = field(init=False)
    _modes: dict[str, int] = field(default_factory=dict)
    _last: tuple[int, int] = (-2, 0)
    _was_copy: bool = False
    _data: list[int] = field(default_factory=list)
    _data_slot: int = 0

    def __post_init__(self) -> None:
        self._services = Services(field_of(self.channel))

    def take(self, slot: int, word: int) -> None:
        """Look at the next earlier word, not a null word, and keep it if it is another service's."""
        service = self._services.of(word)
        self.words[service] += 1
        is_copy = is_control(word) and self._last == (slot - 1, word) and not self._was_copy
        self._last, self._was_copy = (slot, word), is_copy
        if service == XDS:
            self._data_slot = self._data_slot if self._data else slot
            self._data.append(word)
            if word >> 8 & 0x7F != 0x0F:
                return
        self._end_data()
        if service in (self.channel, XDS) or not self.keeps or is_copy:
            return
        if is_control(word):
            self._note_mode(service, word)
            self.queue.append(Unit(service, slot, (word, word)))
        else:
            self.queue.append(Unit(service, slot, (word,), self._opening(service)))

    def finish(self) -> None:
        """No more words come."""
        self._end_data()

    def _end_data(self) -> None:
        """A piece of programme data, which only its end or a caption code closes."""
        if self._data and self.keeps:
            self.queue.append(Unit(XDS, self._data_slot, tuple(self._data)))
        self._data = []

    def _note_mode(self, service: str, word: int) -> None:
        if word >> 8 & 0x76 == 0x14 and (mode := _MODES.get(word & 0x7F)):
            self._modes[service] = PARITY[word >> 8 & 0x7F] << 8 | PARITY[mode]

    def _opening(self, service: str) -> tuple[int, ...]:
        mode = self._modes.get(service)
        return () if mode is None else (mode, mode)


class Others:
    """A digest of all captions in pictures but those of one channel; equal before and after, they were kept.

    Of other services in the same field only the text counts, because their control codes may be sent more often.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel, self._field = channel, field_of(channel)
        self._services = Services(self._field)
        self._elsewhere, self._beside = sha256(), sha256()

    def take(self, picture: Carried) -> None:
        """Take the captions of the next picture in presentation order."""
        words = [word for word in picture.field(3 - self._field) if word != NULL_WORD]
        self._elsewhere.update(b"".join([word.to_bytes(2) for word in words]))
        self._elsewhere.update(b"".join(picture.dtvcc))
        for word in picture.field(self._field):
            if word != NULL_WORD and self._services.of(word) != self._channel and not is_control(word):
                self._beside.update(word.to_bytes(2))

    @property
    def digest(self) -> tuple[str, str]:
        """Of the other field with CEA-708, and of other text in the same field."""
        return self._elsewhere.hexdigest(), self._beside.hexdigest()
