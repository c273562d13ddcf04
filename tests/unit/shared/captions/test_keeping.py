"""What a video's captions are, and that a copy has all that stays in the same frames."""

from collections.abc import Sequence

import pytest

from shared.captions.carriage import SLOT
from shared.captions.keeping import Present
from shared.captions.sei import NULL_WORD, Carried

RCL_CC1, RCL_CC2, TEXT = 0x9420, 0x1C20, 0x6162
DTVCC = (b"\xff\x02\x22", b"\xfe\x41\x42")
NOTHING = Carried((NULL_WORD,), (NULL_WORD,))


def present(pictures: Sequence[Carried], *, keeps: bool = True) -> Present:
    found = Present("CC1", keeps)
    for number, picture in enumerate(pictures, start=1):
        found.take(number * SLOT, picture)
    return found


@pytest.mark.parametrize(
    "stays", [Carried((RCL_CC2,)), Carried((NULL_WORD,), (0x1520,)), Carried((NULL_WORD,), (), DTVCC)]
)
def test_what_stays_is_the_same_only_in_the_same_frame(stays: Carried) -> None:
    ours = Carried((RCL_CC1,))
    before = present([ours, stays, NOTHING])

    assert before.equals(present([NOTHING, stays, ours]))
    assert not before.equals(present([NOTHING, NOTHING, stays]))
    assert not before.equals(present([NOTHING, NOTHING, NOTHING]))
    assert not before.equals(present([NOTHING, stays, stays]))


def test_services_are_named_by_what_becomes_of_them() -> None:
    pictures = [Carried((RCL_CC1,)), Carried((TEXT,)), Carried((RCL_CC2,), (0x1520,)), Carried((TEXT,), (), DTVCC)]

    kept, left_out = present(pictures), present(pictures, keeps=False)

    assert kept.names() == (("CC1",), ("CC2", "CC3", "CEA-708 service 1"))
    assert kept.kept == [(2, RCL_CC2), (3, TEXT)]
    assert (left_out.names(), left_out.kept) == ((("CC1", "CC2", "CC3", "CEA-708 service 1"), ()), [])
