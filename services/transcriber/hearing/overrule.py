"""What the speech detector took for speech, held against how it sounds: notes, a tone, applause and noise are nobody.

The detector is right about nearly all of it, and a speech model makes sentences of what it is wrong about. So two
things are cut out of its spans, both only where they last: notes that stand still as no voice does, and stretches in
which nothing is voiced. Every word has a vowel; only whispering has none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.transcriber.hearing.sound_features import BLOCK_MS, VOICING_MS, Features
from services.transcriber.hearing.sounds import DEFAULT_SOUNDS, SoundOptions
from shared.quality.spans import Span, common, joined, without


@dataclass(frozen=True, slots=True)
class OverruleOptions:
    """From where on the detector is overruled."""

    voiced: float = 0.3
    """Noise has no two readings in a row above; speech under noise as loud as it is, every few words."""
    unvoiced_ms: int = 4_000
    margin_ms: int = 700
    """Around a vowel: its consonants, and what the detector adds before and after."""


DEFAULT_OVERRULE = OverruleOptions()


def spoken_parts(
    features: Features,
    spans: Sequence[Span],
    options: OverruleOptions = DEFAULT_OVERRULE,
    sounds: SoundOptions = DEFAULT_SOUNDS,
) -> tuple[Span, ...]:
    """The spans without the parts in which certainly nobody speaks; as they are where nothing is certain."""
    notes = list(_notes(features, sounds))
    voices = _voices(features, notes, options)
    cuts = joined([*notes, *_unvoiced(voices, spans, options)])
    kept = []
    for span in spans:
        parts = without([span], cuts)
        # What is left beside a cut is speech only if it has a voice.
        kept += [part for part in parts if part == span or common([part], voices)]
    return tuple(kept)


def _notes(features: Features, sounds: SoundOptions) -> Iterator[Span]:
    """Stretches of whole blocks that are nothing but steady lines, long enough to be music or a tone."""
    steady = [tonality >= sounds.sure_tonality for tonality in features.tonality]
    blocks = joined(
        ((at * BLOCK_MS, (at + 1) * BLOCK_MS) for at, is_steady in enumerate(steady) if is_steady),
        bridging_ms=BLOCK_MS,  # the block in which one chord ends and the next begins
    )
    for stretch in blocks:
        shares = features.tone_share[stretch.start_ms // BLOCK_MS : stretch.end_ms // BLOCK_MS]
        is_tone = sum(share >= sounds.tone_share for share in shares) >= 0.8 * len(shares)
        if stretch.length_ms >= (sounds.tone_ms if is_tone else sounds.music_ms):
            yield stretch


def _voices(features: Features, notes: Sequence[Span], options: OverruleOptions) -> list[Span]:
    """Where something is voiced twice in a row and is neither music nor a gavel, for wood rings like a short vowel.

    A block in which music begins or ends is no steady line any more, and still music.
    """
    voiced = [reading >= options.voiced for reading in features.voicing]
    found = joined(
        (at * VOICING_MS, (at + 2) * VOICING_MS) for at, (here, next_) in enumerate(pairwise(voiced)) if here and next_
    )
    others = [(start - BLOCK_MS, start) for start, _ in notes] + [(end, end + BLOCK_MS) for _, end in notes]
    others += [(strike - VOICING_MS, strike + 3 * VOICING_MS) for strike in features.gavel_ms]
    return [
        voice
        for voice in without(found, notes)
        if not any(a <= voice.start_ms and voice.end_ms <= b for a, b in others)
    ]


def _unvoiced(voices: Sequence[Span], spans: Sequence[Span], options: OverruleOptions) -> Iterator[Span]:
    """Long stretches of supposed speech without a voice, less a margin where one begins or ends."""
    supposed = joined(spans, bridging_ms=options.margin_ms)
    around = [(start - options.margin_ms, end + options.margin_ms) for start, end in voices]
    for stretch in without(supposed, voices):
        if stretch.length_ms >= options.unvoiced_ms:
            yield from without([stretch], around)
