"""The decoder does what 47 CFR 15.119 asks of a receiver, and says what a receiver would trip over."""

import pytest

from shared.captions.decoder import decode
from shared.captions.model import ITALIC, Colour, Styled
from shared.captions.screen import Mode, Screen

RCL, ENM, EOC, EDM, CR, RU2, RDC = 0x9420, 0x94AE, 0x942F, 0x942C, 0x94AD, 0x9425, 0x9429
ROW_15, ROW_14, HI, HO, AB = 0x9470, 0x94D0, 0xC8E9, 0xC8EF, 0xC1C2


def stream(*words: int, at: int = 0) -> list[tuple[int, int]]:
    """Words in neighbouring frames, control codes twice."""
    sent: list[int] = []
    for word in words:
        sent += [word] * (2 if 0x10 <= (word >> 8 & 0x7F) < 0x20 else 1)
    return list(enumerate(sent, start=at))


def texts(screens: list[Screen]) -> list[str]:
    return ["/".join(row.text for row in screen.rows) for screen in screens]


def test_a_pop_on_caption_is_seen_from_its_eoc_to_its_edm() -> None:
    decoded = decode([*stream(RCL, ENM, ROW_15, HI), *stream(EOC, at=50), *stream(EDM, at=90)])

    assert texts(decoded.screens) == ["Hi"]
    assert decoded.screens[0][:2] == (50, 90)
    assert decoded.faults == []
    assert not decoded.on_screen_at_end


def test_without_enm_the_caption_before_last_shines_through() -> None:
    first = stream(RCL, ENM, ROW_14, HI, EOC)
    second = stream(RCL, ENM, ROW_15, HO, EOC, at=100)
    third = stream(RCL, ROW_15, AB, EOC, EDM, at=200)

    decoded = decode([*first, *second, *third])

    assert texts(decoded.screens) == ["Hi", "Ho", "Hi/AB"]
    assert "not_erased" in {fault.code for fault in decoded.faults}


def test_a_repeat_in_the_next_frame_is_ignored_and_one_frame_later_it_acts_again() -> None:
    load = stream(RCL, ENM, ROW_15, HI)

    assert len(decode([*load, (50, EOC), (51, EOC), *stream(EDM, at=90)]).screens) == 1
    swapped_back = decode([*load, (50, EOC), (52, EOC), *stream(EDM, at=90)])
    assert [screen[:2] for screen in swapped_back.screens] == [(50, 52)]


def test_an_erase_during_a_load_does_not_disturb_it() -> None:
    first = stream(RCL, ENM, ROW_15, HI, EOC)
    words = [*first, *stream(RCL, ENM, ROW_15, at=100), *stream(EDM, at=106), *stream(HO, EOC, EDM, at=108)]

    assert texts(decode(words).screens) == ["Hi", "Ho"]


def test_even_parity_shows_a_block_in_text_and_loses_a_code() -> None:
    decoded = decode(stream(RCL, ENM, ROW_15, 0xC869, 0x48E9, EOC, EDM))

    assert decoded.screens[0].rows[0].text == "H██i"
    assert [fault.code for fault in decoded.faults] == ["parity", "parity"]


def test_text_never_leaves_column_32() -> None:
    decoded = decode(stream(RCL, ENM, ROW_15, *[AB] * 17, EOC, EDM))

    assert decoded.screens[0].rows[0].text == "AB" * 15 + "AB"
    assert "past_column_32" in {fault.code for fault in decoded.faults}


def test_an_extended_character_replaces_its_base_and_without_one_eats_a_letter() -> None:
    good = decode(stream(RCL, ENM, ROW_15, 0xCD75, 0x9225, EOC, EDM))
    eaten = decode(stream(RCL, ENM, ROW_15, 0xCD80, 0x9225, EOC, EDM))

    assert good.screens[0].rows[0].text == "Mü"
    assert eaten.screens[0].rows[0].text == "ü"
    assert [fault.code for fault in eaten.faults] == ["no_base"]


def test_roll_up_tells_each_row_once_and_scrolls() -> None:
    first = stream(RU2, CR, ROW_15, HI)
    words = [*first, *stream(RU2, CR, ROW_15, HO, at=60), *stream(RU2, CR, ROW_15, AB, at=90), *stream(EDM, at=150)]

    decoded = decode(words)

    assert texts(decoded.screens) == ["Hi", "Ho", "AB"]
    assert [screen[:2] for screen in decoded.screens] == [(6, 62), (66, 92), (96, 150)]
    assert {screen.mode for screen in decoded.screens} == {Mode.ROLL_UP}
    assert decoded.faults == []


def test_paint_on_is_seen_from_its_first_character() -> None:
    decoded = decode([*stream(RDC, ROW_15, HI), *stream(EDM, at=40)])

    assert [(screen.on, screen.off, screen.mode) for screen in decoded.screens] == [(4, 40, Mode.PAINT_ON)]


def test_a_load_that_is_never_shown_is_told() -> None:
    lost = stream(RCL, ENM, ROW_15, HI)

    assert {fault.code for fault in decode(lost).faults} == {"not_shown"}
    again = decode([*lost, *stream(RCL, ENM, ROW_15, HO, EOC, EDM, at=40)])
    assert texts(again.screens) == ["Ho"]
    assert {fault.code for fault in again.faults} == {"not_shown"}


