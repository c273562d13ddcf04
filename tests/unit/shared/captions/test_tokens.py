"""Words with times that cannot be: the order of the text stands, and times come from their neighbours."""

import pytest

from shared.captions.model import Sound, SoundKind, Word
from shared.captions.profiles import PROFILES
from shared.captions.tokens import in_order, tokens_of


def starts(*given: int) -> list[int]:
    words = [Word(f"word{number}", start, start + 100) for number, start in enumerate(given)]
    found = in_order(words)
    assert [word.text for word in found] == [word.text for word in words]
    assert all(word.end_ms - word.start_ms <= 100 for word in found)
    return [word.start_ms for word in found]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ((1000, 2000, 3000), [1000, 2000, 3000]),
        ((1000, 2000, 2000), [1000, 2000, 2000]),
        ((1000, 2000, 90_000, 80, 5000, 6000), [1000, 2000, 3000, 4000, 5000, 6000]),
        ((9000, 2000, 3000, 80), [2000, 2000, 3000, 3000]),
        ((1000, 90_000, 3000, 4000), [1000, 2000, 3000, 4000]),
        ((-500, 1000), [0, 1000]),
    ],
)
def test_a_time_that_contradicts_its_neighbours_is_set_evenly_between_them(
    given: tuple[int, ...], found: list[int]
) -> None:
    assert starts(*given) == found


A, B = SoundKind.APPLAUSE, SoundKind.LAUGHTER


@pytest.mark.parametrize(
    ("sounds", "tags"),
    [
        ([(A, 0, 1000), (A, 2000, 3000)], [(0, A)]),
        ([(A, 0, 1000), (A, 2001, 3000)], [(0, A), (2001, A)]),
        ([(A, 0, 5000), (A, 1000, 2000), (A, 5900, 6000)], [(0, A)]),
        ([(A, 0, 1000), (B, 1200, 1200), (A, 1500, 2500), (A, 3400, 3500)], [(0, A), (1200, B)]),
        ([(B, 4000, 5000), (A, 1000, 2000)], [(1000, A), (4000, B)]),
        ([(A, -500, 1000)], [(0, A)]),
        # One that ends before it begins has its moment all the same.
        ([(A, 3000, 1000), (A, 3900, 4500)], [(3000, A)]),
        ([(SoundKind.MUSIC, 0, 121_501)], [(0, "m"), (60_000, "m"), (120_000, "m")]),
        ([(SoundKind.MUSIC, 0, 121_500)], [(0, "m"), (60_000, "m")]),
        ([(A, 0, 300_000)], [(0, A)]),
    ],
)
def test_a_sound_is_told_once_and_a_lasting_one_once_a_minute(
    sounds: list[tuple[SoundKind, int, int]], tags: list[tuple[int, str]]
) -> None:
    rules = PROFILES["fcc"]
    assert rules.good_ms == 1500

    tokens = tokens_of([], [Sound(*one) for one in sounds], rules)

    shown = {"m": "\u266a [music] \u266a"}
    pieces: dict[int, list[str]] = {}
    for start, piece in zip(tokens.start, tokens.run.pieces, strict=True):
        pieces.setdefault(start, []).append(piece)
    assert [(start, " ".join(words)) for start, words in pieces.items()] == [
        (start, shown.get(tag, f"[{tag}]")) for start, tag in tags
    ]
