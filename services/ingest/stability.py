"""Decides when a file on a mount is complete.

No event tells us: inotify is blind to other clients' writes, and a network file system may show the same size for a
minute while a file grows. So a file is complete when several looks, spanning more than the attribute cache, saw
exactly the same thing, *and* the media inside reads to its end (``services.ingest.gateways.ffprobe``). Nothing here
compares a file's times with our clock, so servers with wrong clocks and files "from the future" make no difference.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.ingest.verdicts import Growing, Rejected, Valid, Verdict


@dataclass(frozen=True, slots=True)
class Look:
    """A file as open and fstat saw it; opening makes an NFS client ask the server."""

    size_bytes: int
    mtime_ns: int
    seen_at: datetime

    def same_as(self, other: "Look") -> bool:
        """Whether both saw the same content, as far as anything short of reading can tell.

        Inodes are no part of it: some network file systems invent new ones while nothing changes.
        """
        return (self.size_bytes, self.mtime_ns) == (other.size_bytes, other.mtime_ns)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a file has to hold still, and how long an unreadable one may hope."""

    window: timedelta = timedelta(seconds=90)
    """Above the longest attribute cache on the way (an NFS client's default is 60 s)."""
    looks: int = 3
    grace: timedelta = timedelta(minutes=30)
    """After the window: how long a file that no longer changes may stay unreadable before it is rejected."""


class Stage(StrEnum):
    """How far the waiting is."""

    SEEN = "seen"
    SETTLING = "settling"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Settling:
    """What is remembered between looks: the last one, and since when they agree."""

    last: Look
    unchanged_since: datetime
    looks: int = 1
    next_inspection_at: datetime | None = None
    """Set when an inspection found it unfinished: not before then again."""


def observe(before: Settling | None, look: Look) -> Settling:
    """Take in one more look; any difference, growth or shrinking or replacement, starts the wait again."""
    if before is None or not look.same_as(before.last):
        return Settling(look, unchanged_since=look.seen_at)
    # Our own clock was set back: count the span anew rather than trust a negative one.
    since = before.unchanged_since if look.seen_at >= before.last.seen_at else look.seen_at
    return replace(before, last=look, looks=before.looks + 1, unchanged_since=since)


def stage(settling: Settling, patience: Patience) -> Stage:
    """Whether the file still has to wait or may be inspected."""
    if settling.looks == 1:
        return Stage.SEEN
    last = settling.last
    if settling.looks < patience.looks or _span(settling) <= patience.window:
        return Stage.SETTLING
    if settling.next_inspection_at is not None and last.seen_at < settling.next_inspection_at:
        return Stage.SETTLING
    return Stage.READY


def after_inspection(settling: Settling, verdict: Verdict, patience: Patience) -> Settling | Valid | Rejected:
    """What an inspection means: done, rejected, or (still growing) wait and be inspected again.

    A file that is unreadable and no longer changes is given ``grace`` beyond the window; then its reason stands, until
    the file changes.
    """
    if not isinstance(verdict, Growing):
        return verdict
    if _span(settling) > patience.window + patience.grace:
        return Rejected(verdict.code, f"{verdict.reason} It has not changed for {_minutes(_span(settling))}.")
    # A tenth of the time it has waited keeps the inspections of a hopeless file few and the answer to a good one soon.
    pause = max(patience.window / 3, _span(settling) / 10)
    return replace(settling, next_inspection_at=settling.last.seen_at + pause)


def _span(settling: Settling) -> timedelta:
    return settling.last.seen_at - settling.unchanged_since


def _minutes(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} minutes" if minutes > 1 else "about a minute"
