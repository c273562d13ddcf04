import pytest

from shared.byte_sizes import byte_count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("104857600", 104857600),
        ("100MB", 104857600),
        ("100 mb", 104857600),
        ("10GiB", 10 * 2**30),
        ("1.5k", 1536),
        ("2T", 2 * 2**40),
        ("7B", 7),
        ("0", 0),
    ],
)
def test_a_size_may_have_a_unit(text: str, count: int) -> None:
    assert byte_count(text) == count


@pytest.mark.parametrize("text", ["", "MB", "ten", "-1", "1e3", "10 parsecs", "1,5G", "10MBs"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 100MB"):
        byte_count(text)
