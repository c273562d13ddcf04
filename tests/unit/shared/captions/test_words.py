"""What each word of the caption channel means, over all words that there are (47 CFR 15.119 (g) to (i))."""

from collections import Counter
from itertools import product

import pytest

from shared.captions.codes import (
    BASIC,
    CHANNELS,
    EXTENDED_12,
    EXTENDED_13,
    MISC,
    PARITY,
    ROWS,
    SPECIAL,
    Channel,
    codes_of,
)
from shared.captions.words import ACTIONS, BLOCK, Action, Actions, CodeKind


def word(first: int, second: int) -> int:
    """Two values of seven bits as they go over the line."""
    return PARITY[first] << 8 | PARITY[second]


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_code_that_is_written_is_understood_on_its_own_channel(channel: Channel) -> None:
    codes = codes_of(channel)
    actions = Actions(channel)

    def meaning(code: bytes) -> Action:
        return actions[int.from_bytes(code[:2], "big")]

    assert {code: meaning(sent) for code, sent in codes.misc.items()} == {
        code: Action(CodeKind.MISC, code, 0) for code in MISC
    }
    for row in range(1, ROWS + 1):
        assert [meaning(sent) for sent in codes.pac[row]] == [Action(CodeKind.PAC, row, 4 * step) for step in range(8)]
    assert [meaning(sent) for sent in codes.tab[1:]] == [Action(CodeKind.TAB, columns, 0) for columns in (1, 2, 3)]
    assert [meaning(sent) for sent in codes.midrow] == [Action(CodeKind.MIDROW, style, 0) for style in range(16)]
    for character, sent in codes.characters.items():
        kind = CodeKind.CHARACTER if character in SPECIAL.values() else CodeKind.EXTENDED
        assert meaning(sent) == Action(kind, character, 0)


@pytest.mark.parametrize("channel", CHANNELS)
def test_words_of_another_channel_are_said_to_be(channel: Channel) -> None:
    actions = Actions(channel)
    second = 0x08 if channel in ("CC2", "CC4") else 0
    foreign = Action(CodeKind.BAD, 0, 0, "other_channel")

    assert all(
        actions[word(first ^ 0x08 ^ second, low)] == foreign for first in range(0x10, 0x18) for low in (0x20, 99)
    )
    field = 0x14 if channel in ("CC3", "CC4") else 0x15
    assert all(actions[word(field | second, low)] == foreign for low in range(0x20, 0x30))


def test_there_are_as_many_codes_of_each_kind_as_the_rule_lists() -> None:
    actions = Actions("CC1")
    found = Counter(actions[word(first, second)][::3] for first, second in product(range(0x10, 0x20), range(0x80)))

    assert found == {
        (CodeKind.PAC, ""): 15 * 32,
        (CodeKind.MISC, ""): 11,
        (CodeKind.TAB, ""): 3,
        (CodeKind.MIDROW, ""): 16,
        (CodeKind.CHARACTER, ""): 16,
        (CodeKind.EXTENDED, ""): 64,
        (CodeKind.STYLE, ""): 16 + 3,
        (CodeKind.BAD, "other_channel"): 8 * 128 + 16,
        (CodeKind.BAD, "illegal_word"): 8 * 128 - (480 + 11 + 3 + 16 + 16 + 64 + 19 + 16),
    }


@pytest.mark.parametrize("attribute", range(16))
def test_a_row_address_without_indent_has_its_style_in_the_bits_above(attribute: int) -> None:
    assert ACTIONS["CC1"][word(0x14, 0x60 + attribute)] == Action(CodeKind.PAC, 15, attribute << 8)
    indent = Action(CodeKind.PAC, 15, attribute // 2 * 4 + (0x100 if attribute % 2 else 0))
    assert ACTIONS["CC1"][word(0x14, 0x70 + attribute)] == indent


@pytest.mark.parametrize(
    ("first", "second", "is_style"),
    [
        (0x10, 0x1F, False),
        (0x10, 0x20, True),
        (0x10, 0x2F, True),
        (0x10, 0x30, False),
        (0x17, 0x2C, False),
        (0x17, 0x2D, True),
        (0x17, 0x2F, True),
        (0x17, 0x30, False),
        (0x11, 0x2D, False),
    ],
)
def test_backgrounds_are_known_and_not_shown(first: int, second: int, is_style: bool) -> None:
    assert (ACTIONS["CC1"][word(first, second)] == Action(CodeKind.STYLE, 0, 0)) is is_style


def test_two_characters_are_two_and_one_may_be_missing_on_either_side() -> None:
    actions = Actions("CC1")

    assert all(
        actions[word(one, two)] == Action(CodeKind.TEXT, BASIC[one], BASIC[two])
        for one, two in product(range(0x20, 0x80), range(0x20, 0x80, 7))
    )
    assert actions[word(0x41, 0)] == Action(CodeKind.TEXT, "A", "")
    assert actions[word(0, 0x41)] == Action(CodeKind.TEXT, "", "A")
    assert actions[word(0, 0)] == Action(CodeKind.FILLER, 0, 0)
    assert actions[word(0x20, 0x20)] == Action(CodeKind.TEXT, " ", " ")
    for low in (0x01, 0x1F):
        assert actions[word(0x41, low)] == Action(CodeKind.TEXT, "A", "", "illegal_word")
        assert actions[word(0, low)] == Action(CodeKind.BAD, 0, 0, "illegal_word")
    assert actions[word(0x0F, 0x41)] == Action(CodeKind.BAD, 0, 0, "illegal_word")


@pytest.mark.parametrize(
    ("flipped", "shown"), [(0x8000, (BLOCK, "B")), (0x0080, ("A", BLOCK)), (0x8080, (BLOCK, BLOCK))]
)
def test_a_character_of_wrong_parity_is_a_block_and_a_code_is_nothing(flipped: int, shown: tuple[str, str]) -> None:
    actions = Actions("CC1")

    assert actions[word(0x41, 0x42) ^ flipped] == Action(CodeKind.TEXT, *shown, "parity")
    assert actions[word(0x14, 0x20) ^ flipped] == Action(CodeKind.BAD, 0, 0, "parity")
    assert actions[word(0, 0) ^ flipped] == Action(CodeKind.FILLER, 0, 0, "parity")
    assert actions[word(0, 0x41) ^ flipped] == Action(CodeKind.TEXT, "", BLOCK, "parity")


def test_the_extended_sets_are_told_apart() -> None:
    assert [ACTIONS["CC3"][word(first, 0x20)].first for first in (0x12, 0x13)] == [EXTENDED_12[0x20], EXTENDED_13[0x20]]
    assert ACTIONS["CC3"][word(0x12, 0x3F)] == Action(CodeKind.EXTENDED, EXTENDED_12[0x3F], 0)
    assert ACTIONS["CC1"][word(0x12, 0x1F)].kind is CodeKind.BAD
