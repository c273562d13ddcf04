"""The first rules: what cities, drives and the station say by themselves, as rules like any other."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from shared.rules.choosing import Field, Match, Rule, Value, as_words
from shared.rules.output import OutputFormat
from shared.rules.policy import PublishPolicy


@dataclass(frozen=True, slots=True)
class NamedCity:
    """A city as it is recognised."""

    city_id: UUID
    title_words: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a city or the station says of its recordings; None leaves it to the next."""

    priority: int | None = None
    language: str | None = None
    model: str | None = None
    engine: str | None = None
    include_summary: bool | None = None
    output_format: OutputFormat | None = None
    publish_policy: PublishPolicy | None = None

    def sets(self) -> dict[Field, Value]:
        """The fields that are said."""
        said = {
            Field.PRIORITY: None if self.priority is None else min(5, max(1, self.priority)),
            Field.LANGUAGE: self.language,
            Field.MODEL: self.model,
            Field.ENGINE: self.engine,
            Field.INCLUDE_SUMMARY: self.include_summary,
            Field.OUTPUT_FORMAT: self.output_format,
            Field.PUBLISH_POLICY: self.publish_policy,
        }
        return {each: value for each, value in said.items() if value is not None}


def rules_of_cities(cities: Iterable[NamedCity], *, mount_id: UUID, mount_city: UUID | None) -> tuple[Rule, ...]:
    """Whose recording it is: words of the show's title, then of the file's name, then the drive's own city.

    A mount is not a city: one drive may hold three cities, and a spare drive any. Of several words that fit the longest
    wins, for a township's name begins with its city's. A show was chosen or proven, so it is believed before a name.
    """
    cities = tuple(cities)
    words = [(each, city) for city in cities for each in city.title_words if as_words(each)]
    words.sort(key=lambda one: -len(as_words(one[0])))
    shows = [Rule(f"Title words of {_of(city)}", {Field.CITY: city.city_id}, Match(show_words=w)) for w, city in words]
    names = [Rule(f"Title words of {_of(city)}", {Field.CITY: city.city_id}, Match(title_words=w)) for w, city in words]
    drives = [
        Rule(f"The drive is {_of(city)}'s", {Field.CITY: city.city_id}, Match(mount_id=mount_id))
        for city in cities
        if city.city_id == mount_city
    ]
    return (*shows, *names, *drives)


def rules_of_terms(terms: Terms, name: str, match: Match | None = None) -> tuple[Rule, ...]:
    """What a city (``match`` asks for it) or the station says."""
    sets = terms.sets()
    return (Rule(name, sets, match or Match()),) if sets else ()


def _of(city: NamedCity) -> str:
    return city.name or str(city.city_id)
