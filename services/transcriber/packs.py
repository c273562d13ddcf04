"""Packs stretches of speech that got no words into few windows, so that hearing them again costs next to nothing.

A window of the model costs the same with one word in it as with thirty seconds of them, and a roll call leaves a
handful of single words behind. Put one after the other with a pause between them they fit one window. What is not
heard clearly that way (no sentence of its own between its pauses) is worth a window to itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.transcriber.engines.values import WORD_REACH_MS, DecodedWindow, Segment, middle_ms
from services.transcriber.samples import RATE, Floats, between
from shared.captions.model import Word
from shared.quality.spans import Span

_LONGEST_MS = 30_000
_PAUSE_MS = 500
_SHORT_MS = 5_000  # longer stretches keep a window to themselves and so their word times


@dataclass(frozen=True, slots=True)
class Piece:
    """One missed stretch in a pack."""

    stretch: Span
    """Where words are missing."""
    heard: Span
    """What is played of it: the stretch and a little around it."""
    at_ms: int
    """Where ``heard`` begins in the pack."""

    @property
    def length_ms(self) -> int:
        """How long it plays."""
        return self.heard.length_ms

    def covered_ms(self, start_ms: int, end_ms: int) -> int:
        """How much of it lies between two moments of the pack."""
        return max(0, min(end_ms, self.at_ms + self.length_ms) - max(start_ms, self.at_ms))

    def in_recording(self, word: Word) -> Word:
        """A word of the pack at its place in the recording, inside of what was played."""
        by = self.heard.start_ms - self.at_ms
        start = min(max(word.start_ms + by, self.heard.start_ms), self.heard.end_ms - 1)
        return replace(word, start_ms=start, end_ms=min(max(word.end_ms + by, start + 1), self.heard.end_ms))


@dataclass(frozen=True, slots=True)
class Pack:
    """Stretches that are heard again in one window."""

    pieces: tuple[Piece, ...]

    @property
    def is_open(self) -> bool:
        """Whether another short stretch may join."""
        return self.pieces[0].stretch.length_ms <= _SHORT_MS

    @property
    def duration_ms(self) -> int:
        """With the pauses between the pieces."""
        return self.pieces[-1].at_ms + self.pieces[-1].length_ms

    def audio(self, samples: Floats) -> Floats:
        """The pieces of ``samples``, parted by silence."""
        sound = np.zeros(self.duration_ms * RATE // 1000, np.float32)
        for piece in self.pieces:
            part = between(samples, *piece.heard)
            start = piece.at_ms * RATE // 1000
            sound[start : start + len(part)] = part[: len(sound) - start]
        return sound

    def unpacked(self, decoded: Sequence[Segment]) -> list[DecodedWindow]:
        """One window per stretch with the words that belong to it, in the time of the recording."""
        parts: list[list[Segment]] = [[] for _ in self.pieces]
        for segment in decoded:
            owner = self._owner(segment)
            if owner is not None and (part := self._part(segment, self.pieces[owner])).words:
                parts[owner].append(part)
        return [DecodedWindow(piece.stretch, tuple(part)) for piece, part in zip(self.pieces, parts, strict=True)]

    def _owner(self, segment: Segment) -> int | None:
        """The piece a sentence was said in; None for one that runs across a pause, which nobody said."""
        if len(self.pieces) == 1:
            return 0
        covered = [piece.covered_ms(segment.start_ms, segment.end_ms) for piece in self.pieces]
        most = max(covered)
        runs_across = sum(mine * 2 > piece.length_ms for mine, piece in zip(covered, self.pieces, strict=True)) > 1
        return None if runs_across or most == 0 else covered.index(most)

    def _part(self, segment: Segment, piece: Piece) -> Segment:
        """Of a piece by itself, which hears its neighbours' edges, the words whose middle lies in the stretch.

        Among several, where the times of sentences stray into the pauses, the whole sentence.
        """
        words = [piece.in_recording(word) for word in segment.words]
        if len(self.pieces) == 1:
            first, last = piece.stretch.start_ms, piece.stretch.end_ms
            words = [word for word in words if first <= middle_ms(word) < last]
        if not words:
            return replace(segment, words=())
        text = " ".join(word.text for word in words)
        return replace(segment, words=tuple(words), text=text, start_ms=words[0].start_ms, end_ms=words[-1].end_ms)


def pack(stretches: Sequence[Span], duration_ms: int) -> list[Pack]:
    """The stretches, in order, in as few windows as that allows; each is at most one window long."""
    packs: list[Pack] = []
    for stretch in stretches:
        start = max(0, stretch.start_ms - WORD_REACH_MS)
        heard = Span(start, min(duration_ms, stretch.end_ms + WORD_REACH_MS, start + _LONGEST_MS))
        at_ms = packs[-1].duration_ms + _PAUSE_MS if packs else 0
        is_short = stretch.length_ms <= _SHORT_MS
        if packs and is_short and packs[-1].is_open and at_ms + heard.length_ms <= _LONGEST_MS:
            packs[-1] = Pack((*packs[-1].pieces, Piece(stretch, heard, at_ms)))
        else:
            packs.append(Pack((Piece(stretch, heard, 0),)))
    return packs
