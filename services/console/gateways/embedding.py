"""Put SCC captions into the picture data of a copy of a recording.

Nothing is decoded or encoded: packets are copied, and each picture gets the CEA-608 words due while it is shown. A
picture waits only until its place in presentation order is certain, so memory grows with the captions alone. Media
time 0 is the first picture, as everywhere here: sound that begins earlier or later moves no caption.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from pathlib import Path

import av
from av.container import InputContainer

from services.console.gateways.captioned_copy import CaptionedCopy
from services.console.gateways.containers import carrier, muxer, muxer_options, opened
from services.console.gateways.copies import all_after_end, copy_of
from services.console.gateways.extraction import pictures_in
from shared.captions.caption_services import Services, field_of, main_channel, words_of_channel
from shared.captions.carriage import Receiver, Sender
from shared.captions.codes import Channel
from shared.captions.fitting import Fit, fitted
from shared.captions.keeping import Present
from shared.captions.model import Finding
from shared.captions.scc_lines import read_paper, start_frame
from shared.captions.scc_reader import words_by_frame
from shared.captions.sei import NULL_WORD
from shared.captions.unshown import NameOf, not_sent, sent_late
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
    not_taken: tuple[str, ...]
    """Caption services of the caption file other than the one that was put in."""
    left_out: tuple[str, ...]
    """Streams of the source that the new container cannot hold."""
    findings: tuple[Finding, ...] = ()
    """New captions that are late, because those that were kept have their frames or a picture stays too long, and those
    that the video ends before."""
    largest_delay: int = 0
    """Slots of 1001/30000 s between the time meant for a word and the picture that carries it, at worst; read back."""


@dataclass(frozen=True, slots=True)
class EmbedChoices:
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
    choices: EmbedChoices = EmbedChoices(),
    *,
    progress: Callable[[float], None] | None = None,
) -> Embedded:
    """Write a copy of ``video`` with the captions inside its pictures, read it back, and put it at ``out``.

    Captions of CC3 and CC4 go into field 2. Earlier captions of the same channel are replaced; all others stay in their
    very frames, and the new ones go between them.
    ``progress`` is called with 0 to 1; an exception from it stops the work and leaves nothing behind. Raises
    InvalidInput for a destination that cannot be, Conflict for one that exists, Unusable for material that cannot
    carry captions, or not these beside those it has.
    """
    form = muxer(out)
    channel = choices.channel or main_channel(word for _, word in words_by_frame(scc_text)) or "CC1"
    services = Services(field_of(channel))
    others = sorted({services.of(word) for _, word in words_by_frame(scc_text) if word != NULL_WORD} - {channel})
    with copy_of(video, out, overwrite=choices.overwrite) as temporary:
        with opened(video) as source:
            picture = carrier(source, out)
            present = _present(video, channel, keeps=choices.keeps_others)
            name_of = _labels_of(scc_text, choices.start_tc)
            new = fitted(_due(scc_text, choices.start_tc, channel), present.kept, channel, name_of)
            sender = Sender([(one.slot, one.word) for one in new.words], present.kept)
            with av.open(str(temporary), "w", format=form, options=muxer_options(form)) as target:
                copy = CaptionedCopy(source, target, picture, sender, channel, choices.keeps_others, progress)
                copy.run()
        replaced, kept = present.names()
        result = Embedded(
            pictures=copy.pictures,
            words=sender.sent,
            late_words=sender.late,
            unsent_words=sender.unsent(),
            replaced=replaced,
            kept=kept,
            not_taken=tuple(others),
            left_out=copy.left_out,
            findings=tuple(new.findings),
        )
        _require_some(result)
        new.require_before(sender.slots)
        delay = _proved(temporary, new.words[: result.words], present)
    words = [(one.slot, one.word) for one in new.words]
    missing = not_sent(words, result.words, channel, name_of)
    late = sent_late(words, sender.waited, channel, name_of)
    return replace(result, largest_delay=delay, findings=(*result.findings, *late, *missing))


def _labels_of(scc_text: str, start_tc: str) -> NameOf:
    """What the caption file calls a frame that is counted from the first picture."""
    paper = read_paper(scc_text, start_tc)
    start = start_frame(start_tc, drop_frame=paper.drop_frame is not False)
    return lambda frame: paper.label(start + frame)


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
        raise all_after_end()


def _present(video: Path, channel: Channel, *, keeps: bool) -> Present:
    present = Present(channel, keeps)
    for end, captions in pictures_in(video):
        present.take(end, captions)
    return present


def _proved(copy: Path, words: Sequence[Fit], present: Present) -> int:
    """Read the copy's words back and have the decoder see them; the worst delay in slots. Raises Unusable."""
    channel, receiver, after = present.channel, Receiver(), Present(present.channel)

    def field() -> Iterator[tuple[int, int]]:
        for end, captions in pictures_in(copy):
            after.take(end, captions)
            yield from receiver.until(end, captions.field(field_of(channel)))

    delay = 0
    for meant, found in zip_longest(words, words_of_channel(field(), channel)):
        if meant is None or found is None or meant.word != found[1]:
            raise Unusable("The captions read back from the copy are not those put in.", code="captions_not_verified")
        delay = max(delay, abs(found[0] - meant.slot))
    if not after.equals(present):
        raise Unusable(
            "Earlier captions that should stay did not come through in their frames.", code="captions_not_verified"
        )
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
