"""A worker process: is woken up, claims one row, does the work, and says what became of it.

One wake-up means at most one row; afterwards the lane is notified again when more is ready, so lanes that share a
worker take turns. A sweep notifies of every ready row a free slot could take, which is why Redis may be emptied at any
moment.
"""

import asyncio
import contextlib
import errno
import logging
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from arq.connections import ArqRedis
from arq.worker import func
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import metrics
from shared.asyncio_tasks import end, to_the_end
from shared.backoff import backoff_s, spread_s
from shared.db.event_log import tell_retry
from shared.db.leases import Lease, LeaseLost, backlog, excused_deaths, give_back, holding, survived, waits_alone
from shared.db.session import DATABASE_TROUBLE, Work, is_database_away
from shared.errors import ArchivistError, Killed, RanShort, Temporary, Unusable
from shared.faults import Fault, fault_of
from shared.jobs.claims import Asked, Claims
from shared.jobs.leaving import EngineMismatch
from shared.jobs.listener import QueueListener
from shared.jobs.notifier import WAKE_UP, decode, encode
from shared.lanes import Lane
from shared.logging import log_context
from shared.notify import Notifier
from shared.presence import owner_name

if TYPE_CHECKING:
    from arq.typing import WorkerCoroutine

log = logging.getLogger(__name__)

Job = Callable[[Lease], Awaitable[None]]
"""Load, work, apply; raises ``Temporary`` to be tried again, another ``ArchivistError`` to end."""

Ending = Callable[[AsyncSession, Lease, ArchivistError], Awaitable[None]]
"""Writes down what it means for the row, and what hangs on it, that the work has ended without success."""


GIVING_BACK_S = 5
"""How long a worker that stops tries to give a row back. Whoever stops it kills it sooner or later; the
row's lease then runs out by itself."""
_LONGEST_DEAFNESS_S = 10
"""Pause before Redis is tried again, at most; meanwhile the sweep wakes nobody up, so work starts later."""
_HEARD_S = 60
"""A queue that was listened to for so long before it fell silent has been well."""
_NOTING_S = 2
"""How long it then waits for Redis to take note of the wake-ups that were answered; it forgets the others in a day."""


@dataclass(frozen=True)
class Handler:
    """What a worker does on one lane."""

    job: Job
    ending: Ending
    gives_up: bool = True
    """False for work that must be tried for ever, such as looking at a mount."""
    by_wait_every: int | None = None
    """So often the row that has been ready longest is taken instead of the best, so that newer ones never starve it."""
    concurrency: int | None = None
    """Rows of this lane that one process works on at once; None for as many as it has slots. A row that would only
    wait in this process for something scarce is better left to another one."""


@dataclass(frozen=True)
class LeaseTerms:
    """How long and how often."""

    lease: timedelta = timedelta(seconds=60)
    sweep_s: float = 5
    max_attempts: int = 5
    pass_over_s: float = 60
    """How long a worker claims no row of a kind that it had to leave to others."""


