"""Summary, key phrases, topics, tone and names: each rests on what was said, and says where."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.model import Word
from shared.meetings import enrich, enrichment_json, sentences, summary_markdown
from shared.meetings.key_phrases import key_phrases
from shared.meetings.member_names import named, propose_names
from shared.meetings.sentiment import sentiment
from shared.meetings.summary import summarise
from shared.meetings.topics import topics

Words = Callable[[str], tuple[Word, ...]]

FLOOD = """
The storm drain on Orchard Street overflows whenever heavy rain falls.
The storm drain replacement would end the flooding on Orchard Street.
Engineers studied the storm drain and the flooding for two winters.
My grandmother once owned a very friendly orange parrot named Captain.
The bookmobile visits Cedar Park on alternate Wednesdays during summer break.
"""


def test_a_summary_quotes_what_the_meeting_kept_coming_back_to(words_of: Words) -> None:
    said = sentences(words_of(FLOOD))

    (central,) = summarise(said, most=1)
    quotes = summarise(said, most=4)

    assert "storm drain" in central.text
    assert all(quote.text in {one.text for one in said} for quote in quotes)
    assert [quote.start_ms for quote in quotes] == sorted(quote.start_ms for quote in quotes)


def test_a_summary_says_a_thing_once(words_of: Words) -> None:
    said = sentences(words_of("The storm drain on Orchard Street overflows in heavy rain.\n" * 5))

    assert len(summarise(said)) == 1


def test_small_talk_has_no_summary(words_of: Words) -> None:
    assert summarise(sentences(words_of("Thank you, Mayor. You have three minutes. Any questions?"))) == ()


def test_key_phrases_are_said_more_than_once_and_stand_for_their_parts(words_of: Words) -> None:
    found = key_phrases(sentences(words_of(FLOOD)))

    assert ("storm drain", 3) in [(one.text, one.count) for one in found]
    assert "storm" not in [one.text for one in found]
    assert all(one.count == len(one.places_ms) for one in found)


def test_a_street_name_is_no_traffic_matter(words_of: Words) -> None:
    address = topics(sentences(words_of("I live on Orchard Street. She lives on Mill Street.")))
    matter = topics(sentences(words_of("The street lights are out. Please fix the street lights.")))

    assert address == ()
    assert [(one.name, one.mentions, one.words) for one in matter] == [("Streets and traffic", 2, ("street lights",))]


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("I love this beautiful park.", "positive"),
        ("The noise is terrible.", "negative"),
        ("This is not a good plan.", "negative"),
        ("I am not worried.", "positive"),
        ("Good evening. Any opposed? The motion fails.", "neutral"),
        ("We meet on Tuesday.", "neutral"),
    ],
)
def test_the_tone_follows_strong_words_and_not_courtesy(words_of: Words, said: str, label: str) -> None:
    assert sentiment(sentences(words_of(said))).label == label


CALLS = """
SPEAKER_1: Council Member Garza?
SPEAKER_2: Here.
SPEAKER_1: Mayor Whitfield?
SPEAKER_3: Here.
SPEAKER_3: Council Member Garza, you have the floor.
SPEAKER_2: I like the plan.
SPEAKER_3: Thank you, Council Member Garza.
"""


def test_who_answers_to_a_name_probably_has_it(words_of: Words) -> None:
    garza, mayor = propose_names(sentences(words_of(CALLS)))

    assert (garza.label, garza.name, len(garza.evidence)) == ("SPEAKER_2", "Garza", 3)
    assert (mayor.label, mayor.name, mayor.title) == ("SPEAKER_3", "Whitfield", "Mayor")
    assert garza.confidence > mayor.confidence


def test_with_a_roster_only_its_names_are_proposed_and_in_full(words_of: Words) -> None:
    proposals = propose_names(sentences(words_of(CALLS)), ["Elena Garza", "Tom Reed"])

    assert [one.name for one in proposals] == ["Elena Garza"]


def test_confirmed_names_take_the_place_of_labels(words_of: Words) -> None:
    words = named(words_of(CALLS), {"SPEAKER_2": "Garza"})

    assert {word.speaker for word in words} == {"SPEAKER_1", "Garza", "SPEAKER_3"}


def test_talking_about_somebody_proposes_nothing(words_of: Words) -> None:
    text = "SPEAKER_1: I agree with Council Member Garza.\nSPEAKER_2: So do I."

    assert propose_names(sentences(words_of(text))) == ()


def test_the_page_warns_of_the_demonstration_model(words_of: Words) -> None:
    page = summary_markdown(
        enrich(words_of(FLOOD), duration_ms=60_000), title="A meeting", facts=[("City", "X")], is_demonstration=True
    )

    assert page.startswith("# A meeting\n\n> **Made with the demonstration speech model.**")
    assert "- City: X\n" in page


def test_nothing_said_is_no_error() -> None:
    nothing = enrich((), duration_ms=0)

    assert (nothing.chapters, nothing.motions, nothing.summary) == ((), (), ())
    assert summary_markdown(nothing, title="Empty").startswith("# Empty\n")


SCRAPS = (
    "I move to approve item 4 . Second Aye. No. Garza? Mayor Council Member motion carries 5 to 2 roll call public "
    "hearing is now open closed storm drain adjourned so moved | ’ ? . % recess in favor opposed"
)
VOICES = st.sampled_from(SCRAPS.split())


@given(st.lists(st.tuples(VOICES, st.sampled_from([None, "A", "B"]), st.integers(0, 4_000)), max_size=120))
def test_any_words_whatever_are_digested_the_same_way_twice(drawn: list[tuple[str, str | None, int]]) -> None:
    at, words = 0, []
    for text, speaker, pause in drawn:
        words.append(Word(text, at, at + 200, speaker))
        at += 200 + pause

    once, twice = (enrich(words, duration_ms=at) for _ in range(2))

    assert enrichment_json(once) == enrichment_json(twice)
    places = [one.start_ms for one in once.chapters]
    places += [one.start_ms for one in once.motions]
    places += [one.start_ms for one in once.summary]
    assert all(0 <= place <= at for place in places)
    assert summary_markdown(once, title="T").endswith("\n")
