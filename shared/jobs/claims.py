"""Which rows a worker process may have in hand together: one over which a process has died is tried alone.

A process that is killed says nothing about the rows in its hands: the kernel, a deploy or a person may have meant
none of them. So each is tried alone next, and only what dies alone, again and again, is called poison.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.db.leases import Lease, Suspects, in_company, take
from shared.db.session import Work
from shared.lanes import Lane


@dataclass(frozen=True, slots=True)
class Asked:
    """For which row of a lane."""

    passing_over: frozenset[str]
    by_wait_every: int | None
    """So often the row that has been ready longest."""
    tries_alone: bool
    """Whether rows of this lane can be poison."""


class Claims:
    """The rows in the hands of one process."""

    def __init__(self, work: Work, *, owner: str, lasting: timedelta) -> None:
        self._work = work
        self._owner = owner
        self._lasting = lasting
        self._in_hand: dict[UUID, Lease] = {}
        self._one_at_a_time = asyncio.Lock()
        self._count: Counter[Lane] = Counter()
        self.must_end_up_empty = False
        """A suspect has waited for long: nothing is taken beside what is in hand, so that it has its turn."""

    @asynccontextmanager
    async def claimed(self, lane: Lane, asked: Asked) -> AsyncIterator[Lease | None]:
        """The best row, for as long as the block lasts; None when there is none to be had now."""
        async with self._one_at_a_time:
            lease = await self._take(lane, asked)
        try:
            yield lease
        finally:
            if lease is not None:
                del self._in_hand[lease.row_id]

    def is_closed(self) -> bool:
        """Whether nothing may be taken beside what is in hand."""
        is_tried_alone = any(lease.is_suspect for lease in self._in_hand.values())
        return is_tried_alone or (self.must_end_up_empty and bool(self._in_hand))

    async def _take(self, lane: Lane, asked: Asked) -> Lease | None:
        if self.is_closed():
            return None
        others = list(self._in_hand.values())
        every = asked.by_wait_every
        async with self._work() as unit:
            lease = await take(
                unit.db,
                lane,
                owner=self._owner,
                lasting=self._lasting,
                passing_over=asked.passing_over,
                by_wait=every is not None and self._count[lane] % every == every - 1,
                alone=not others,
                suspects=self._suspects(asked, bool(others)),
            )
            if lease is not None and len(others) == 1:
                await in_company(unit.db, others[0])
        if lease is None:
            return None
        self._count[lane] += 1
        self._in_hand[lease.row_id] = lease if asked.tries_alone else lease.trusted()
        return lease

    def _suspects(self, asked: Asked, has_company: bool) -> Suspects:
        if not asked.tries_alone:
            return Suspects.AS_OTHERS
        if has_company:
            return Suspects.LEFT
        return Suspects.FIRST if self.must_end_up_empty else Suspects.AS_OTHERS