class LaneWorker:
    """Works on the lanes of one service, at most ``concurrency`` rows at a time."""

    def __init__(
        self,
        handlers: Mapping[Lane, Handler],
        *,
        work: Work,
        redis: ArqRedis,
        notifier: Notifier,
        concurrency: int,
        terms: LeaseTerms,
        each_sweep: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self._handlers = handlers
        self._each_sweep = each_sweep
        self._work = work
        self._redis = redis
        self._notifier = notifier
        self._concurrency = concurrency
        self._terms = terms
        self._busy: Counter[Lane] = Counter()
        self._answering: set[asyncio.Task[Any]] = set()
        self.owner = owner_name()
        self._claims = Claims(work, owner=self.owner, lasting=terms.lease)
        self._finished: Counter[Lane] = Counter()
        self._ran_short: dict[UUID, int] = {}
        """How many rows of its lane had been finished here when a row last ran out of time or memory."""
        self._passed_over: dict[str, float] = {}
        """Kinds of rows that are left to others, and until when."""
        self.beat_at = monotonic()
        self.swept_at: float | None = None
        """When the database last answered a whole sweep; None until it first does."""

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Work until ``stop``, or else until SIGTERM or SIGINT; rows in hand are given back, ready at once."""
        if stop is None:
            stop = asyncio.Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        tasks = [asyncio.create_task(self._listen(), name="listen"), asyncio.create_task(self._sweep(), name="sweep")]
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()  # neither loop ever returns: if one did, say why and let the supervisor start us again
        finally:
            await end([*tasks, stopping])
        log.info("worker_stopped")

    async def _listen(self) -> None:
        """Listen for wake-ups. A Redis that went away is waited for; nothing is lost meanwhile."""
        answer = cast("WorkerCoroutine", self._answer)  # ARQ asks for a function's name, which a method has too
        outages = 0
        while True:
            heard_at = monotonic()
            listener = QueueListener(
                functions=[func(answer, name=WAKE_UP, timeout=timedelta(days=1), max_tries=1, keep_result=0)],
                queue_name=next(iter(self._handlers)).queue,
                redis_pool=self._redis,
                max_jobs=self._concurrency,
                poll_delay=0.1,
                handle_signals=False,
                health_check_interval=timedelta(seconds=30),
                health_check_key=f"{next(iter(self._handlers)).queue}:health:{self.owner}",
                job_serializer=encode,
                job_deserializer=decode,
            )
            try:
                await listener.main()
            except (RedisError, OSError) as error:
                log.warning("redis_unreachable", extra={"fields": {"error": repr(error)}})
                outages = outages + 1 if monotonic() - heard_at < _HEARD_S else 1
                await asyncio.sleep(backoff_s(outages, first_s=1, longest_s=_LONGEST_DEAFNESS_S))
            finally:
                await to_the_end(self._leave_nothing(listener))

    async def _leave_nothing(self, listener: QueueListener) -> None:
        """End what a listener has begun: whoever stops us closes its connections next."""
        await end(listener.tasks.values())
        await end(self._answering)  # ARQ waits for its jobs only until it is told a second time
        await end(listener.noting, grace_s=_NOTING_S)

    async def _answer(self, _context: dict[Any, Any], lane_name: str) -> None:
        """The ARQ function: one wake-up, at most one row."""
        lane = Lane(lane_name)
        if self._free(lane) <= 0:
            return  # whoever is busy with this lane notifies it again, and so does the sweep of a process that is not
        task = asyncio.current_task()
        assert task is not None
        self._answering.add(task)
        self._busy[lane] += 1
        try:
            if await self.work_one(lane):
                async with self._work() as unit:
                    more = (await backlog(unit.db, lane, self._passing_over())).rows
                if more:
                    await self._notifier.notify(lane)
        except DATABASE_TROUBLE as error:
            # The database is away: the row's lease will run out and the sweep will find it again.
            log.warning("database_unreachable", extra={"fields": {"lane": lane_name, "error": repr(error)}})
        finally:
            self._busy[lane] -= 1
            self._answering.discard(task)

    def _free(self, lane: Lane) -> int:
        """How many rows of ``lane`` could be begun now."""
        slots = 0 if self._claims.is_closed() else self._concurrency - self._busy.total()
        concurrency = self._handlers[lane].concurrency
        return slots if concurrency is None else min(slots, concurrency - self._busy[lane])

    async def work_one(self, lane: Lane) -> bool:
        """Claim the best row of ``lane`` and see it through; False when none was ready."""
        handler = self._handlers[lane]
        asked = Asked(self._passing_over(), handler.by_wait_every, tries_alone=handler.gives_up)
        async with self._claims.claimed(lane, asked) as lease:
            if lease is None:
                return False
            started = monotonic()
            with log_context(lane=str(lane), row=str(lease.row_id), attempt=lease.attempt):
                outcome = await self._see_through(lease)
        metrics.WORK_SECONDS.labels(lane, outcome).observe(monotonic() - started)
        return True

    async def _see_through(self, lease: Lease) -> str:
        handler = self._handlers[lease.lane]
        try:
            if handler.gives_up:
                await self._refuse_poison(lease)
            async with holding(lease, self._work, lasting=self._terms.lease):
                await handler.job(lease)
        except EngineMismatch as left:
            await self._leave(lease, left)
            return "left"
        except LeaseLost:
            metrics.LEASES_LOST.labels(lease.lane).inc()
            log.warning("lease_lost")
            with contextlib.suppress(*DATABASE_TROUBLE):
                async with self._work() as unit:
                    await survived(unit.db, lease)
            return "lost"
        except asyncio.CancelledError:
            await to_the_end(self._give_back(lease, uncounted=True))
            log.info("given_back")
            raise
        except Exception as raised:
            error = _as_ours(raised)
            if isinstance(error, RanShort):
                lease = self._counting_shortage(lease)
            if isinstance(error, Temporary) and not (handler.gives_up and await self._is_last(lease, error)):
                await self._try_again(lease, error)
                return "retry"
            self._ran_short.pop(lease.row_id, None)
            await self._end(lease, handler, error)
            return "failed"
        self._finished[lease.lane] += 1
        self._ran_short.pop(lease.row_id, None)
        return "done"

    def _counting_shortage(self, lease: Lease) -> Lease:
        """Only where other rows are finished between two tries, the second of them alone, the row itself may be to
        blame; a machine that is too small or too busy for all of them never ends one."""
        finished = self._finished[lease.lane]
        before = self._ran_short.get(lease.row_id, finished)
        self._ran_short[lease.row_id] = finished
        return replace(lease, ran_short=max(1, lease.ran_short + (lease.is_suspect and finished > before)))

    async def _is_last(self, lease: Lease, error: Temporary) -> bool:
        """Whether the work must not be tried again after this error."""
        if isinstance(error, Killed):
            return await self._is_poison(lease, lease.died_alone + 1)
        if isinstance(error, RanShort):
            return lease.ran_short > self._terms.max_attempts
        return not error.outside and lease.attempt >= self._terms.max_attempts

    async def _refuse_poison(self, lease: Lease) -> None:
        """A row whose work kills its process never reports an error: only its deaths tell."""
        if await self._is_poison(lease, lease.died_alone):
            raise Unusable(
                f"The work was started alone {lease.died_alone} times in a row and its process ended each time before"
                " it could finish. Look at the worker's log around those times, then retry.",
                code="worker_died",
            )

    async def _is_poison(self, lease: Lease, deaths: int) -> bool:
        """Whether so many deaths in a row are the row's own doing.

        Where processes are killed at random, rows die and are finished later. Each such death excuses another, up to
        a limit: a row that really kills ends there too.
        """
        most = self._terms.max_attempts
        if deaths < most:
            return False
        async with self._work() as unit:
            excused = await excused_deaths(unit.db, lease)
        return deaths >= most + min(excused, _EXCUSED * most)

    def _passing_over(self) -> frozenset[str]:
        now = monotonic()
        self._passed_over = {kind: until for kind, until in self._passed_over.items() if until > now}
        return frozenset(self._passed_over)

    async def _leave(self, lease: Lease, left: EngineMismatch) -> None:
        """Give the row back uncounted, ready for others at once, and claim none of its kind for a while."""
        self._passed_over[left.kind] = monotonic() + self._terms.pass_over_s
        log.warning("left_to_others", extra={"fields": {"code": left.code, **left.facts}})
        async with self._work() as unit:
            await give_back(unit.db, lease, error_code=left.code, error_message=left.message, uncounted=True)
            unit.notify(lease.lane)

    async def _give_back(self, lease: Lease, *, uncounted: bool) -> None:
        with contextlib.suppress(*DATABASE_TROUBLE, TimeoutError):
            async with asyncio.timeout(GIVING_BACK_S), self._work() as unit:
                await give_back(unit.db, lease, uncounted=uncounted)
                unit.notify(lease.lane)

    async def _try_again(self, lease: Lease, error: Temporary) -> None:
        if error.retry_after_s is not None:
            pause = spread_s(error.retry_after_s)
        else:  # what is waited for uncounted would otherwise be the first try each time
            tries = lease.died_alone + 1 if isinstance(error, Killed) else lease.attempt
            pause = backoff_s(lease.waits + 1 if error.outside else tries)
        metrics.RETRIES.labels(lease.lane, error.code).inc()
        log.warning(
            "work_will_be_retried", extra={"fields": {"code": error.code, "in_s": round(pause, 1), **error.facts}}
        )
        async with self._work() as unit:
            await tell_retry(unit.db, lease, error, in_s=pause)
            await give_back(
                unit.db,
                lease,
                ready_in=timedelta(seconds=pause),
                error_code=error.code,
                error_message=error.message,
                uncounted=error.outside or isinstance(error, Killed),
                waited=error.outside,
                died=isinstance(error, Killed),
                ran_short=lease.ran_short,
            )

    async def _end(self, lease: Lease, handler: Handler, error: ArchivistError) -> None:
        metrics.FAILURES.labels(lease.lane, error.code).inc()
        log.error("work_failed", extra={"fields": {"code": error.code, **error.facts}})
        async with self._work() as unit:
            # What ends so has not survived its deaths, and excuses nobody else's.
            await handler.ending(unit.db, replace(lease, died_alone=0), error)

    async def _has_suspects_waiting(self) -> bool:
        """Whether a row has to be tried alone for so long that all work should make room for it."""
        for lane in (lane for lane, handler in self._handlers.items() if handler.gives_up):
            async with self._work() as unit:
                if await waits_alone(unit.db, lane, longer_than=self._terms.lease):
                    return True
        return False

    async def _sweep(self) -> None:
        """Notify of ready rows nobody is tending, as many as this process has free slots."""
        while True:
            self.beat_at = monotonic()
            metrics.HEARTBEAT.set_to_current_time()
            try:
                for also in self._each_sweep:
                    await also()
                self._claims.must_end_up_empty = await self._has_suspects_waiting()
                for lane in self._handlers:
                    async with self._work() as unit:
                        found = await backlog(unit.db, lane, self._passing_over())
                    free = self._free(lane)
                    if found.rows and free > 0:
                        await self._notifier.notify(lane, min(found.rows, free))
                metrics.SWEEPS.labels("done").inc()
                self.swept_at = monotonic()
            except DATABASE_TROUBLE as error:
                metrics.SWEEPS.labels("failed").inc()
                log.warning("sweep_failed", extra={"fields": {"error": repr(error)}})
            await asyncio.sleep(spread_s(self._terms.sweep_s))  # so that replicas do not sweep together


_EXCUSED = 2
"""Random deaths excuse at most so many times ``max_attempts`` deaths of a row."""
_NOT_OURS = {
    Fault.MOUNT: "A drive does not answer properly",
    Fault.MACHINE: "This machine is short of something",
    Fault.SOMEBODY: "Somebody else holds a file, or does not let us at it",
}
"""What nobody caught where it happened and the work is not to blame for: waited for, not counted."""


def _as_ours(raised: Exception) -> ArchivistError:
    """Every error ends up in our tree; one that nobody foresaw is logged whole and tried again a few times."""
    if isinstance(raised, ArchivistError):
        return raised
    if is_database_away(raised):
        log.warning("database_unreachable", extra={"fields": {"error": repr(raised)}})
        return Temporary(
            "The database did not answer; the work is tried again.", code="database_unreachable", outside=True
        )
    log.error("unforeseen_error", exc_info=raised)
    fault = fault_of(raised)
    if fault is Fault.MACHINE and (not isinstance(raised, OSError) or raised.errno in (None, errno.ENOMEM)):
        return RanShort("Time or memory of this machine did not suffice; the work waits. This worker's log says where.")
    if fault in _NOT_OURS and isinstance(raised, OSError):
        return Temporary(
            f"{_NOT_OURS[fault]} ({raised.strerror or raised}); the work waits. This worker's log has the details.",
            code=f"{fault}_trouble",
            outside=True,
        )
    return Temporary(
        f"Something nobody foresaw went wrong ({type(raised).__name__}). The log of this worker has the details.",
        code="unforeseen",
    )
