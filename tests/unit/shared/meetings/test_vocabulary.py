"""A city's own words: what is put right, what is left alone, what is learned."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.model import Word
from shared.errors import InvalidInput
from shared.meetings import (
    Entry,
    EntryKind,
    Vocabulary,
    correct,
    hotwords,
    leaked,
    learn,
    read_vocabulary,
    write_vocabulary,
)
from shared.meetings.common_words import is_common
from shared.meetings.sound_alike import edit_distance, sound_key

Words = Callable[[str], tuple[Word, ...]]
CITY = Vocabulary(
    (
        Entry("Rosa Kowalski", EntryKind.PERSON),
        Entry("Linh Nguyen", EntryKind.PERSON),
        Entry("Tallahatchie Avenue", EntryKind.STREET),
        Entry("Millbrook Commission", EntryKind.BODY),
        Entry("LAFCO", EntryKind.ACRONYM, heard_as=("laughco",)),
    )
)


def corrected(words: tuple[Word, ...], vocabulary: Vocabulary = CITY) -> str:
    return " ".join(word.text for word in correct(words, vocabulary)[0])


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("Thank you, Rosa Kowalsky.", "Thank you, Rosa Kowalski."),
        ("Council Member Kowalsky's plan", "Council Member Kowalski's plan"),
        ("“Kowalsky,” she said", "“Kowalski,” she said"),
        ("Mayor Nuyen spoke", "Mayor Nguyen spoke"),
        ("on Tallahatchee Avenue tonight", "on Tallahatchie Avenue tonight"),
        ("the laughco report", "the LAFCO report"),
    ],
)
def test_names_heard_nearly_right_are_put_right(words_of: Words, heard: str, written: str) -> None:
    assert corrected(words_of(heard)) == written


@pytest.mark.parametrize(
    "heard",
    [
        "Thank you, Rosa Kowalski.",
        "the mill brook is dry",
        "Mills and Brooks were here",
        "Kovacs spoke",
        "a kowalsky written small is no name",
        "Rosa, Kowalsky2",
        "the Planning Commission met",
    ],
)
def test_everything_else_is_left_alone(words_of: Words, heard: str) -> None:
    assert corrected(words_of(heard)) == heard


def test_a_word_the_engine_is_sure_of_is_left_alone() -> None:
    assert corrected((Word("Kowalsky", 0, 300, None, 0.97),)) == "Kowalsky"


def test_an_entry_that_two_names_are_alike_to_is_not_guessed(words_of: Words) -> None:
    twins = Vocabulary((Entry("Hansen"), Entry("Hanson")))

    assert corrected(words_of("Thank you, Hannsen."), twins) == "Thank you, Hannsen."


def test_every_correction_is_recorded_with_its_place(words_of: Words) -> None:
    words = words_of("Thank you, Rosa Kowalsky. The laughco report.")

    after, made = correct(words, CITY)

    assert [(one.before, one.after, one.start_ms, one.why) for one in made] == [
        ("Rosa Kowalsky.", "Rosa Kowalski.", words[2].start_ms, "sounds alike"),
        ("laughco", "LAFCO", words[5].start_ms, "learned"),
    ]
    assert [(word.start_ms, word.end_ms, word.confidence) for word in after] == [
        (word.start_ms, word.end_ms, word.confidence) for word in words
    ]


def test_a_correction_made_once_is_made_by_itself_next_time(words_of: Words) -> None:
    city = learn(CITY, "Garsia,", "Garcia", kind=EntryKind.PERSON)

    assert corrected(words_of("Ask Garsia."), city) == "Ask Garcia."
    assert city.entries[-1] == Entry("Garcia", EntryKind.PERSON, ("Garsia",), uses=1)
    assert learn(city, "Garzia", "Garcia").entries[-1] == Entry(
        "Garcia", EntryKind.PERSON, ("Garsia", "Garzia"), uses=2
    )


def test_the_latest_correction_of_a_spelling_wins(words_of: Words) -> None:
    city = learn(learn(Vocabulary(), "Garsia", "Garcia"), "Garsia", "Gascia")

    assert corrected(words_of("Ask Garsia."), city) == "Ask Gascia."


def test_a_common_word_never_becomes_a_rule(words_of: Words) -> None:
    city = learn(CITY, "mills", "Mylles", kind=EntryKind.PERSON)

    assert corrected(words_of("The mills are closed."), city) == "The mills are closed."
    assert "Mylles" in hotwords(city)


@pytest.mark.parametrize(("before", "after"), [("same", "same"), ("x", " "), ("same.", "same")])
def test_there_must_be_something_to_learn(before: str, after: str) -> None:
    with pytest.raises(InvalidInput):
        learn(CITY, before, after)


def test_an_entry_is_a_name_and_not_a_paragraph() -> None:
    with pytest.raises(InvalidInput):
        Vocabulary((Entry("one two three four five six"),))


def test_hotwords_put_people_and_what_is_used_first_and_keep_to_the_budget() -> None:
    city = Vocabulary((Entry("LAFCO", EntryKind.ACRONYM), Entry("Ann Lee", EntryKind.PERSON), Entry("Zyx", uses=3)))

    assert hotwords(city) == "Zyx, Ann Lee, LAFCO"
    assert hotwords(city, token_budget=5) == "Zyx, Ann Lee"
    assert hotwords(Vocabulary()) == ""


def test_a_prompt_printed_as_speech_is_found(words_of: Words) -> None:
    prompt = hotwords(CITY)
    words = words_of(f"We will begin. {prompt}. Thank you.")

    ((start_ms, end_ms),) = leaked(words, prompt)

    assert (start_ms, end_ms) == (words[3].start_ms, words[-3].end_ms)


def test_names_in_a_roll_call_are_no_leak(words_of: Words) -> None:
    prompt = "Ames, Bond, Cole, Dunn"

    assert leaked(words_of("Ames? Aye. Bond? Aye. Cole? No. Dunn? Aye."), prompt) == ()


@given(st.lists(st.text(min_size=1, max_size=12), max_size=30))
def test_correcting_keeps_every_word_and_correcting_twice_changes_nothing_more(texts: list[str]) -> None:
    words = tuple(Word(text, at * 400, at * 400 + 300) for at, text in enumerate(texts))

    once, made = correct(words, CITY)

    assert len(once) == len(words)
    assert sum(before != after for before, after in zip(words, once, strict=True)) >= len(made)
    assert correct(once, CITY) == (once, ())


@given(st.text("abcdefgh", max_size=8), st.text("abcdefgh", max_size=8))
def test_distance_is_symmetric_and_capped(one: str, other: str) -> None:
    assert edit_distance(one, other, most=3) == edit_distance(other, one, most=3) <= 4
    assert (edit_distance(one, other, most=3) == 0) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"), [("Nguyen", "Nuyen"), ("Kowalski", "Kowalsky"), ("Philips", "Fillips"), ("Knight", "Night")]
)
def test_what_sounds_alike_has_one_key(one: str, other: str) -> None:
    assert sound_key(one) == sound_key(other)


@pytest.mark.parametrize("word", ["mill", "mills", "council", "twenty", "voted", "closing", "baker"])
def test_everyday_words_are_common(word: str) -> None:
    assert is_common(word)


def test_a_vocabulary_is_a_file_kept_by_hand() -> None:
    text = "# people\nperson: Rosa Kowalski\n\nGarcia = Garsia,  Garzia  # twice\nacronym: LAFCO\n"

    city = read_vocabulary(text)

    assert city.entries == (
        Entry("Rosa Kowalski", EntryKind.PERSON),
        Entry("Garcia", heard_as=("Garsia", "Garzia")),
        Entry("LAFCO", EntryKind.ACRONYM),
    )
    assert read_vocabulary(write_vocabulary(city)) == city


@pytest.mark.parametrize("line", ["river: Mill Creek", "person:", "= Garsia", "a b c d e f"])
def test_a_line_that_names_nothing_is_refused(line: str) -> None:
    with pytest.raises(InvalidInput):
        read_vocabulary(line)
