"""Text outside the CEA-608 set becomes visible stand-ins that are named."""

import pytest

from shared.captions.codes import ENCODABLE
from shared.captions.transliterate import STAND_INS, clean


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller’s café", "Müller's café"),
        ("Cafe\u0301 Pen\u0303a", "Café Peña"),
        ("two  \u00a0 blanks ", "two blanks"),
        ("soft\u00adhyphen", "softhyphen"),
        ("“quoted” — dash", "“quoted” — dash"),
    ],
)
def test_what_looks_the_same_is_changed_without_a_word(text: str, expected: str) -> None:
    cleaned = clean(text)

    assert (cleaned.text, cleaned.changes) == (expected, ())


@pytest.mark.parametrize(
    ("text", "expected", "change"),
    [
        ("wait…", "wait...", ("…", "...")),
        ("€5", "EUR5", ("€", "EUR")),
        ("Łódź", "Lódz", ("Ł", "L")),
        ("Dvořák", "Dvorák", ("ř", "r")),
        ("漢字", "??", ("漢", "?")),
        ("thanks 😀 all", "thanks all", ("😀", "")),
        ("¼ mile", "1/4 mile", ("¼", "1/4")),
        ("♫", "♪", ("♫", "♪")),
        ("♪♪", "♪ ♪", ("♪♪", "♪ ♪")),
        ("½½½", "½ ½ ½", ("½½", "½ ½")),
        ("x²", "x2", ("²", "2")),
    ],
)
def test_what_changes_is_named(text: str, expected: str, change: tuple[str, str]) -> None:
    cleaned = clean(text)

    assert cleaned.text == expected
    assert change in cleaned.changes


def test_every_character_of_the_set_stays_as_it_is() -> None:
    for character in ENCODABLE - {" "}:
        assert clean(character).text == character
        assert clean(character).changes == ()


def test_stand_ins_can_be_written() -> None:
    assert all(set(stand_in) <= ENCODABLE for stand_in in STAND_INS.values())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("⸺", "-"),
        ("⟨", "("),
        ("⟩", ")"),
        ("⸂", '"'),
        ("⸃", '"'),
        ("₿", "$"),
        ("‽", "."),
        ("٣", "?"),
        ("ж", "?"),
        ("☂", ""),
        ("ﬁ", "fi"),
        ("①", "1"),
        ("ǽ", "ae"),
        ("⑴", "(1)"),
    ],
)
def test_what_is_unknown_is_shown_as_what_it_is_most_like(text: str, expected: str) -> None:
    assert clean(f"a {text} b").text == " ".join(f"a {expected} b".split())
    assert clean(text).changes == ((text, expected),)


def test_a_change_is_named_once_and_a_repeated_sign_once() -> None:
    cleaned = clean("€5 and €6 ♪♪ ♪♪♪")

    assert (cleaned.text, cleaned.changes) == ("EUR5 and EUR6 ♪ ♪ ♪ ♪ ♪", (("€", "EUR"), ("♪♪", "♪ ♪")))
