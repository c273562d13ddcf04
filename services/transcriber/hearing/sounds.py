"""Sounds that are not speech, told apart by simple features: music, applause, gavel, tone, recess, no audio.

Speech models answer such sounds with invented sentences, so they are labelled before one hears them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.transcriber.hearing.samples import Floats
from services.transcriber.hearing.sound_features import BLOCK, BLOCK_MS, FeatureExtractor, Features
from shared.captions.model import Sound, SoundKind
from shared.quality.spans import Span, joined, without


@dataclass(frozen=True, slots=True)
class SoundOptions:
    """From which length and level on a sound is worth a tag."""

    no_audio_below_dbfs: float = -70.0
    no_audio_ms: int = 10_000
    audible_dbfs: float = -50.0
    music_ms: int = 5_000
    music_tonality: float = 0.6
    sure_tonality: float = 0.8
    """Over half a second a voice wavers more than this allows: music even where the detector hears speech."""
    tone_ms: int = 2_000
    tone_share: float = 0.85
    applause_ms: int = 1_500
    applause_most_ms: int = 60_000
    applause_flatness: float = 0.3
    applause_above_floor_db: float = 15.0
    gavel_apart_ms: int = 3_000
    """One strike so near to speech is a switch, a cup or a consonant: a gavel falls more than once."""
    gavel_crowd: int = 4
    gavel_crowd_ms: int = 60_000
    """So many times within so long something else strikes: keys, coughs, a bad contact."""
    recess_ms: int = 60_000
    """A gap in the speech this long, with nothing else to call it, is a recess."""


DEFAULT_SOUNDS = SoundOptions()


def label_sounds(
    features: Features,
    speech: Sequence[Span],
    duration_ms: int,
    options: SoundOptions = DEFAULT_SOUNDS,
    *,
    doubted: Sequence[Span] = (),
) -> tuple[Sound, ...]:
    """Sounds in the gaps between speech, in time order, never two at once.

    Where speech is ``doubted`` there may be a sound instead, but no single strike makes one.
    """
    labels = _labels(features, options)
    around = joined(
        (start - options.gavel_apart_ms, end + options.gavel_apart_ms) for start, end in (*speech, *doubted)
    )
    quiet = gaps(speech, duration_ms)
    sounds: list[Sound] = []
    for (start, end), gavels in zip(quiet, _gavels(features.gavel_ms, quiet, around, options), strict=True):
        found = sorted((*_block_sounds(labels, start, end, options), *gavels), key=_start)
        found = _without_overlap(found)
        sounds += [*found, *_recesses(found, start, end, options)]
    return tuple(sorted(sounds, key=_start))


def kind_of(samples: Floats, options: SoundOptions = DEFAULT_SOUNDS) -> SoundKind | None:
    """Tone, music or no audio when a short piece mostly is that; None for anything else.

    Applause is left out: against what quiet it stands, a short piece cannot tell.
    """
    extractor = FeatureExtractor(with_gavel=False)
    # Of a long piece every fourth half second says enough.
    step = 4 * BLOCK if len(samples) >= 16 * BLOCK else BLOCK
    for first in range(0, len(samples), step):
        extractor.feed(samples[first : first + BLOCK])
    labels = _labels(extractor.finish(), replace(options, music_tonality=options.sure_tonality))
    for kind in (SoundKind.TONE, SoundKind.NO_AUDIO, SoundKind.MUSIC):
        if labels and sum(label is kind for label in labels) >= 0.7 * len(labels):
            return kind
    return None


def gaps(speech: Sequence[Span], duration_ms: int) -> list[Span]:
    """What lies between the spans, before the first and after the last."""
    return without([(0, duration_ms)], speech)


def _labels(features: Features, options: SoundOptions) -> list[SoundKind | None]:
    levels = np.asarray(features.level_dbfs)
    audible = levels[levels > options.no_audio_below_dbfs]
    floor = float(np.percentile(audible, 10)) if len(audible) else options.no_audio_below_dbfs
    labels: list[SoundKind | None] = []
    for index, level in enumerate(features.level_dbfs):
        if level < options.no_audio_below_dbfs:
            labels.append(SoundKind.NO_AUDIO)
        elif level < options.audible_dbfs:
            labels.append(None)
        elif features.tone_share[index] >= options.tone_share:
            labels.append(SoundKind.TONE)
        elif features.tonality[index] >= options.music_tonality:
            labels.append(SoundKind.MUSIC)
        elif features.flatness[index] >= options.applause_flatness and level >= floor + options.applause_above_floor_db:
            labels.append(SoundKind.APPLAUSE)
        else:
            labels.append(None)
    return labels


def _block_sounds(labels: list[SoundKind | None], start: int, end: int, options: SoundOptions) -> list[Sound]:
    shortest = {
        SoundKind.NO_AUDIO: options.no_audio_ms,
        SoundKind.TONE: options.tone_ms,
        SoundKind.MUSIC: options.music_ms,
        SoundKind.APPLAUSE: options.applause_ms,
    }
    found = []
    for kind, least in shortest.items():
        # Music breathes and single notes look like tones: a second of anything else does not end it.
        bridge = 1 if kind in {SoundKind.TONE, SoundKind.NO_AUDIO} else 3
        for first, last in _stretches(labels, kind, start, end, bridge):
            length = last - first
            if length < least or (kind is SoundKind.APPLAUSE and length > options.applause_most_ms):
                continue
            found.append(Sound(kind, first, last))
    return found


def _stretches(
    labels: list[SoundKind | None], kind: SoundKind, start: int, end: int, bridge: int
) -> list[tuple[int, int]]:
    alike = {SoundKind.MUSIC, SoundKind.TONE} if kind is SoundKind.MUSIC else {kind}
    first_block, last_block = -(-start // BLOCK_MS), min(len(labels), -(-end // BLOCK_MS))
    stretches: list[list[int]] = []
    for index in range(first_block, last_block):
        if labels[index] not in alike:
            continue
        if stretches and index - stretches[-1][1] <= bridge:
            stretches[-1][1] = index + 1
            stretches[-1][2] += labels[index] is kind
        else:
            stretches.append([index, index + 1, int(labels[index] is kind)])
    # A stretch that is mostly tone is a tone, however often a block looks like music.
    kept = [(a, b) for a, b, own in stretches if own * 2 > b - a]
    return [(max(start, a * BLOCK_MS), min(end, b * BLOCK_MS)) for a, b in kept]


def _gavels(
    gavel_ms: Sequence[int], quiet: Sequence[Span], speech: Sequence[Span], options: SoundOptions
) -> list[list[Sound]]:
    """For each quiet place its gavels: one to six strikes within a second of one another; beside speech at least two.

    Where strikes go on and on, none of them is a gavel.
    """
    series = [_series(gavel_ms[bisect_left(gavel_ms, start) : bisect_left(gavel_ms, end)]) for start, end in quiet]
    begins = sorted(strikes[0] for inside in series for strikes in inside)
    crowds = joined(
        (first, last + 1)
        for first, last in zip(begins, begins[options.gavel_crowd - 1 :], strict=False)
        if last - first < options.gavel_crowd_ms
    )
    return [
        [
            Sound(SoundKind.GAVEL, strikes[0], min(place.end_ms, strikes[-1] + 300))
            for strikes in inside
            if len(strikes) <= 6
            and (len(strikes) > 1 or not _lies_in(strikes[0], speech))
            and not _lies_in(strikes[0], crowds)
        ]
        for place, inside in zip(quiet, series, strict=True)
    ]


def _series(gavel_ms: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for strike in gavel_ms:
        if found and strike - found[-1][-1] <= 1000:
            found[-1].append(strike)
        else:
            found.append([strike])
    return found


def _lies_in(moment_ms: int, spans: Sequence[Span]) -> bool:
    """Of spans in time order that do not touch."""
    at = bisect_right(spans, moment_ms, key=_start)
    return at > 0 and moment_ms < spans[at - 1].end_ms


def _without_overlap(sounds: list[Sound]) -> list[Sound]:
    """The longer of two overlapping sounds stays: a strike in music is the drum."""
    kept: list[Sound] = []
    for sound in sorted(sounds, key=lambda sound: (sound.start_ms - sound.end_ms, sound.start_ms)):
        if all(sound.end_ms <= other.start_ms or sound.start_ms >= other.end_ms for other in kept):
            kept.append(sound)
    return sorted(kept, key=_start)


def _recesses(found: list[Sound], start: int, end: int, options: SoundOptions) -> list[Sound]:
    taken = [(sound.start_ms, sound.end_ms) for sound in found if sound.kind is not SoundKind.GAVEL]
    gavels = [sound for sound in found if sound.kind is SoundKind.GAVEL]
    recesses = []
    for first, last in without([(start, end)], taken):
        # The gavel opens and closes a recess; what lies outside of the strikes is not part of it.
        edges = [
            first,
            *(edge for gavel in gavels if first <= gavel.start_ms < last for edge in (gavel.start_ms, gavel.end_ms)),
            last,
        ]
        parts = zip(edges[::2], edges[1::2], strict=True)
        recesses += [Sound(SoundKind.RECESS, a, b) for a, b in parts if b - a >= options.recess_ms]
    return recesses


def _start(sound: Sound | Span) -> int:
    return sound.start_ms
