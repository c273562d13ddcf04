"""Whether two mounts are one folder, or one of them lies in the other: their recordings would be seen twice.

A path says it only where nothing on it is a link and nothing is mounted twice. So whoever can look at a mount tells
what its folder really is (``Folder``); who cannot, such as the API, compares the paths.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Self


class Overlap(StrEnum):
    """How one folder lies to another; the value completes the sentence "this ... the folder of that mount"."""

    SAME = "is"
    INSIDE = "lies inside"
    AROUND = "holds"


@dataclass(frozen=True, slots=True)
class Folder:
    """What a mount's folder really is, as the machine that looked at it has it now.

    A place is a file system and a path in it, or in what a server exports, whatever it is called on this machine.
    """

    path: str
    """Without links."""
    identity: str
    """The same for two names of one folder, until the machine starts again."""
    place: tuple[str, str]
    below: tuple[tuple[str, str], ...] = ()
    """The places that are mounted somewhere below it."""

    def as_json(self) -> dict[str, Any]:
        """For the facts of a mount."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Any) -> Self | None:
        """None for a mount that nobody has looked at, or only an earlier release."""
        if not isinstance(told, dict):
            return None
        below = tuple((source, path) for source, path in told["below"])
        return cls(told["path"], told["identity"], (told["place"][0], told["place"][1]), below)


def overlap_of_paths(one: str, other: str) -> Overlap | None:
    """As their spelling has it. Hidden folders are not searched for recordings, so what lies in one is apart."""
    if one == other:
        return Overlap.SAME
    if _is_seen_from(other, one):
        return Overlap.INSIDE
    return Overlap.AROUND if _is_seen_from(one, other) else None


def overlap(one: Folder, other: Folder) -> Overlap | None:
    """How ``one`` lies to ``other``; None when no recording can be in both."""
    if one.identity == other.identity or one.place == other.place:
        return Overlap.SAME
    if found := overlap_of_paths(one.path, other.path):
        return found
    if any(_is_below(one.place, place) for place in (other.place, *other.below)):
        return Overlap.INSIDE
    if any(_is_below(other.place, place) for place in (one.place, *one.below)):
        return Overlap.AROUND
    return None


def _is_below(place: tuple[str, str], outer: tuple[str, str]) -> bool:
    return place[0] == outer[0] and (place == outer or _is_seen_from(outer[1], place[1]))


def _is_seen_from(outer: str, inner: str) -> bool:
    if not PurePosixPath(inner).is_relative_to(outer) or inner == outer:
        return False
    return not any(part.startswith(".") for part in PurePosixPath(inner).relative_to(outer).parts)
