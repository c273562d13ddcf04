"""Which neighbouring words belong together, pair by pair, and where a break is better than elsewhere."""

from itertools import pairwise

import pytest

from shared.captions.phrases import Boundary, BreakRule, WordClass, boundary, kind_of


def between(pair: str) -> Boundary:
    one, two = pair.split()
    return boundary(kind_of(one), kind_of(two))


@pytest.mark.parametrize(
    ("rule", "together", "apart"),
    [
        (BreakRule.TITLE, "Mayor Lee|Dr. Jones", "mayor Lee|Mayor lee|Mayor, Lee"),
        (BreakRule.INITIAL, "J. Lee", "J. said|I. Lee"),
        (
            BreakRule.ITEM,
            "item 4B|Item IV|Section 12|item twenty|Ordinance No.|25 4B",
            "item, 4B|item I|25 I|Ordinance No",
        ),
        (BreakRule.NAME, "Jane Lee|U.S. Senate", "Jane, Lee|Jane The|[MUSIC] Jane|U.S. senate|U.S. The|Jane [MUSIC]"),
        (
            BreakRule.DATE,
            "November 2026|3, 2026|November 3rd|May V|3 November",
            "november 2026|November, 3rd|words 2026",
        ),
        (BreakRule.NUMBER, "twenty five|forty-seven thousand|25 miles", "twenty, five|words five"),
        (BreakRule.MONEY, "$4 million|four dollars|$4 5", "$4 people|four, dollars"),
        (BreakRule.TIME, "7 p.m.|7 o'clock", "7 the|seven, o'clock"),
        (BreakRule.COUNT, "25 people|2026 budget|$4 people", "25 of|25 and|25, people"),
        (BreakRule.ARTICLE, "the budget|The Lee", "the and|the will|the, budget"),
        (BreakRule.AUXILIARY, "will vote|thank you", "will the|will of|will and|will, vote"),
        (BreakRule.PREPOSITION, "of water|of the|at 7", "of and|on to|of, water"),
        (BreakRule.CONJUNCTION, "and second|and the|but to", "and, second|second and"),
        (BreakRule.SUBJECT, "we moved|I moved", "we the|we and|we of|we, moved"),
    ],
)
def test_words_of_one_phrase_belong_together(rule: BreakRule, together: str, apart: str) -> None:
    assert {pair: between(pair).rule for pair in together.split("|")} == dict.fromkeys(together.split("|"), rule)
    assert not [pair for pair in apart.split("|") if between(pair).rule is rule]


@pytest.mark.parametrize(
    ("pair", "ends_sentence", "is_question"),
    [
        ("done. Next", True, False),
        ("done! next", True, False),
        ("done? Next", True, True),
        ("Inc. The", True, False),
        ("Inc. the", False, False),
        ("Mr. the", False, False),
        ("U.S. The", True, False),
        ("done, Next", False, False),
        ("e.g. the", False, False),
        ("J. said", False, False),
        ("done.” Next", True, False),
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(pair: str, ends_sentence: bool, is_question: bool) -> None:
    found = between(pair)

    assert (found.ends_sentence, found.ends_question) == (ends_sentence, is_question)


def test_the_better_break_is_the_cheaper_one() -> None:
    worse_and_worse = [
        "done. Next",  # the end of a sentence
        "Inc. The",  # what may be the end of one
        "words, plain",
        "words and",
        "words of",
        "words) plain",
        'words "quoted',
        "plain words",
        "25 people",
        "we moved",
        "will vote",
        "of water",
        "the budget",
        "Jane Lee",
        "November 3rd",
        "twenty five",
    ]

    costs = [between(pair).cost for pair in worse_and_worse]

    assert all(one < two for one, two in pairwise(costs)), costs
    assert between("words ♪").cost == between("words [MUSIC]").cost == between("words and").cost


@pytest.mark.parametrize("tag", ["[MUSIC]", "(applause)", "♪", ">>"])
def test_a_sound_in_brackets_of_either_kind_is_a_tag(tag: str) -> None:
    assert kind_of(tag) & WordClass.TAG
    assert between(f"Jane {tag}").rule is None
    assert between(f"words {tag}").cost == between("words and").cost


@pytest.mark.parametrize("word", ["[MUSIC", "applause)", "[applause)", "(MUSIC]", "«word»"])
def test_half_a_bracket_makes_no_tag(word: str) -> None:
    assert not kind_of(word) & WordClass.TAG
