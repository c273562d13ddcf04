"""Speech for tests of segmentation."""

from collections.abc import Callable

import pytest

from shared.captions.model import Word


@pytest.fixture(scope="session")
def speak() -> Callable[..., list[Word]]:
    def _speak(
        text: str, *, start_ms: int = 0, cps: float = 15, speaker: str | None = None, pause_ms: int = 300
    ) -> list[Word]:
        """Words at ``cps`` characters a second, with a pause after each sentence and half of it after a clause."""
        words: list[Word] = []
        at = start_ms
        for token in text.split():
            length = round((len(token) + 1) * 1000 / cps)
            words.append(Word(token, at, at + length - 30, speaker))
            at += length
            if token[-1] in ".?!":
                at += pause_ms
            elif token[-1] in ",;:":
                at += pause_ms // 2
        return words

    return _speak
