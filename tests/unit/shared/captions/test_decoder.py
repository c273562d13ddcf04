"""The decoder does what 47 CFR 15.119 asks of a receiver, and says what a receiver would trip over."""

import pytest

from shared.captions.decoder import decode
from shared.captions.model import ITALIC, Styled
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
