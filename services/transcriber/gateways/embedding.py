"""Put SCC captions into the picture data of a copy of a recording.

Nothing is decoded or encoded: packets are copied, and each picture gets the CEA-608 words due while it is shown. Memory
stays constant because a picture waits only until its place in presentation order is certain. Media time 0 is the first
picture, as everywhere here: sound that begins earlier or later moves no caption.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from pathlib import Path

import av
from av.container import InputContainer

from services.transcriber.gateways.captioned_copy import CaptionedCopy, Earlier
from services.transcriber.gateways.containers import carrier, muxer, muxer_options, opened
from services.transcriber.gateways.copies import copy_of
from services.transcriber.gateways.extraction import pictures_in
from shared.captions.carriage import Receiver, Sender
from shared.captions.codes import Channel
from shared.captions.keeping import Others
from shared.captions.scc_reader import words_by_frame
from shared.captions.sei import NULL_WORD
from shared.captions.services import Services, field_of, main_channel, words_of_channel
from shared.errors import InvalidInput, Unusable

_PICTURES_DECODED = 48


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a copy with captions inside holds."""

    pictures: int
    words: int
    """CEA-608 words sent, null words not counted."""
    late_words: int
    """Words that had to wait for a later picture because one picture was on screen too long."""
    unsent_words: int
    """Words due after the last picture: these captions are not in the copy."""
    replaced: tuple[str, ...]
    """Caption services whose earlier captions were taken out."""
    kept: tuple[str, ...]
    """Caption services of the source that are in the copy as well."""
    lost_words: int
    """Earlier words of services to be kept for which the new captions left no room."""
    not_taken: tuple[str, ...]
    """Caption services of the caption file other than the one that was put in."""
    left_out: tuple[str, ...]
    """Streams of the source that the new container cannot hold."""
    largest_delay: int = 0
    """Slots of 1001/30000 s between the time asked for and the picture that carries a word, at worst; read back."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How captions go in."""

    start_tc: str = "00:00:00:00"
    """Label of the first picture."""
    channel: Channel | None = None
    """Channel of the captions; None asks the file."""
    keeps_others: bool = True
    """Whether captions of other services that the source has stay."""
    overwrite: bool = False


def embed_captions(
    video: Path,
    scc_text: str,
    out: Path,
    choices: Choices = Choices(),
    *,
    progress: Callable[[float], None] | None = None,
) -> Embedded:
    """Write a copy of ``video`` with the captions inside its pictures, read it back, and put it at ``out``.

    Captions of CC3 and CC4 go into field 2. Earlier captions of the same channel are replaced.
    ``progress`` is called with 0 to 1; an exception from it stops the work and leaves nothing behind. Raises
    InvalidInput for a destination that cannot be, Conflict for one that exists, Unusable for material that cannot
    carry captions.
    """
    form = muxer(out)
    channel = choices.channel or main_channel(word for _, word in words_by_frame(scc_text)) or "CC1"
    services = Services(field_of(channel))
    others = sorted({services.of(word) for _, word in words_by_frame(scc_text) if word != NULL_WORD} - {channel})
    with copy_of(video, out, overwrite=choices.overwrite) as temporary:
        with opened(video) as source:
            picture = carrier(source, out)
            sender = Sender(_due(scc_text, choices.start_tc, channel))
            earlier = Earlier(channel, choices.keeps_others)
            with av.open(str(temporary), "w", format=form, options=muxer_options(form)) as target:
                copy = CaptionedCopy(source, target, picture, sender, earlier, progress)
                copy.run()
        replaced, kept = earlier.names()
        result = Embedded(
            pictures=copy.pictures,
            words=sender.sent,
            late_words=sender.late,
            unsent_words=sender.unsent(),
            replaced=replaced,
            kept=kept,
            lost_words=sender.unsent_kept(),
            not_taken=tuple(others),
            left_out=copy.left_out,
        )
        _require_some(result)
        delay = _proved(temporary, scc_text, choices.start_tc, result, earlier)
    return replace(result, largest_delay=delay)


def _due(scc_text: str, start_tc: str, channel: Channel) -> Iterator[tuple[int, int]]:
    """The words of one channel, null words left out; text belongs to the channel of the last control code."""
    words = ((frame, word) for frame, word in words_by_frame(scc_text, start_tc=start_tc) if word != NULL_WORD)
    for frame, word in words_of_channel(words, channel):
        if frame < 0:
            raise InvalidInput(
                f"The captions begin before {start_tc}, so the recording starts at another label; "
                "look at the first label of the caption file.",
                code="captions_before_start",
            )
        yield frame, word


def _require_some(result: Embedded) -> None:
    if result.words == 0 and result.unsent_words == 0:
        raise InvalidInput("There are no captions to put into the copy.", code="no_captions")
    if result.words == 0:
        raise InvalidInput(
            "All captions are due after the end of the video, so its first picture has another label; "
            "look at the first label of the caption file.",
            code="captions_after_end",
        )


def _proved(copy: Path, scc_text: str, start_tc: str, result: Embedded, earlier: Earlier) -> int:
    """Read the copy's words back and have the decoder see them; the worst delay in slots. Raises Unusable."""
    number, others, receiver = field_of(earlier.channel), Others(earlier.channel), Receiver()

    def field() -> Iterator[tuple[int, int]]:
        for end, captions in pictures_in(copy):
            others.take(captions)
            yield from receiver.until(end, captions.field(number))

    wanted = islice(_due(scc_text, start_tc, earlier.channel), result.words)
    delay = 0
    for asked, found in zip_longest(wanted, words_of_channel(field(), earlier.channel)):
        if asked is None or found is None or asked[1] != found[1]:
            raise Unusable("The captions read back from the copy are not those put in.", code="captions_not_verified")
        delay = max(delay, abs(found[0] - asked[0]))
    if not result.lost_words and others.digest != earlier.others.digest:
        raise Unusable("Earlier captions that should stay did not come through.", code="captions_not_verified")
    with opened(copy) as source:
        seen = [_shows_captions(frame) for frame in islice(_decodable(source), _PICTURES_DECODED)]
    if not seen or not all(seen):
        raise Unusable("A decoder finds no captions in the copy's pictures.", code="captions_not_visible")
    return delay


def _decodable(source: InputContainer) -> Iterator[av.VideoFrame]:
    """The first pictures, up to one that the recording itself has damaged."""
    with suppress(av.error.InvalidDataError):
        yield from source.decode(carrier(source))


def _shows_captions(frame: av.VideoFrame) -> bool:
    return "A53_CC" in frame.side_data
