"""The words for a publish policy."""

import pytest

from shared.rules import PublishPolicy, read_policy


def test_every_word_means_itself_and_off_means_never() -> None:
    assert [read_policy(each) for each in PublishPolicy] == list(PublishPolicy)
    assert read_policy(" OFF ") is PublishPolicy.NEVER


def test_a_word_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="sometimes"):
        read_policy("sometimes")
