"""The code tables against those of two other programs, and against words every caption engineer knows by heart."""

from pycaption.scc import constants
from ttconv.scc.codes.extended_characters import SccExtendedCharacter
from ttconv.scc.codes.special_characters import SccSpecialCharacter

from shared.captions.codes import (
    BASIC,
    BASIC_BYTES,
    EDM,
    ENCODABLE,
    ENM,
    EOC,
    EXTENDED,
    EXTENDED_12,
    EXTENDED_13,
    ITALICS,
    PARITY,
    RCL,
    ROWS,
    RU3,
    SPECIAL,
    base_character,
    codes_of,
)


def test_every_byte_on_the_line_has_odd_parity() -> None:
    assert all(byte.bit_count() % 2 == 1 for byte in PARITY)
    assert [byte & 0x7F for byte in PARITY[:128]] == list(range(128))


def test_the_codes_are_the_words_that_files_show() -> None:
    codes = codes_of("CC1")
    misc = [codes.misc[code][:2].hex() for code in (RCL, ENM, EDM, EOC, RU3)]

    assert misc == ["9420", "94ae", "942c", "942f", "9426"]
    assert [tab[:2].hex() for tab in codes.tab[1:]] == ["97a1", "97a2", "9723"]
    assert (codes.midrow[ITALICS][:2].hex(), codes.characters["♪"][:2].hex()) == ("91ae", "9137")
    assert codes_of("CC3").misc[EOC][:2].hex() == "152f"
    assert codes_of("CC2").misc[EOC][:2].hex() == "1c2f"


def test_row_addresses_are_those_of_pycaption() -> None:
    codes = codes_of("CC1")

    for row in range(1, ROWS + 1):
        for step in range(8):
            word = codes.pac[row][step][:2].hex()
            assert constants.PAC_BYTES_TO_POSITIONING_MAP[word[:2]][word[2:]] == (row, 4 * step)


def test_basic_characters_are_those_of_pycaption() -> None:
    differences = {
        character: constants.CHARACTERS[f"{PARITY[code]:02x}"]
        for code, character in BASIC.items()
        if constants.CHARACTERS.get(f"{PARITY[code]:02x}") != character
    }

    assert differences.keys() <= {"'", "█"}


def test_special_and_extended_characters_are_those_of_ttconv_but_for_its_box_drawings() -> None:
    theirs = {divmod(code.value[0] & 0x7F7F, 256): code.get_unicode_value() for code in SccSpecialCharacter}
    theirs |= {divmod(code.value[0] & 0x7F7F, 256): code.get_unicode_value() for code in SccExtendedCharacter}
    ours = {(0x11, code): character for code, character in SPECIAL.items()}
    ours |= {(0x12, code): character for code, character in EXTENDED_12.items()}
    ours |= {(0x13, code): character for code, character in EXTENDED_13.items()}

    assert ours.keys() == theirs.keys()
    # It reads these as box drawings, a turned v and a plain blank.
    assert {ours[code] for code in ours if ours[code] != theirs[code]} == set("—^¦┌┐└┘\N{NO-BREAK SPACE}")


def test_every_extended_character_has_a_plain_base() -> None:
    assert all(base_character(character) in BASIC_BYTES for character in EXTENDED)
    assert "É" in ENCODABLE and "█" not in ENCODABLE