def test_a_single_control_code_is_told_but_a_single_special_character_is_legal() -> None:
    assert {fault.code for fault in decode([(0, RCL), *stream(ENM, ROW_15, HI, EOC, EDM, at=1)]).faults} == {
        "not_doubled"
    }
    words = [*stream(RCL, ENM, ROW_15, HI), (7, 0x9137), *stream(EOC, EDM, at=8)]
    decoded = decode(words)
    assert (texts(decoded.screens), decoded.faults) == (["Hi♪"], [])


def test_italics_take_a_column() -> None:
    row = decode(stream(RCL, ENM, ROW_15, 0x91AE, HI, EOC, EDM)).screens[0].rows[0]

    assert (row.column, row.text, row.styles) == (1, "Hi", (Styled(0, 2, ITALIC),))


BACKSPACE, DELETE = 0x94A1, 0x94A4
PUT_HI_HO = (RCL, ENM, ROW_15, HI, HO, ROW_15)


def shown(*words: int) -> str:
    return "|".join(texts(decode([*stream(*words), *stream(EOC, EDM, at=100)]).screens))


def test_what_stands_from_the_cursor_on_is_deleted_to_the_end_of_the_row() -> None:
    assert shown(*PUT_HI_HO, DELETE, AB) == "AB"
    assert shown(*PUT_HI_HO, AB, DELETE) == "AB"
    assert shown(*PUT_HI_HO) == "HiHo"


def test_a_backspace_takes_the_letter_before_the_cursor_and_stays_in_the_row() -> None:
    assert shown(RCL, ENM, ROW_15, HI, HO, BACKSPACE) == "HiH"
    assert shown(RCL, ENM, ROW_15, HI, HO, BACKSPACE, HI, BACKSPACE) == "HiHH"
    assert shown(*PUT_HI_HO, BACKSPACE) == "HiHo"
    assert shown(RCL, ENM, BACKSPACE, DELETE, ROW_15, HI) == "Hi"


@pytest.mark.parametrize("code", [0x94A2, 0x9423, 0x94A8, 0x94AD])
def test_codes_for_other_uses_change_nothing_in_a_caption(code: int) -> None:
    assert shown(*PUT_HI_HO, code) == "HiHo"


ROW_11, ROW_12, ROW_13 = 0x10D0, 0x13D0, 0x1370
LOAD = (RCL, ENM, ROW_15)
U_UMLAUT, LOWER_U = 0x9225, 0x7575
FIVE_ROWS = (ROW_11, HI, ROW_12, HI, ROW_13, HI, ROW_14, HI, ROW_15, HI)


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        (stream(HI), [("no_mode", 0), ("no_mode", 0)]),
        (stream(RCL, ENM, HI, HO, EOC, EDM), [("no_pac", 4)]),
        (stream(*LOAD, HI, ROW_15, HO, EOC, EDM), [("over_text", 9), ("over_text", 9)]),
        (stream(*LOAD, HI, ROW_15, 0x2020, EOC, EDM), []),
        (stream(*LOAD, *[AB] * 16, EOC, EDM), []),
        (stream(*LOAD, *[AB] * 19, EOC, EDM), [("past_column_32", 22)]),
        (stream(*LOAD, *[AB] * 17, ROW_14, *[AB] * 17, EOC, EDM), [("past_column_32", 22)]),
        (stream(EOC), [("no_rcl", 0)]),
        ([*stream(*LOAD, HI), *stream(*LOAD, HO, EOC, EDM, at=40)], [("not_shown", 42)]),
        (stream(*LOAD, HI), [("not_shown", 4)]),
        (stream(*LOAD), []),
        ([(0, RCL), *stream(ENM, ROW_15, HI, EOC, EDM, at=1)], [("not_doubled", 0)]),
        ([*stream(*LOAD, HI, EOC), (20, EDM)], [("not_doubled", 20)]),
        (stream(*LOAD, HI, EOC), [("not_cleared", 7)]),
        (stream(RCL, ENM, *FIVE_ROWS, EOC, EDM), [("too_many_rows", 19)]),
        (stream(RCL, ENM, *FIVE_ROWS[2:], EOC, EDM), []),
        (
            [*stream(*LOAD, HI, EOC), *stream(*LOAD, HO, EOC, at=100), *stream(RCL, ROW_14, AB, EOC, EDM, at=200)],
            [("not_erased", 202)],
        ),
        (stream(*LOAD, U_UMLAUT, EOC, EDM), [("no_base", 6)]),
        (stream(*LOAD, HI, U_UMLAUT, EOC, EDM), [("no_base", 7)]),
        (stream(*LOAD, 0x7520, U_UMLAUT, EOC, EDM), [("no_base", 7)]),
        (stream(*LOAD, LOWER_U, U_UMLAUT, EOC, EDM), []),
        (stream(*LOAD, 0xD5D5, U_UMLAUT, EOC, EDM), []),
        (stream(*LOAD, *[AB] * 15, LOWER_U, U_UMLAUT, EOC, EDM), [("extended_column_32", 22)]),
        (stream(*LOAD, 0xC869, EOC, EDM), [("parity", 6)]),
        (stream(*LOAD, HI, 0x9423, EOC, EDM), [("illegal_word", 7), ("illegal_word", 8)]),
        (stream(*LOAD, HI, 0x1C20, HO, RCL, EOC, EDM), [("other_channel", 7), ("other_channel", 8)]),
    ],
)
def test_whatever_a_receiver_trips_over_is_told_where_it_is_in_a_sentence(
    words: list[tuple[int, int]], faults: list[tuple[str, int]]
) -> None:
    found = decode(words).faults

    assert [(fault.code, fault.frame) for fault in found] == faults
    for fault in found:
        assert fault.message.endswith(".")
        assert not fault.message[0].islower()
        assert any(letter.islower() for letter in fault.message)


