"""What events cost: rows and bytes for one recording and for a year, what telling adds to a transaction, and following.

    python benchmarks/events.py [--recordings 2000] [--minutes 140]

Starts a PostgreSQL server of its own, tells of so many recordings what the services tell of one that goes well, and
prints a Markdown table. A year is 60 hours of recordings a week.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import func, select, text  # noqa: E402

from services.console.stack.postgres import PostgresServer, create_database, wait_for_postgres  # noqa: E402
from services.console.stack.process import end, launch  # noqa: E402
from shared.db.event_log import follow, forget_old, settled_to, tell  # noqa: E402
from shared.db.models import Event  # noqa: E402
from shared.db.schema_upgrade import upgrade  # noqa: E402
from shared.db.session import Work, open_database, unit_of_work  # noqa: E402
from shared.event_kinds import ABOUT, Happened  # noqa: E402
from shared.notify import MemoryNotifier  # noqa: E402

WEEKLY_HOURS = 60
STEPS = ("pending", "linked", "placed", "processing", "published")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--recordings", type=int, default=2000)
    options.add_argument("--minutes", type=int, default=140, help="length of a recording (140)")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="archivist-bench-") as folder:
        Path(folder).chmod(0o711)
        server = PostgresServer(home=Path(folder, "home"), log=Path(folder, "log"))
        server.prepare()
        process = launch(server.program())
        try:
            asyncio.run(measure(server, asked.recordings, asked.minutes))
        finally:
            end(process, server.program())


async def measure(server: PostgresServer, recordings: int, minutes: int) -> None:
    await wait_for_postgres(server)
    await create_database(server, "bench")
    url = server.url("bench", "postgresql+asyncpg")
    await upgrade(url)
    engine = open_database(url)
    work = unit_of_work(engine, MemoryNotifier())
    slices = max(1, minutes // 10)
    for _ in range(recordings):
        async with work() as unit:
            for kind, subject, transcription, facts in life(slices):
                tell(unit.db, kind, subject, by="transcriber", transcription_id=transcription, **facts)
    async with work() as unit:
        await unit.db.execute(text("ANALYZE events"))
        rows = await unit.db.scalar(select(func.count()).select_from(Event)) or 0
        table = await unit.db.scalar(text("SELECT pg_table_size('events')")) or 0
        indexes = await unit.db.scalar(text("SELECT pg_indexes_size('events')")) or 0
    a_year = WEEKLY_HOURS * 52 * 60 / minutes
    kept = sum(ABOUT[kind].days is None for kind, *_ in life(slices)) * recordings
    print(f"A recording of {minutes} minutes, {slices} slices; {recordings} of them were told.\n")
    print("| | rows | KiB, table | KiB, indexes |\n|---|---|---|---|")
    for name, times in (("one recording", 1), (f"a year ({a_year:.0f} recordings)", a_year)):
        sizes = (size / recordings * times / 1024 for size in (table, indexes))
        print(f"| {name} | {rows / recordings * times:.0f} | {' | '.join(f'{size:.1f}' for size in sizes)} |")
    print(f"\nBytes a row, with indexes: {(table + indexes) / rows:.0f}. {kept / rows:.0%} of the rows are kept.")
    print(f"A transaction that tells one thing: {await each(work, 1):.2f} ms", end="")
    print(f", nothing: {await each(work, 0):.2f} ms.")
    began = time.perf_counter()
    async with work() as unit:
        last = await settled_to(unit.db)
        await follow(unit.db, last - 500)
    print(f"Following the last 500: {(time.perf_counter() - began) * 1000:.1f} ms.")
    began = time.perf_counter()
    async with work() as unit:
        gone = await forget_old(unit.db, by="ingest")
    print(f"Looking for what is too old ({gone} rows): {(time.perf_counter() - began) * 1000:.0f} ms.")
    await engine.dispose()


def life(slices: int) -> Iterator[tuple[Happened, UUID, UUID | None, dict[str, Any]]]:
    """What is told of a recording that goes well, with facts as long as real ones."""
    recording, transcription, publication = uuid4(), uuid4(), uuid4()
    path = "meetings/2101-1-Maplewood City Council (20260914).mp4"
    yield Happened.RECORDING_SEEN, recording, None, {"path": path, "mount_id": str(uuid4())}
    yield Happened.RECORDING_VALID, recording, None, {"duration_ms": 8_400_000}
    yield Happened.TRANSCRIPTION_REQUESTED, transcription, transcription, {"recording_id": str(recording)}
    yield Happened.TRANSCRIPTION_STARTED, transcription, transcription, {}
    yield Happened.TRANSCRIPTION_PLANNED, transcription, transcription, {"slices": slices, "speech_ms": 7_300_000}
    for number in range(slices):
        yield Happened.SLICE_DONE, uuid4(), transcription, {"number": number, "words": 1500, "seconds": 123.4}
    facts: dict[str, Any] = {"version": 1, "score": 0.97, "scc_sha256": "0" * 64}
    yield Happened.TRANSCRIPTION_COMPLETED, transcription, transcription, facts
    for status in STEPS:
        facts = {"show_id": 2101, "vod_id": 1, "reason": "100% of the placed words are in the published captions."}
        yield Happened(f"publication.{status}"), publication, transcription, facts


async def each(work: Work, events: int, times: int = 300) -> float:
    """Milliseconds for a transaction that changes a row and tells so many events."""
    began = time.perf_counter()
    for _ in range(times):
        async with work() as unit:
            await unit.db.execute(text("SELECT pg_current_xact_id()"))
            for _ in range(events):
                tell(unit.db, Happened.SLICE_DONE, uuid4(), by="transcriber", transcription_id=uuid4(), number=1)
    return (time.perf_counter() - began) / times * 1000


if __name__ == "__main__":
    main()
