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
    Hotwords,
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
    assert "Mylles" in hotwords(city).names


@pytest.mark.parametrize(("before", "after"), [("same", "same"), ("x", " "), ("same.", "same")])
def test_there_must_be_something_to_learn(before: str, after: str) -> None:
    with pytest.raises(InvalidInput):
        learn(CITY, before, after)


def test_an_entry_is_a_name_and_not_a_paragraph() -> None:
    Vocabulary((Entry("Maplewood Parks Recreation and Open Space Board"),))
    with pytest.raises(InvalidInput, match="has one to 8 words"):
        Vocabulary((Entry("one two three four five six seven eight nine"),))


def test_a_name_of_eight_words_is_put_right_where_a_person_corrected_it(words_of: Words) -> None:
    city = Vocabulary(
        (
            Entry(
                "Maplewood Parks Recreation and Open Space Advisory Board",
                EntryKind.BODY,
                heard_as=("Mabel Wood Recreation and Open Spice Advisory Board",),
            ),
        )
    )

    heard = words_of("The Mabel Wood Recreation and Open Spice Advisory Board meets.")

    assert corrected(heard, city) == "The Maplewood Parks Recreation and Open Space Advisory Board meets."


def test_hotwords_put_people_and_what_is_used_first_and_keep_to_the_budget() -> None:
    city = Vocabulary((Entry("LAFCO", EntryKind.ACRONYM), Entry("Ann Lee", EntryKind.PERSON), Entry("Zyx", uses=3)))

    assert hotwords(city) == Hotwords(("Zyx", "Ann Lee", "LAFCO"), 3, 3)
    assert hotwords(city, token_budget=5) == Hotwords(("Zyx", "Ann Lee"), 2, 3)
    assert hotwords(city, most_words=2) == Hotwords(("Zyx", "LAFCO"), 2, 3)
    assert hotwords(Vocabulary()) == Hotwords((), 0, 0)


def test_hotwords_keep_the_order_of_the_city() -> None:
    city = Vocabulary(
        (Entry("Weir Road"), Entry("Zoe Abt", EntryKind.PERSON), Entry("Ash Lane"), Entry("Abe Zint", EntryKind.PERSON))
    )

    assert hotwords(city).names == ("Zoe Abt", "Abe Zint", "Weir Road", "Ash Lane")


def test_what_is_known_of_this_recording_comes_before_the_citys_vocabulary() -> None:
    assert hotwords(CITY, first=("Zoning Board", "LAFCO"), most_words=5) == Hotwords(
        ("Zoning Board", "LAFCO", "Rosa Kowalski"), 2, 5
    )


def test_of_a_long_vocabulary_as_many_names_are_told_as_the_prompt_has_room_for() -> None:
    city = Vocabulary(tuple(Entry(f"{letter}{number}son Street") for letter in "ABC" for number in range(100)))

    told = hotwords(city)

    assert (told.used, told.entries) == (30, 300)
    assert sum(len(name.split()) for name in told.names) <= 60


LISTED = ("Rosa Kowalski", "Linh Nguyen", "LAFCO", "Tallahatchie Avenue", "Millbrook Commission")


def test_a_prompt_printed_as_speech_is_found() -> None:
    said = f"We will begin. {', '.join(LISTED)}. Thank you.".split()

    assert leaked(said, LISTED) == ((3, len(said) - 3),)
    assert leaked(said, LISTED[:3]) == ()


def test_names_in_a_roll_call_are_no_leak() -> None:
    said = ["Ames?", "Aye.", "Bond?", "Aye.", "Cole?", "No.", "Dunn?", "Aye."]

    assert leaked(said, ("Ames", "Bond", "Cole", "Dunn")) == ()


def test_a_short_list_and_nothing_else_may_be_the_prompt() -> None:
    assert leaked(["Linh", "Nguyen,", "LAFCO."], ("Linh Nguyen", "LAFCO")) == ((0, 2),)
    assert leaked(["Ask", "Linh", "Nguyen,", "LAFCO."], ("Linh Nguyen", "LAFCO")) == ()
    assert leaked(["LAFCO."], ("LAFCO",)) == ()


def test_names_alone_may_be_the_prompt_where_the_engine_doubts_them() -> None:
    assert leaked(["LAFCO.", "LAFCO."], LISTED, doubted=True) == ((0, 1),)
    assert leaked(["Kowalski,", "Nguyen"], LISTED, doubted=True) == ((0, 1),)
    assert leaked(["Thank", "you,", "Kowalski"], LISTED, doubted=True) == ()
    assert leaked([], LISTED, doubted=True) == ()


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


@pytest.mark.parametrize("line", ["river: Mill Creek", "person:", "= Garsia", "a b c d e f g h i"])
def test_a_line_that_names_nothing_is_refused(line: str) -> None:
    with pytest.raises(InvalidInput):
        read_vocabulary(line)
