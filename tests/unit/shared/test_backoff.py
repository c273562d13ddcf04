"""The pause between two tries grows, ends somewhere, and is never the same for many."""

from hypothesis import given
from hypothesis import strategies as st

from shared.backoff import backoff_s, spread_s


@given(tries=st.integers(-5, 10**12), first_s=st.floats(0.01, 60), longest_s=st.floats(1, 3600))
def test_no_number_of_tries_waits_longer_than_the_limit_or_not_at_all(
    tries: int, first_s: float, longest_s: float
) -> None:
    assert 0 < backoff_s(tries, first_s=first_s, longest_s=longest_s) <= longest_s


def test_each_try_waits_about_twice_as_long_as_the_one_before() -> None:
    for tries, least_s in ((1, 2), (2, 4), (3, 8), (6, 64)):
        assert least_s <= backoff_s(tries) <= 1.25 * least_s


def test_what_failed_together_comes_back_apart() -> None:
    for tries in (1, 5, 2000):
        assert len({backoff_s(tries) for _ in range(20)}) > 10


def test_a_pause_that_was_asked_for_is_never_cut_short() -> None:
    assert all(30 <= spread_s(30) <= 37.5 for _ in range(100))
