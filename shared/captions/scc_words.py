"""Words on their slots as SCC text: what came out of pictures becomes a file again."""

from collections.abc import Iterable, Iterator

from shared.captions.timecode import label

_HEADER = "Scenarist_SCC V1.0"
_AT_ONCE = frozenset((0x942C, 0x942F))  # EDM and EOC act when they arrive, so each pair gets a line of its own


def scc_of_words(words: Iterable[tuple[int, int]]) -> str | None:
    """Drop-frame SCC text of (frame, word) in rising order of frames; None when there is no word.

    A line starts where the channel was silent before, and at every erase or display command, because some readers date
    a whole line at its timecode.
    """
    lines = [
        f"{label(frame, drop_frame=True)}\t{' '.join(f'{word:04x}' for word in run)}" for frame, run in runs_of(words)
    ]
    return "\n\n".join([_HEADER, *lines]) + "\n" if lines else None


def runs_of(words: Iterable[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """Words as lines: the frame of the first word, and the words that follow each other without a gap."""
    start, run = 0, list[int]()
    for frame, word in words:
        continues = run and frame == start + len(run) and _command(word) == _command(run[-1])
        if run and not continues:
            yield start, run
            run = []
        if not run:
            start = frame
        run.append(word)
    if run:
        yield start, run


def _command(word: int) -> int | None:
    return word if word in _AT_ONCE else None
