"""Positions and lengths as a person reads them."""

import pytest

from shared.media.positions import clock, length


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0:00"), (59_999, "0:59"), (247_000, "4:07"), (3_723_900, "1:02:03"), (-5, "0:00")]
)
def test_a_position_reads_like_a_player(ms: int, text: str) -> None:
    assert clock(ms) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [(800, "0.8 s"), (12_400, "12 s"), (59_700, "1 min 00 s"), (200_000, "3 min 20 s"), (3_900_000, "1 h 05 min")],
)
def test_a_length_is_as_exact_as_it_needs_to_be(ms: int, text: str) -> None:
    assert length(ms) == text
