"""The guides' rules by name."""

import pytest

from shared.captions import PROFILES, profile
from shared.errors import InvalidInput


def test_the_us_broadcast_rules_are_the_default_and_fit_the_608_screen() -> None:
    rules = profile()

    assert (rules.name, rules.columns, rules.crowd_rows, rules.on_608_grid) == ("fcc", 32, 4, True)


def test_a_name_may_be_written_in_any_case() -> None:
    assert profile(" Netflix ") is PROFILES["netflix"]


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InvalidInput, match="choose one of fcc, netflix, bbc, dcmp"):
        profile("disney")


@pytest.mark.parametrize("name", PROFILES)
def test_for_the_web_rows_may_have_42_columns_and_nothing_else_changes(name: str) -> None:
    web = profile(name).for_web()

    assert (web.columns, web.on_608_grid, web.max_cps) == (42, False, profile(name).max_cps)


@pytest.mark.parametrize("name", PROFILES)
def test_the_numbers_of_a_guide_do_not_contradict_each_other(name: str) -> None:
    rules = profile(name)

    assert rules.aim_cps <= rules.max_cps
    assert rules.min_ms <= rules.good_ms < rules.max_ms
    assert rules.max_rows <= rules.crowd_rows <= 4
    assert rules.chain_frames in {0, rules.gap_frames}
