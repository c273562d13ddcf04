"""When a mount counts as up."""

from dataclasses import replace

import pytest

from shared.storage.mount_health import Expectation, MountFacts, judge_mount

UP = MountFacts(is_directory=True, is_readable=True, is_mount_point=True, has_sentinel=True, is_empty=False)
EXPECTED = Expectation(sentinel=".archivist-mount", is_mount_point=True, has_recordings=True)


def test_a_mount_that_meets_every_expectation_is_up() -> None:
    assert judge_mount(UP, EXPECTED) is None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (MountFacts(is_directory=False), "mount_missing"),
        (MountFacts(is_directory=True), "mount_unreadable"),
        (replace(UP, is_mount_point=False), "mount_not_mounted"),
        (replace(UP, has_sentinel=False), "mount_sentinel_missing"),
        (replace(UP, is_empty=True), "mount_empty"),
    ],
)
def test_anything_missing_takes_the_mount_down_with_its_reason(facts: MountFacts, code: str) -> None:
    down = judge_mount(facts, EXPECTED)

    assert down is not None
    assert down.code == code


def test_a_new_plain_folder_may_be_empty() -> None:
    plain = MountFacts(is_directory=True, is_readable=True, is_empty=True)

    assert judge_mount(plain, Expectation()) is None


@pytest.mark.parametrize("facts", [replace(UP, is_empty=True, has_sentinel=None), replace(UP, is_mount_point=True)])
def test_what_is_not_expected_is_not_missed(facts: MountFacts) -> None:
    assert judge_mount(facts, Expectation()) is None
    assert judge_mount(replace(UP, has_sentinel=None), EXPECTED) is None
