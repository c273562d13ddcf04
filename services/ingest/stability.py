"""Decides when a file on a mount is complete.

No event tells us: inotify is blind to other clients' writes, and a network file system may show the same size for a
minute while a file grows. So a file is complete when several looks, spanning more than the attribute cache, saw
exactly the same thing, *and* the media inside reads to its end (``services.ingest.gateways.ffprobe``). Nothing here
compares a file's times with our clock, so servers with wrong clocks and files "from the future" make no difference.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.ingest.verdicts import Growing, Rejected, Valid, Verdict
from shared.media.identity import Stamp


@dataclass(frozen=True, slots=True)
class Look:
    """A file as open and fstat saw it; opening makes an NFS client ask the server."""

    size_bytes: int
    mtime_ns: int
    seen_at: datetime
    ctime_ns: int = 0
    inode: int | None = None

    @property
    def stamp(self) -> Stamp:
        """How the file looked from outside."""
        return Stamp(self.size_bytes, self.mtime_ns, self.ctime_ns, self.inode)

    def same_as(self, other: "Look") -> bool:
        """Whether both saw the same content, as far as anything short of reading can tell.

        Inodes are no part of it: some network file systems invent new ones while nothing changes.
        """
        return replace(self.stamp, inode=None).same_as(other.stamp)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a file has to hold still, and how long an unreadable one may hope."""

    window: timedelta = timedelta(seconds=90)
    """Above the longest attribute cache on the way (an NFS client's default is 60 s)."""
    looks: int = 3
    grace: timedelta = timedelta(minutes=30)
    """After the window: how long a file that no longer changes may stay unreadable before it is rejected."""


@dataclass(frozen=True, slots=True)
class Settling:
    """What is remembered between looks: the last one, and since when and how often it was the same."""

    last: Look
    unchanged_since: datetime
    looks: int = 1

    @property
    def span(self) -> timedelta:
        """For how long nothing has changed."""
        return self.last.seen_at - self.unchanged_since


def observe(before: Settling | None, look: Look) -> Settling:
    """Take in one more look; any difference, growth or shrinking or replacement, starts the wait again."""
    if before is None or not look.same_as(before.last):
        return Settling(look, unchanged_since=look.seen_at)
    # Our own clock was set back: count the span anew rather than trust a negative one.
    since = before.unchanged_since if look.seen_at >= before.last.seen_at else look.seen_at
    return replace(before, last=look, looks=before.looks + 1, unchanged_since=since)


def is_complete(settling: Settling, patience: Patience) -> bool:
    """Whether the file has held still for long enough to be inspected."""
    return settling.looks >= patience.looks and settling.span > patience.window


@dataclass(frozen=True, slots=True)
class Waiting:
    """An inspection found the file unfinished; inspect it again after ``pause``."""

    because: Growing
    pause: timedelta


def after_inspection(settling: Settling, verdict: Verdict, patience: Patience) -> Waiting | Valid | Rejected:
    """What an inspection means: done, rejected, or (still growing) wait and be inspected again.

    A file that is unreadable and no longer changes is given ``grace`` beyond the window; then its reason stands, until
    the file changes.
    """
    if not isinstance(verdict, Growing):
        return verdict
    if settling.span > patience.window + patience.grace:
        return Rejected(verdict.code, f"{verdict.reason} It has not changed for {_minutes(settling.span)}.")
    # A tenth of the time it has waited keeps the inspections of a hopeless file few and the answer to a good one soon.
    return Waiting(verdict, pause=max(patience.window / 3, settling.span / 10))


def _minutes(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} minutes" if minutes > 1 else "about a minute"
