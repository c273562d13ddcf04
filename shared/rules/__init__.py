"""What holds for a recording, decided from what is known of it: values in, values out."""

from shared.rules.choosing import (
    Choice,
    Decision,
    Facts,
    Field,
    Match,
    Rule,
    ShowFacts,
    decide,
    rule_as_json,
    rule_from_json,
)
from shared.rules.output import OutputFormat
from shared.rules.policy import PublishPolicy, read_policy
from shared.rules.station_rules import NamedCity, Terms, rules_of_cities, rules_of_terms

__all__ = [
    "Choice",
    "Decision",
    "Facts",
    "Field",
    "Match",
    "NamedCity",
    "OutputFormat",
    "PublishPolicy",
    "Rule",
    "ShowFacts",
    "Terms",
    "decide",
    "read_policy",
    "rule_as_json",
    "rule_from_json",
    "rules_of_cities",
    "rules_of_terms",
]
