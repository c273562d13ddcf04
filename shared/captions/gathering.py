"""Many findings made short: what a person can read, and how many more there are."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from shared.captions.model import Finding, Severity

EACH = 20
"""Findings of one code that are listed; whoever has read twenty knows what the matter is."""
MOST = 500


@dataclass(frozen=True, slots=True)
class Gathered:
    """Findings with an end."""

    listed: tuple[Finding, ...]
    """The first of each code, in the order they came; if even that is too much, errors before warnings."""
    counts: dict[str, int]
    """How many there are of each code, also of those not listed."""

    @property
    def left_out(self) -> int:
        """How many are not listed."""
        return sum(self.counts.values()) - sum(finding.count for finding in self.listed)

    @property
    def unlisted(self) -> dict[str, int]:
        """How many of each code are not listed, where there are any."""
        listed = Counter[str]()
        for finding in self.listed:
            listed[finding.code] += finding.count
        return {code: count - listed[code] for code, count in self.counts.items() if count > listed[code]}


def gathered(findings: Iterable[Finding], *, each: int = EACH, most: int = MOST) -> Gathered:
    """The first ``each`` findings of every code, ``most`` in all, and the count of all of them."""
    counts: Counter[str] = Counter()
    listed: list[Finding] = []
    for finding in findings:
        # One that stands for others has nothing to say beside them.
        if counts[finding.code] < each and finding.count == 1:
            listed.append(finding)
        counts[finding.code] += finding.count
    if len(listed) > most:
        listed.sort(key=lambda one: one.severity is not Severity.ERROR)
        del listed[most:]
    return Gathered(tuple(listed), dict(counts))
