"""Whether finished captions go to viewers: by themselves, after a person's word, or never."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class PublishPolicy(StrEnum):
    """One word for one thing, at cities, in settings and in rules."""

    AUTO = "auto"
    """Publish what passes the quality gate."""
    REVIEW = "review"
    """A person releases each one."""
    NEVER = "never"


ALIASES: Final[Mapping[str, PublishPolicy]] = MappingProxyType({"off": PublishPolicy.NEVER})
"""Words of earlier releases, still taken; never given out."""


def read_policy(text: str) -> PublishPolicy:
    """The policy that a word means, an earlier release's word too; raises ``ValueError`` for any other."""
    word = text.strip().lower()
    try:
        return ALIASES.get(word) or PublishPolicy(word)
    except ValueError:
        raise ValueError(f"{text!r} is none of {', '.join(PublishPolicy)}") from None
