"""When a file is complete: looks in, decisions out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.stability import Look, Patience, Settling, Waiting, after_inspection, is_complete, observe
from services.ingest.verdicts import Growing, Rejected

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PATIENCE = Patience(window=timedelta(seconds=90), looks=3, grace=timedelta(minutes=30))
UNFINISHED = Growing("index_missing", "The index is missing.")


def look(at_s: float, size: int = 1000, mtime_ns: int = 5) -> Look:
    return Look(size, mtime_ns, NOON + timedelta(seconds=at_s))


def after(*looks: Look) -> Settling:
    settling: Settling | None = None
    for one in looks:
        settling = observe(settling, one)
    assert settling is not None
    return settling


def test_one_look_is_not_enough() -> None:
    assert not is_complete(after(look(0)), PATIENCE)


def test_equal_looks_over_more_than_the_window_make_it_complete() -> None:
    assert is_complete(after(look(0), look(60), look(91)), PATIENCE)


def test_many_looks_within_the_window_are_not_enough() -> None:
    assert not is_complete(after(*(look(second) for second in range(91))), PATIENCE)


def test_two_looks_are_not_enough_however_far_apart() -> None:
    assert not is_complete(after(look(0), look(3600)), PATIENCE)


def test_growth_starts_the_wait_again() -> None:
    assert not is_complete(after(look(0), look(60), look(91), look(92, size=1001)), PATIENCE)


def test_shrinking_starts_the_wait_again() -> None:
    assert not is_complete(after(look(0), look(60), look(91), look(92, size=10)), PATIENCE)


def test_a_write_that_keeps_the_size_starts_the_wait_again() -> None:
    assert not is_complete(after(look(0), look(60), look(91), look(92, mtime_ns=6)), PATIENCE)


def test_a_replacement_with_an_older_file_starts_the_wait_again() -> None:
    assert not is_complete(after(look(0), look(60), look(91), look(92, mtime_ns=1)), PATIENCE)


def test_a_modification_time_in_the_future_makes_no_difference() -> None:
    future = 9_000_000_000_000_000_000

    assert is_complete(after(*(look(at, mtime_ns=future) for at in (0, 60, 91))), PATIENCE)


def test_our_own_clock_set_back_makes_us_wait_and_never_shortens_a_wait() -> None:
    set_back = after(look(0), look(60), look(-3600))

    assert not is_complete(set_back, PATIENCE)
    assert not is_complete(observe(set_back, look(-3550)), PATIENCE)
    assert is_complete(observe(set_back, look(-3509)), PATIENCE)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2)), min_size=1, max_size=60))
def test_complete_means_that_the_last_looks_over_the_window_were_equal(steps: list[tuple[int, int]]) -> None:
    now, looks = 0, []
    for pause, size in steps:
        now += pause
        looks.append(look(now, size=size))

    settling = after(*looks)

    recent = [one for one in looks if one.seen_at >= looks[-1].seen_at - PATIENCE.window]
    if is_complete(settling, PATIENCE):
        assert {one.size_bytes for one in recent} == {looks[-1].size_bytes}


def test_an_unfinished_file_waits_and_is_inspected_again() -> None:
    waiting = after_inspection(after(look(0), look(60), look(91)), UNFINISHED, PATIENCE)

    assert waiting == Waiting(UNFINISHED, pause=timedelta(seconds=30))


def test_the_longer_it_has_waited_the_rarer_the_inspections() -> None:
    waiting = after_inspection(after(look(0), look(60), look(1200)), UNFINISHED, PATIENCE)

    assert waiting == Waiting(UNFINISHED, pause=timedelta(seconds=120))


def test_a_cut_off_file_is_rejected_with_its_reason_after_window_and_grace() -> None:
    still = after(look(0), look(60), look(90 + 30 * 60 + 1))

    verdict = after_inspection(still, UNFINISHED, PATIENCE)

    assert verdict == Rejected("index_missing", "The index is missing. It has not changed for 32 minutes.")


def test_a_rejection_needs_no_grace() -> None:
    silent = Rejected("silent", "Nothing is heard.")

    assert after_inspection(after(look(0), look(60), look(91)), silent, PATIENCE) == silent


def test_the_window_has_to_be_passed_and_not_only_reached() -> None:
    assert not is_complete(after(look(0), look(60), look(90)), PATIENCE)


def test_grace_ends_after_the_window_and_not_on_its_edge() -> None:
    still = after(look(0), look(60), look(90 + 30 * 60))

    assert after_inspection(still, UNFINISHED, PATIENCE) == Waiting(UNFINISHED, pause=timedelta(seconds=189))


def test_a_rejection_says_for_how_long_nothing_has_changed() -> None:
    hasty = Patience(window=timedelta(seconds=10), looks=3, grace=timedelta())

    def told(seconds: int) -> str:
        verdict = after_inspection(after(look(0), look(5), look(seconds)), UNFINISHED, hasty)
        assert isinstance(verdict, Rejected)
        return verdict.reason

    assert "about a minute" in told(61)
    assert "2 minutes" in told(120)


def test_each_part_of_a_look_but_the_inode_tells_of_other_content() -> None:
    seen = Look(1000, 5, NOON, ctime_ns=7, inode=3)

    assert seen.same_as(Look(1000, 5, NOON + timedelta(hours=1), ctime_ns=7, inode=4))
    assert not seen.same_as(Look(1001, 5, NOON, ctime_ns=7, inode=3))
    assert not seen.same_as(Look(1000, 6, NOON, ctime_ns=7, inode=3))
    assert not seen.same_as(Look(1000, 5, NOON, ctime_ns=8, inode=3))
    assert seen.stamp.inode == 3


def test_a_clock_that_stands_still_does_not_begin_the_wait_again() -> None:
    assert after(look(0), look(60), look(60)).span == timedelta(seconds=60)
    assert after(look(0), look(60), look(60)).looks == 3
