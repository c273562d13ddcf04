"""Rules in order: for each field the first one that fits decides, and says why.

A rule is a value: some conditions, all of which must hold, and what it sets. Rules of the station's cities are made by
``station_rules.py``; a table of rules gives more of the same type (``rule_from_json``), which go before them. The city
is decided first, because a rule may ask for it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

from shared.errors import InvalidInput
from shared.rules.output import OutputFormat
from shared.rules.policy import PublishPolicy, read_policy

Value = str | int | bool | UUID | OutputFormat | PublishPolicy


class Field(StrEnum):
    """What can be decided for a recording."""

    CITY = "city"
    BODY = "body"
    PRIORITY = "priority"
    LANGUAGE = "language"
    MODEL = "model"
    ENGINE = "engine"
    INCLUDE_SUMMARY = "include_summary"
    OUTPUT_FORMAT = "output_format"
    PUBLISH_POLICY = "publish_policy"


@dataclass(frozen=True, slots=True)
class ShowFacts:
    """The Cablecast show of a recording, once it is linked."""

    show_id: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a recording when rules are asked."""

    path: str
    """Below the mount; its last part is the file's name."""
    mount_id: UUID | None = None
    recorded_on: date | None = None
    duration_ms: int | None = None
    show: ShowFacts | None = None
    city_id: UUID | None = None
    """As it was decided; set by ``decide``."""

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Match:
    """Conditions; those that are None ask for nothing."""

    mount_id: UUID | None = None
    path: str | None = None
    """A pattern with ``*`` and ``?`` for the whole path, in either case."""
    title_words: str | None = None
    """Words that stand together in the file's name."""
    show_words: str | None = None
    """Words that stand together in the show's title."""
    show_id: int | None = None
    weekdays: tuple[int, ...] | None = None
    """1 is Monday, 7 is Sunday."""
    first_on: date | None = None
    last_on: date | None = None
    at_least_ms: int | None = None
    below_ms: int | None = None
    city_id: UUID | None = None

    def why(self, facts: Facts) -> str | None:
        """The reason in words, where all conditions hold; else None."""
        reasons = []
        for name, condition in _CONDITIONS.items():
            wanted = getattr(self, name)
            if wanted is None:
                continue
            reason = condition(wanted, facts)
            if reason is None:
                return None
            reasons.append(reason)
        return " and ".join(reasons) or "nothing more particular is said"


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for recordings that match."""

    name: str
    sets: Mapping[Field, Value]
    match: Match = field(default_factory=Match)

    def __post_init__(self) -> None:
        """A rule that decides a city cannot ask for it."""
        if not self.sets:
            raise InvalidInput(f"The rule {self.name!r} sets nothing.", code="rule_sets_nothing")
        if self.match.city_id is not None and Field.CITY in self.sets:
            raise InvalidInput(f"The rule {self.name!r} asks for the city that it sets.", code="rule_goes_round")
        priority = self.sets.get(Field.PRIORITY, 1)
        if isinstance(priority, bool) or not isinstance(priority, int) or not 1 <= priority <= 5:
            message = f"The rule {self.name!r} sets a priority, which must be a whole number from 1 to 5."
            raise InvalidInput(message, code="rule_priority")


@dataclass(frozen=True, slots=True)
class Choice:
    """One field, decided: by which rule, and why."""

    field: Field
    value: Value
    rule: str
    because: str

    def sentence(self, shown: str | None = None) -> str:
        """For a person; ``shown`` is the value's name where the value itself says nothing, such as a city's."""
        return f"{self.field.replace('_', ' ').capitalize()} is {shown or self.value}: {self.rule}, for {self.because}."

    def as_json(self) -> dict[str, Any]:
        """For a JSON column."""
        value = str(self.value) if isinstance(self.value, UUID) else self.value
        return {"value": value, "rule": self.rule, "because": self.because, "sentence": self.sentence()}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided for one recording; fields that no rule sets are missing."""

    choices: Mapping[Field, Choice]

    def value(self, wanted: Field) -> Any:
        """What was decided, or None."""
        choice = self.choices.get(wanted)
        return choice.value if choice else None

    def as_json(self) -> dict[str, Any]:
        """For a JSON column: field to value, rule, reason and sentence."""
        return {str(each): choice.as_json() for each, choice in self.choices.items()}


