"""Sentences and their plain form."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.model import Word
from shared.meetings import sentences

Words = Callable[[str], tuple[Word, ...]]


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Item twenty-three is next.", "item 23 is next"),
        ("Item 4 B is next.", "item 4b is next"),
        ("Item 4-B and item 4.B.", "item 4b and item 4b"),
        ("Item A-1, a permit.", "item a1 a permit"),
        ("Item 4, a hearing.", "item 4 a hearing"),
        ("Item four a hearing.", "item 4 a hearing"),
        ("The motion carries five to two.", "the motion carries 5 to 2"),
        ("It passes seven zero.", "it passes 7 0"),
        ("It passes 5-0.", "it passes 5 0"),
        ("one hundred and five thousand two hundred dollars", "105200 dollars"),
        ("two million dollars and zero cents", "2000000 dollars and 0 cents"),
        ("1,200 people at 7 p.m. tonight", "1200 people at 7 p.m tonight"),
        ("Council Member O’Brien", "council member o'brien"),
    ],
)
def test_the_plain_form_knows_one_spelling_only(words_of: Words, said: str, plain: str) -> None:
    assert [sentence.plain for sentence in sentences(words_of(said))] == [plain]


def test_titles_and_numbered_ordinances_do_not_end_a_sentence_but_an_answer_does(words_of: Words) -> None:
    found = sentences(words_of("Mr. Lee read Ordinance No. 14. No. We start at 7 p.m. Roll call, please."))

    assert [one.text for one in found] == [
        "Mr. Lee read Ordinance No. 14.",
        "No.",
        "We start at 7 p.m.",
        "Roll call, please.",
    ]


def test_a_pause_and_another_speaker_end_a_sentence(words_of: Words) -> None:
    found = sentences(words_of("Chair: yes I\nClerk: do you\n[pause 3]\nClerk: mean it"))

    assert [(one.speaker, one.text) for one in found] == [("Chair", "yes I"), ("Clerk", "do you"), ("Clerk", "mean it")]


def test_a_part_of_the_plain_form_leads_back_to_the_words_as_written(words_of: Words) -> None:
    sentence = sentences(words_of("Moved by Council Member O'Brien, for twenty three trees."))[0]

    assert sentence.written(sentence.plain.index("o'brien"), sentence.plain.index(" for")) == "O'Brien,"
    assert sentence.written(sentence.plain.index("23"), sentence.plain.index("23") + 2) == "twenty three"


@given(st.lists(st.tuples(st.text(min_size=1, max_size=6), st.integers(0, 3_000), st.sampled_from([None, "A", "B"]))))
def test_every_word_is_in_exactly_one_sentence(drawn: list[tuple[str, int, str | None]]) -> None:
    at, words = 0, []
    for text, pause, speaker in drawn:
        words.append(Word(text, at, at + 100, speaker))
        at += 100 + pause

    found = sentences(words)

    assert [text for one in found for text in one.words] == [word.text.strip() for word in words]
    assert all(one.start_ms <= one.end_ms for one in found)
