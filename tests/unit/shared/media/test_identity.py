"""Content identity from size and three samples."""

import random

import pytest

from shared.media.identity import SAMPLE_BYTES, content_identity


def identity(content: bytes) -> str:
    return content_identity(len(content), lambda offset, length: content[offset : offset + length])


LARGE = random.Random(1).randbytes(5 * SAMPLE_BYTES)


def test_the_same_content_has_the_same_identity() -> None:
    assert identity(LARGE) == identity(bytes(LARGE))


@pytest.mark.parametrize("at", [0, len(LARGE) // 2, len(LARGE) - 1])
def test_a_difference_at_the_beginning_middle_or_end_is_noticed(at: int) -> None:
    changed = bytearray(LARGE)
    changed[at] ^= 1

    assert identity(bytes(changed)) != identity(LARGE)


@pytest.mark.parametrize("size", [1, 100, SAMPLE_BYTES, SAMPLE_BYTES + 1, 3 * SAMPLE_BYTES])
def test_a_small_file_is_covered_whole(size: int) -> None:
    content = bytearray(LARGE[:size])
    before = identity(bytes(content))

    for at in range(0, size, max(1, size // 7)):
        content[at] ^= 1
        assert identity(bytes(content)) != before
        content[at] ^= 1


def test_a_longer_file_with_the_same_samples_is_another_file() -> None:
    assert identity(bytes(SAMPLE_BYTES * 4)) != identity(bytes(SAMPLE_BYTES * 5))
