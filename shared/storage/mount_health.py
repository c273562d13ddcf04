"""Decides whether a mount is there. What is gone or empty is an alarm, and never means that recordings were deleted."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class MountFacts:
    """What the mount helper saw at the root."""

    is_directory: bool
    is_readable: bool = False
    is_mount_point: bool = False
    file_system: str | None = None
    has_sentinel: bool | None = None
    """None when no sentinel is asked for."""
    is_empty: bool = True
    total_bytes: int = 0
    free_bytes: int = 0
    folder: dict[str, Any] | None = None
    """What the folder really is, for ``shared.mount_folders``."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What has to be there for this mount."""

    sentinel: str | None = None
    """Name of a file that only the right drive holds."""
    is_mount_point: bool = False
    """Whether a file system has to be mounted at exactly this path; learnt when it was one once."""
    has_recordings: bool = False
    """Whether we know of recordings on it, so that it cannot be empty."""


@dataclass(frozen=True, slots=True)
class MountDown:
    """Why nothing may be concluded from what is at the mount's path."""

    code: str
    reason: str


def judge_mount(facts: MountFacts, expected: Expectation) -> MountDown | None:
    """None when the mount is up."""
    if not facts.is_directory:
        return MountDown("mount_missing", "There is no folder at the mount's path.")
    if not facts.is_readable:
        return MountDown("mount_unreadable", "We are not allowed to list the mount. Check its owner and permissions.")
    if expected.is_mount_point and not facts.is_mount_point:
        return MountDown("mount_not_mounted", "The folder is there, but nothing is mounted on it.")
    if facts.has_sentinel is False:
        return MountDown("mount_sentinel_missing", f"The drive does not hold the file {expected.sentinel!r}.")
    if expected.has_recordings and facts.is_empty:
        return MountDown("mount_empty", "The mount is empty although it held recordings: probably it is not mounted.")
    return None
