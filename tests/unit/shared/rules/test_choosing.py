"""Rules in order: what is promised of any list of rules and any recording."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidInput
from shared.rules import (
    Facts,
    Field,
    Match,
    OutputFormat,
    PublishPolicy,
    Rule,
    ShowFacts,
    decide,
    rule_as_json,
    rule_from_json,
)

IDS = st.sampled_from([UUID(int=number) for number in range(1, 4)])
WORDS = st.sampled_from(["Grant", "White Bear", "council", "school board", "--"])
DAYS = st.dates(date(2026, 10, 1), date(2026, 12, 1))
VALUES: dict[Field, st.SearchStrategy[Any]] = {
    Field.CITY: IDS,
    Field.BODY: st.sampled_from(["council", "school board"]),
    Field.PRIORITY: st.integers(1, 5),
    Field.LANGUAGE: st.sampled_from(["en", "es"]),
    Field.MODEL: st.sampled_from(["base", "large-v3"]),
    Field.ENGINE: st.sampled_from(["auto", "whisperx"]),
    Field.INCLUDE_SUMMARY: st.booleans(),
    Field.OUTPUT_FORMAT: st.sampled_from(OutputFormat),
    Field.PUBLISH_POLICY: st.sampled_from(PublishPolicy),
}


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    chosen = draw(st.sets(st.sampled_from(Field), min_size=1, max_size=3))
    match = Match(
        mount_id=draw(st.none() | IDS),
        path=draw(st.none() | st.sampled_from(["*", "grant/*", "*.MP4", "?"])),
        title_words=draw(st.none() | WORDS),
        show_words=draw(st.none() | WORDS),
        show_id=draw(st.none() | st.integers(1, 3)),
        weekdays=draw(st.none() | st.lists(st.integers(1, 7), max_size=3).map(tuple)),
        first_on=draw(st.none() | DAYS),
        last_on=draw(st.none() | DAYS),
        at_least_ms=draw(st.none() | st.integers(0, 5000)),
        below_ms=draw(st.none() | st.integers(0, 5000)),
        city_id=None if Field.CITY in chosen else draw(st.none() | IDS),
    )
    return Rule(draw(st.text(min_size=1, max_size=5)), {each: draw(VALUES[each]) for each in chosen}, match)


FACTS = st.builds(
    Facts,
    path=st.sampled_from(["Grant/Council.mp4", "White_Bear-council.mp4", "x"]),
    mount_id=st.none() | IDS,
    recorded_on=st.none() | DAYS,
    duration_ms=st.none() | st.integers(0, 6000),
    show=st.none() | st.builds(ShowFacts, st.integers(1, 3), WORDS),
)


@given(st.lists(rules(), max_size=8), FACTS)
def test_every_choice_is_of_the_first_rule_that_sets_it_and_matches(several: list[Rule], facts: Facts) -> None:
    decision = decide(several, facts)

    city = decision.value(Field.CITY)
    known = Facts(facts.path, facts.mount_id, facts.recorded_on, facts.duration_ms, facts.show, city)
    for each in Field:
        fitting = [rule for rule in several if each in rule.sets and rule.match.why(known)]
        choice = decision.choices.get(each)
        assert (choice is None) == (not fitting)
        if choice is not None:
            first = fitting[0]
            assert (choice.value, choice.rule, choice.because) == (
                first.sets[each],
                first.name,
                first.match.why(known),
            )


@given(st.lists(rules(), max_size=6), rules(), FACTS)
def test_a_rule_put_last_changes_nothing_that_was_decided(several: list[Rule], last: Rule, facts: Facts) -> None:
    before, after = decide(several, facts), decide([*several, last], facts)

    if Field.CITY in before.choices or Field.CITY not in after.choices:
        assert {each: after.choices[each] for each in before.choices} == dict(before.choices)


@given(rules())
def test_a_rule_is_the_same_after_it_was_a_row(rule: Rule) -> None:
    assert rule_from_json(json.loads(json.dumps(rule_as_json(rule)))) == rule


@given(st.lists(rules(), max_size=8), FACTS)
def test_an_explanation_is_data_and_a_sentence_for_every_choice(several: list[Rule], facts: Facts) -> None:
    decision = decide(several, facts)
    told = json.loads(json.dumps(decision.as_json()))

    assert set(told) == {str(each) for each in decision.choices}
    for each in told.values():
        assert each["sentence"].endswith(".") and each["rule"] in each["sentence"] and each["because"]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"name": "x", "sets": {}},
        {"name": "x", "sets": {"colour": "red"}},
        {"name": "x", "sets": {"priority": 6}},
        {"name": "x", "sets": {"priority": True}},
        {"name": "x", "sets": {"publish_policy": "sometimes"}},
        {"name": "x", "sets": {"city": "Grant"}},
        {"name": "x", "sets": {"body": "council"}, "match": {"moon": "full"}},
        {"name": "x", "sets": {"body": "council"}, "match": {"first_on": "soon"}},
        {"name": "x", "sets": {"city": str(UUID(int=1))}, "match": {"city_id": str(UUID(int=1))}},
    ],
)
def test_a_row_that_is_no_rule_is_refused_with_a_sentence(row: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"\.$"):
        rule_from_json(row)


@pytest.mark.parametrize("priority", [0, 6, True, 2.5, "3"])
def test_a_rule_says_what_a_priority_must_be(priority: Any) -> None:
    with pytest.raises(InvalidInput, match="must be a whole number from 1 to 5") as refused:
        rule_from_json({"name": "x", "sets": {"priority": priority}})

    assert refused.value.code == "rule_priority"


def test_the_word_of_earlier_releases_is_read_in_a_row() -> None:
    rule = rule_from_json({"name": "x", "sets": {"publish_policy": "off"}})

    assert rule.sets == {Field.PUBLISH_POLICY: PublishPolicy.NEVER}