def decide(rules: Iterable[Rule], facts: Facts) -> Decision:
    """For each field the first rule in order that sets it and matches."""
    rules = tuple(rules)
    choices: dict[Field, Choice] = {}
    if city := _first(Field.CITY, [rule for rule in rules if rule.match.city_id is None], facts):
        choices[Field.CITY] = city
        assert isinstance(city.value, UUID)
        facts = replace(facts, city_id=city.value)
    for wanted in Field:
        if wanted not in choices and wanted is not Field.CITY and (choice := _first(wanted, rules, facts)):
            choices[wanted] = choice
    return Decision(choices)


def _first(wanted: Field, rules: Iterable[Rule], facts: Facts) -> Choice | None:
    for rule in rules:
        if wanted in rule.sets and (because := rule.match.why(facts)):
            return Choice(wanted, rule.sets[wanted], rule.name, because)
    return None


def as_words(text: str) -> str:
    """The words of a text, in small letters, with one space between them."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def _words_in(words: str, text: str, whose: str) -> str | None:
    plain = as_words(words)
    return f"{whose} has {words!r}" if plain and f" {plain} " in f" {as_words(text)} " else None


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _on_weekday(days: tuple[int, ...], facts: Facts) -> str | None:
    day = facts.recorded_on.isoweekday() if facts.recorded_on else 0
    return f"it was recorded on a {_DAYS[day - 1]}" if day in days else None


_CONDITIONS: Mapping[str, Callable[[Any, Facts], str | None]] = {
    "show_id": lambda wanted, facts: f"it is show {wanted}" if facts.show and facts.show.show_id == wanted else None,
    "show_words": lambda wanted, facts: _words_in(wanted, facts.show.title, "the show's title") if facts.show else None,
    "title_words": lambda wanted, facts: _words_in(wanted, facts.name, "the file's name"),
    "path": lambda wanted, facts: (
        f"its path fits {wanted!r}" if fnmatchcase(facts.path.lower(), wanted.lower()) else None
    ),
    "mount_id": lambda wanted, facts: "it lies on this drive" if facts.mount_id == wanted else None,
    "city_id": lambda wanted, facts: "it is of this city" if facts.city_id == wanted else None,
    "weekdays": _on_weekday,
    "first_on": lambda wanted, facts: (
        f"it is of {wanted} or later" if facts.recorded_on and facts.recorded_on >= wanted else None
    ),
    "last_on": lambda wanted, facts: (
        f"it is of {wanted} or earlier" if facts.recorded_on and facts.recorded_on <= wanted else None
    ),
    "at_least_ms": lambda wanted, facts: (
        f"it lasts {wanted // 1000} s or longer"
        if facts.duration_ms is not None and facts.duration_ms >= wanted
        else None
    ),
    "below_ms": lambda wanted, facts: (
        f"it lasts less than {wanted // 1000} s"
        if facts.duration_ms is not None and facts.duration_ms < wanted
        else None
    ),
}


def rule_as_json(rule: Rule) -> dict[str, Any]:
    """A rule as a row of a table would hold it."""
    conditions = {each.name: getattr(rule.match, each.name) for each in fields(Match)}
    return {
        "name": rule.name,
        "match": {name: _plain(value) for name, value in conditions.items() if value is not None},
        "sets": {str(each): _plain(value) for each, value in rule.sets.items()},
    }


def rule_from_json(row: Mapping[str, Any]) -> Rule:
    """The rule of a row; raises ``InvalidInput`` with a sentence for one that means nothing."""
    try:
        match = {name: _CONDITION_TYPES.get(name, _as_it_is)(value) for name, value in row.get("match", {}).items()}
        sets = {Field(name): _VALUE_TYPES.get(name, _as_it_is)(value) for name, value in row["sets"].items()}
        return Rule(str(row["name"]), sets, Match(**match))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(f"This is no rule: {error}.", code="rule_unreadable") from error


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool | int) else str(value)


def _as_it_is(value: Any) -> Any:
    return value


_CONDITION_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "mount_id": UUID,
    "city_id": UUID,
    "first_on": date.fromisoformat,
    "last_on": date.fromisoformat,
    "weekdays": tuple,
}
_VALUE_TYPES: Mapping[str, Callable[[Any], Any]] = {
    Field.CITY: UUID,
    Field.OUTPUT_FORMAT: OutputFormat,
    Field.PUBLISH_POLICY: read_policy,
}
