"""Transcripts written by hand become words with times."""

import re
from collections.abc import Callable

import pytest

from shared.captions.model import Sound, SoundKind, Word

WORD_MS, STEP_MS, LINE_MS = 300, 340, 700
_MARK = re.compile(r"^\[(pause|music) (\d+)\]$")
_LINE = re.compile(r"^(?:(?P<speaker>[A-Z]\w*): )?(?P<text>.*)$")


def transcript(text: str) -> tuple[tuple[Word, ...], tuple[Sound, ...], int]:
    """Words, sounds and length of lines ``Speaker: text``; ``[pause 3]`` and ``[music 40]`` take that many seconds."""
    words: list[Word] = []
    sounds: list[Sound] = []
    at = 0
    for line in text.strip().splitlines():
        if mark := _MARK.match(line.strip()):
            length = int(mark[2]) * 1000
            if mark[1] == "music":
                sounds.append(Sound(SoundKind.RECESS, at, at + length))
            at += length
            continue
        match = _LINE.match(line.strip())
        assert match
        for word in match["text"].split():
            words.append(Word(word, at, at + WORD_MS, match["speaker"], 0.8))
            at += STEP_MS
        at += LINE_MS
    return tuple(words), tuple(sounds), at


@pytest.fixture(scope="session")
def heard() -> Callable[[str], tuple[tuple[Word, ...], tuple[Sound, ...], int]]:
    """Turn a transcript into (words, sounds, length in milliseconds)."""
    return transcript


@pytest.fixture(scope="session")
def words_of() -> Callable[[str], tuple[Word, ...]]:
    """Turn a transcript into words."""
    return lambda text: transcript(text)[0]