def test_text_of_another_channel_is_not_ours_until_a_code_of_ours_comes() -> None:
    assert shown(*LOAD, HI, 0x1C20, HO, 0x9423, HO, RCL) == "Hi"
    assert shown(*LOAD, HI, 0x1C20, HO, RCL, HO) == "HiHo"


def seen(*parts: list[tuple[int, int]]) -> list[tuple[int, int, Mode, list[tuple[int, int, str]]]]:
    return [
        (screen.on, screen.off, screen.mode, [row[:3] for row in screen.rows])
        for screen in decode([one for part in parts for one in part]).screens
    ]


def test_rows_that_roll_up_move_with_their_base_row() -> None:
    found = seen(
        stream(RU2, CR, ROW_15, HI), stream(ROW_13, HO, at=50), stream(CR, ROW_13, AB, at=60), stream(EDM, at=90)
    )

    assert found == [(6, 60, Mode.ROLL_UP, [(13, 0, "Ho")]), (64, 90, Mode.ROLL_UP, [(13, 0, "AB")])]
    assert seen(stream(RU2, CR, ROW_15, HI), stream(ROW_13, at=50), stream(EDM, at=90)) == [
        (6, 90, Mode.ROLL_UP, [(13, 0, "Hi")])
    ]
    assert seen(stream(RU2, CR, ROW_15, HI), stream(0x91D0, at=50), stream(EDM, at=90)) == [
        (6, 90, Mode.ROLL_UP, [(2, 0, "Hi")])  # two rows need row 2 at least
    ]


def test_each_painting_begins_with_its_first_letter() -> None:
    found = seen(stream(RDC, ROW_15, HI, HO), stream(EDM, at=40), stream(ROW_15, HO, 0x9137, at=50), stream(EDM, at=80))

    assert found == [(4, 40, Mode.PAINT_ON, [(15, 0, "HiHo")]), (52, 80, Mode.PAINT_ON, [(15, 0, "Ho♪")])]


def test_a_caption_that_replaces_itself_is_one_and_another_is_another() -> None:
    assert seen(stream(*LOAD, HI, EOC), stream(*LOAD, HI, EOC, at=50), stream(EDM, at=90)) == [
        (7, 90, Mode.POP_ON, [(15, 0, "Hi")])
    ]
    assert len(seen(stream(*LOAD, HI, EOC), stream(*LOAD, HO, EOC, at=50), stream(EDM, at=90))) == 2
    assert len(seen(stream(*LOAD, HI, EOC), stream(EDM, at=30), stream(*LOAD, HI, EOC, EDM, at=50))) == 2


@pytest.mark.parametrize(("letters", "stays"), [(2, 90), (32, 90), (64, 128)])
def test_what_is_never_taken_off_stays_three_seconds_or_as_long_as_it_takes_to_read(letters: int, stays: int) -> None:
    rows = [ROW_14, *[AB] * (letters // 2)] if letters <= 32 else [ROW_14, *[AB] * 16, ROW_15, *[AB] * 16]
    decoded = decode([*stream(RCL, ENM, *rows), *stream(EOC, at=100)])

    assert decoded.on_screen_at_end
    assert decoded.screens[0][:2] == (100, 100 + stays)
    assert not decode([]).on_screen_at_end


@pytest.mark.parametrize(("tab", "column"), [(0x97A1, 1), (0x97A2, 2), (0x9723, 3)])
def test_a_tab_moves_the_cursor(tab: int, column: int) -> None:
    assert decode(stream(*LOAD, tab, HI, EOC, EDM)).screens[0].rows[0].column == column
    assert decode(stream(*LOAD, HI, tab, HO, EOC, EDM)).screens[0].rows[0].text == "Hi" + " " * column + "Ho"


def test_italics_keep_the_colour_and_a_colour_ends_italics() -> None:
    green, italic, white = 0x9162, 0x91AE, 0x9120

    row = decode(stream(*LOAD, green, HI, italic, HO, white, AB, EOC, EDM)).screens[0].rows[0]

    assert row.text == "Hi Ho AB"
    assert [(one.start, one.end, one.style.italic, one.style.colour) for one in row.styles] == [
        (0, 2, False, Colour.GREEN),
        (2, 4, True, Colour.GREEN),
    ]
