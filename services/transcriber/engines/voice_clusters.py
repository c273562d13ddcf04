"""Which of many short pieces of speech are of one voice: agglomerative clustering, pure and deterministic.

A piece is the mean of some embeddings. The mean of a few is noisier than that of many, so a plain cosine calls short
pieces strangers; ``likeness_of`` reckons that noise out. Memory is bounded for any length: pieces are clustered a block
at a time, by sums that lose nothing, and what is left of the blocks is clustered once more, as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

COHERENCE = 0.71
"""Mean cosine of two windows of one voice in one recording, as measured on the half of the voices that is tuned on."""
BLOCK = 1500
"""Pieces that are compared with one another at once: 18 MB of likenesses."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Stretches of speech by one voice each, as far as one can tell before they are compared."""

    sums: Vector
    """One row a piece: the sum of its embeddings, each of unit length, weighted as ``weights`` says."""
    weights: Vector
    """How many embeddings that do not overlap the piece is worth: its length by that of a window."""

    def __len__(self) -> int:
        return len(self.weights)


def cluster(pieces: Pieces, *, likeness: float, at_least: int = 0, at_most: int = 0) -> Labels:
    """A label for each piece, by first appearance: the two clusters that are most alike are made one, again and again.

    That ends when no two are as alike as ``likeness`` says, but not before there are ``at_most`` and never below
    ``at_least``; 0 is unknown.
    """
    labels = np.arange(len(pieces))
    while len(pieces) > BLOCK:
        before = len(pieces)
        parts = [slice(first, first + BLOCK) for first in range(0, before, BLOCK)]
        found, offset = [], 0
        for part in parts:
            some = Pieces(pieces.sums[part], pieces.weights[part])
            theirs = _merged(some, likeness, max(at_least, 1), 0)
            found.append(theirs + offset)
            offset += int(theirs.max()) + 1
        step = np.concatenate(found)
        labels, pieces = step[labels], _summed(pieces, step)
        if len(pieces) > 0.9 * before:  # More voices than a block holds: what is most alike has to be enough.
            likeness *= 0.95
    return _by_appearance(_merged(pieces, likeness, max(at_least, 1), at_most)[labels])


def likeness_of(sums: Vector, weights: Vector, others: Vector, their_weights: Vector) -> Vector:
    """The cosines that means of very many embeddings would have, as a table; near 1 for one voice, noise apart."""
    means, their_means = sums / weights[:, None], others / their_weights[:, None]
    scale = np.sqrt(_coherence(means, weights)[:, None] * _coherence(their_means, their_weights)[None, :])
    return np.asarray(means @ their_means.T / np.maximum(scale, 1e-9))


def _coherence(means: Vector, weights: Vector) -> Vector:
    """Mean cosine within a piece: measured, as far as it holds several embeddings, and supposed for a single one."""
    measured = np.einsum("ij,ij->i", means, means)
    return np.asarray(measured * COHERENCE / (COHERENCE + (1 - COHERENCE) / np.maximum(weights, 1.0)))


def _merged(pieces: Pieces, likeness: float, at_least: int, at_most: int) -> Labels:
    sums, weights = pieces.sums.copy(), pieces.weights.copy()
    labels = np.arange(len(weights))
    table = likeness_of(sums, weights, sums, weights)
    np.fill_diagonal(table, -np.inf)
    best = table.argmax(axis=1) if len(table) else np.zeros(0, np.int64)
    values = table[np.arange(len(table)), best] if len(table) else np.zeros(0)
    left = len(weights)
    while left > at_least:
        one = int(values.argmax())
        if values[one] < likeness and not (0 < at_most < left):
            break
        kept, gone = sorted((one, int(best[one])))
        labels[labels == gone] = kept
        sums[kept] += sums[gone]
        weights[kept] += weights[gone]
        left -= 1
        row = likeness_of(sums[kept : kept + 1], weights[kept : kept + 1], sums, weights)[0]
        row[np.isneginf(table[kept])] = -np.inf
        row[[kept, gone]] = -np.inf
        table[gone, :] = table[:, gone] = -np.inf
        table[kept, :] = table[:, kept] = row
        values[gone] = -np.inf
        stale = np.flatnonzero((best == kept) | (best == gone) | (row > values))
        stale = stale[~np.isneginf(values[stale])]
        for index in {*stale.tolist(), kept}:
            best[index] = table[index].argmax()
            values[index] = table[index, best[index]]
    return np.asarray(np.unique(labels, return_inverse=True)[1], np.int64)


def _summed(pieces: Pieces, labels: Labels) -> Pieces:
    count = int(labels.max()) + 1
    sums, weights = np.zeros((count, pieces.sums.shape[1])), np.zeros(count)
    np.add.at(sums, labels, pieces.sums)
    np.add.at(weights, labels, pieces.weights)
    return Pieces(sums, weights)


def _by_appearance(labels: Labels) -> Labels:
    order: dict[int, int] = {}
    for label in labels.tolist():
        order.setdefault(label, len(order))
    return np.array([order[label] for label in labels.tolist()], np.int64)


def centres(vectors: Sequence[Vector] | Vector, labels: Labels, count: int) -> Vector:
    """The mean direction of each label's vectors, of unit length; of a label that nothing has, zero."""
    sums = np.zeros((count, np.asarray(vectors).shape[1]))
    np.add.at(sums, labels, np.asarray(vectors, np.float64))
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12))
