"""Words with times that cannot be: the order of the text stands, and times come from their neighbours."""

import pytest

from shared.captions.model import Word
from shared.captions.tokens import in_order


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
