"""Words ride in the picture that is on screen at their slot, whatever the picture rate."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.carriage import MAX_REORDER, SLOT, PresentationOrder, Receiver, Sender, slots_before
from shared.captions.sei import MAX_TRIPLETS, NULL_WORD

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), 1 / SLOT, Fraction(30), Fraction(50), 2 / SLOT]
some_words = st.dictionaries(st.integers(0, 300), st.integers(0, 0xFFFF).filter(lambda word: word != NULL_WORD))


def sent(words: dict[int, int], ends: list[Fraction]) -> tuple[Sender, list[list[int]]]:
    sender = Sender(sorted(words.items()))
    return sender, [sender.until(end) for end in ends]


@pytest.mark.parametrize("rate", RATES)
@given(words=some_words, delay=st.fractions(0, 2))
def test_words_get_their_slots_back_at_every_picture_rate(
    rate: Fraction, words: dict[int, int], delay: Fraction
) -> None:
    ends = [delay + number / rate for number in range(1, int(11 * rate))]
    sender, pictures = sent(words, ends)

    receiver = Receiver()
    found = [pair for end, picture in zip(ends, pictures, strict=True) for pair in receiver.until(end, picture)]

    assert sender.sent == len(words) and sender.unsent() == 0
    assert [word for _, word in found] == [word for _, word in sorted(words.items())]
    if slots_before(ends[0]) <= MAX_TRIPLETS:
        assert found == sorted(words.items())


@pytest.mark.parametrize(
    ("rate", "counts"),
    [
        (Fraction(24000, 1001), [2, 1, 1, 1, 2, 1, 1, 1]),
        (1 / SLOT, [1] * 8),
        (2 / SLOT, [1, 0, 1, 0, 1, 0, 1, 0]),
    ],
)
def test_each_slot_is_sent_once(rate: Fraction, counts: list[int]) -> None:
    _, pictures = sent({}, [number / rate for number in range(1, 9)])

    assert [len(picture) for picture in pictures] == counts
    assert all(word == NULL_WORD for picture in pictures for word in picture)


def test_a_word_rides_in_the_picture_on_screen_at_its_slot() -> None:
    _, pictures = sent({2: 0x9420}, [number * SLOT for number in range(1, 5)])

    assert pictures == [[NULL_WORD], [NULL_WORD], [0x9420], [NULL_WORD]]


def test_words_due_before_the_first_picture_ride_in_it() -> None:
    sender, pictures = sent({0: 0x9420, 1: 0x94AE}, [Fraction(10), Fraction(11)])

    assert pictures[0][:2] == [0x9420, 0x94AE]
    assert (sender.sent, sender.late) == (2, 0)


def test_a_picture_that_stays_too_long_hands_its_words_on_in_order() -> None:
    words = {slot: 0x2000 + slot for slot in range(50)}

    sender, pictures = sent(words, [50 * SLOT, 51 * SLOT])

    assert [len(picture) for picture in pictures] == [MAX_TRIPLETS, 50 - MAX_TRIPLETS + 1]
    assert [word for picture in pictures for word in picture if word != NULL_WORD] == list(words.values())
    assert sender.late == 50 - MAX_TRIPLETS


def test_words_after_the_last_picture_are_counted_not_forgotten() -> None:
    sender, _ = sent({0: 0x9420, 90: 0x942F, 91: 0x942F}, [SLOT])

    assert (sender.sent, sender.unsent()) == (1, 2)


def test_words_of_overlapping_lines_keep_their_order() -> None:
    sender = Sender([(0, 1), (1, 2), (1, 3), (2, 4)])

    assert [word for number in range(1, 6) for word in sender.until(number * SLOT) if word != NULL_WORD] == [1, 2, 3, 4]


def test_pictures_come_out_in_presentation_order_as_soon_as_that_is_sure() -> None:
    order = PresentationOrder[int]()
    stored = [0, 4, 2, 1, 3, 8, 6, 5, 7, *range(9, 40)]

    shown = [pts for stored_pts in stored for pts in order.push(stored_pts, stored_pts)]

    assert shown == list(range(40 - MAX_REORDER))
    assert shown + list(order.rest()) == list(range(40))


def test_null_words_in_the_pictures_between_move_no_words() -> None:
    receiver = Receiver()
    found: list[tuple[int, int]] = []
    for picture in range(120):
        word = NULL_WORD if picture % 2 else 0x2000 + picture // 2
        found += receiver.until((picture + 1) * SLOT / 2, [word])

    assert found == [(slot, 0x2000 + slot) for slot in range(60)]
