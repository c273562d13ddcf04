"""Sixty files, two minutes in which everything dies, vanishes or is replaced, and an audit by SQL and by bytes."""

import asyncio
import os
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.captions import check_scc, has_errors, is_captioned
from shared.db.session import DATABASE_TROUBLE, Work
from shared.errors import ArchivistError
from tests.e2e.chaos import MOUNTS, Accidents, Book, announce_shows, digest, first_files, later_files, make_clips
from tests.e2e.conftest import Stage, StartStage, database_of
from tests.long_form import IS_LONG

pytestmark = [pytest.mark.timeout(1500), pytest.mark.long]

RUNS = 20 if IS_LONG else 1

SETTLED_WITHIN_S = 900
"""Two minutes on a quiet machine; the test is about what comes of it, not about when."""

UNSETTLED = """
SELECT 'recording ' || relative_path || ' ' || status || coalesce(' ' || reason_code, '') FROM recordings
 WHERE present AND (status IN ('seen', 'settling') OR lease_token IS NOT NULL)
UNION ALL
SELECT 'transcription of ' || r.relative_path || ' ' || t.status FROM transcriptions t
  JOIN recordings r ON r.id = t.recording_id
 WHERE t.status IN ('pending', 'processing') OR (t.status = 'needs_review' AND r.present AND r.status = 'valid')
UNION ALL
SELECT 'publication of ' || r.relative_path || ' ' || p.status || coalesce(' ' || p.reason_code, '')
  FROM publications p JOIN recordings r ON r.id = p.recording_id
 WHERE p.status IN ('pending', 'linked', 'placed', 'processing')
UNION ALL
SELECT 'places of ' || r.relative_path || ' ' || p.status || coalesce(' ' || p.error_code, '')
  FROM publications p JOIN recordings r ON r.id = p.recording_id WHERE p.places_due
UNION ALL
SELECT 'mount ' || name || ' ' || status FROM mounts
 WHERE status <> 'up' OR coalesce(facts -> 'missed', '{}') <> '{}'
"""


@pytest.mark.parametrize("run", range(RUNS))
async def test_sixty_recordings_come_through_the_worst_two_minutes(
    start_stage: StartStage, tmp_path: Path, capsys: pytest.CaptureFixture[str], run: int
) -> None:
    seed = int(os.environ.get("CHAOS_SEED", "") or random.SystemRandom().randrange(100_000))
    with capsys.disabled():
        print(f"\n  run {run + 1} of {RUNS}, CHAOS_SEED={seed}")
    clips = make_clips(tmp_path)
    async with start_stage(LEASE_SECONDS="4", TRANSCRIBER_CONCURRENCY="2", UNFINISHED_SECONDS="5") as stage:
        book = Book(stage.stack.mount, clips, random.Random(seed))
        await _open(stage, book)
        await _let_it_happen(stage, book)
        async with database_of(stage) as work:
            await _until_settled(stage, work, book)
            problems = [*await _audit_rows(work, book), *_audit_bytes(book)]

        assert not problems, f"CHAOS_SEED={seed}\n" + "\n".join([*problems, "", *book.history])


async def _open(stage: Stage, book: Book) -> None:
    for name in MOUNTS:
        (book.root / name).mkdir()
        times = {"settle_seconds": 1, "scan_seconds": 1}
        await stage.door.create("/mounts", {"name": name, "path": str(book.root / name), **times})
    await announce_shows(stage, 200)
    first_files(book)


async def _let_it_happen(stage: Stage, book: Book) -> None:
    """Accidents one after another, and between them the files that are still to come."""
    accidents = Accidents(stage, book).kinds()
    coming = later_files(book)
    every = -(-len(coming) // len(accidents))
    await asyncio.sleep(3)
    for accident in accidents:
        for path, content in (coming.pop() for _ in range(min(every, len(coming)))):
            if content and content in book.clips:
                book.valid.add(content)
            book.put(path, content)
        await accident()
        await asyncio.sleep(book.random.uniform(0.5, 4))


async def _until_settled(stage: Stage, work: Work, book: Book) -> None:
    """Wait until nothing is under way, four looks long, because a scan may just be finding something."""
    left: list[str] = []
    refused: list[str] = []
    quiet = 0
    async with asyncio.timeout(SETTLED_WITHIN_S):
        try:
            while quiet < 4:
                try:
                    refused = await _approve_reviews(stage, work)
                    left = [row[0] for row in await _all(work, UNSETTLED)] + await _unseen(work, book)
                    quiet = 0 if left else quiet + 1
                except DATABASE_TROUBLE:
                    quiet = 0
                await asyncio.sleep(1)
        except (TimeoutError, asyncio.CancelledError):
            pytest.fail("\n".join(["not settled:", *left, *refused, "", *book.history]))


async def _approve_reviews(stage: Stage, work: Work) -> list[str]:
    """Do a person's part: clips that begin in the middle of a sentence have captions that somebody has to look at.

    Returns what was refused: the API may be down, or the content gone meanwhile.
    """
    refused = []
    for row in await _all(work, "SELECT id FROM transcriptions WHERE status = 'needs_review'"):
        try:
            await stage.door.create(f"/transcriptions/{row.id}/approve", {})
        except (ArchivistError, httpx.HTTPError) as error:
            refused.append(f"transcription {row.id} cannot be approved: {error!r}")
    return refused


async def _unseen(work: Work, book: Book) -> list[str]:
    """Files that the ledger does not show as they lie there."""
    known = {
        Path(row.name, row.relative_path): row.size_bytes
        for row in await _all(
            work,
            "SELECT m.name, r.relative_path, r.size_bytes FROM recordings r JOIN mounts m ON m.id = r.mount_id"
            " WHERE r.present AND r.status IN ('valid', 'rejected')",
        )
    }
    return [f"unseen {path}" for path, content in book.lies.items() if known.get(path) != len(content)] + [
        f"not there any more {path}" for path in known if path not in book.lies
    ]


async def _all(work: Work, sql: str, **values: Any) -> list[Any]:
    async with work() as unit:
        return list((await unit.db.execute(text(sql), values)).all())


async def _audit_rows(work: Work, book: Book) -> list[str]:
    """What the database says, held against what the test knows to be true."""
    problems = [
        f"{row.what} {row.id} ended as {row.error_code}: {row.error_message}"
        for row in await _all(
            work,
            "SELECT 'transcription' AS what, id, error_code, error_message FROM transcriptions WHERE status = 'failed'"
            " UNION ALL SELECT 'slice', id, error_code, error_message FROM slices WHERE status = 'failed'"
            " UNION ALL SELECT 'publication', id, reason_code, reason FROM publications WHERE status = 'failed'",
        )
    ]
    for table in ("mounts", "recordings", "transcriptions", "slices", "publications"):
        held = await _all(work, f"SELECT id FROM {table} WHERE lease_token IS NOT NULL AND lease_expires_at < now()")
        problems += [f"{table} {row.id} still carries a lease that ran out" for row in held]
    rows = await _all(
        work,
        "SELECT m.name, r.relative_path, r.status, r.reason_code, r.identity, r.id FROM recordings r"
        " JOIN mounts m ON m.id = r.mount_id WHERE r.present",
    )
    identities: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        path = Path(row.name, row.relative_path)
        content = book.lies.get(path)
        if content is None:
            problems.append(f"{path} is in the ledger as present, and is not there")
            continue
        wanted = "valid" if content in book.valid else "rejected"
        if row.status != wanted:
            problems.append(f"{path} is {row.status} ({row.reason_code}), not {wanted}")
        elif wanted == "valid":
            identities[digest(content)].add(row.identity)
    problems += [f"content {sha[:8]} has identities {known}" for sha, known in identities.items() if len(known) != 1]
    problems += await _audit_transcriptions(work, {next(iter(known)) for known in identities.values()})
    return problems


async def _audit_transcriptions(work: Work, identities: set[str]) -> list[str]:
    """Each content on the drives was captioned, once; and nothing is published that lies nowhere."""
    rows = await _all(
        work,
        "SELECT r.identity, t.status, count(*) AS number FROM transcriptions t JOIN recordings r"
        " ON r.id = t.recording_id WHERE r.present AND t.status IN ('completed', 'needs_review')"
        " GROUP BY r.identity, t.status",
    )
    done = {row.identity for row in rows}
    problems = [f"content {identity} has no captions" for identity in identities - done]
    rubbish = await _all(
        work,
        "SELECT r.relative_path, p.status FROM publications p JOIN recordings r ON r.id = p.recording_id"
        " WHERE r.status = 'rejected' AND p.status NOT IN ('removed', 'needs_review')",
    )
    problems += [f"{row.relative_path} is rejected, and its publication is {row.status}" for row in rubbish]
    shows = await _all(
        work,
        "SELECT r.relative_path, p.show_id FROM publications p JOIN recordings r ON r.id = p.recording_id"
        " WHERE p.status = 'published' AND r.present",
    )
    problems += [
        f"{row.relative_path} is published on show {row.show_id}"
        for row in shows
        if not row.relative_path.startswith(f"{row.show_id}-")
    ]
    return problems


def _audit_bytes(book: Book) -> list[str]:
    """What lies on the drives: recordings as they were put there, and beside each the captions of its own content."""
    problems = []
    found = {path.relative_to(book.root): path for path in book.root.rglob("*") if path.is_file()}
    for path, content in book.lies.items():
        if path not in found:
            problems.append(f"{path} is lost")
        elif found[path].read_bytes() != content:
            problems.append(f"{path} was altered")
    captions: dict[bytes, set[str]] = defaultdict(set)
    for path, content in book.lies.items():
        sidecar = found.get(path.with_suffix(".scc"))
        if content not in book.valid:
            if sidecar is not None:
                problems.append(f"{path} is rubbish and has captions")
        elif sidecar is None:
            problems.append(f"{path} has no captions")
        else:
            captions[content].add(sidecar.read_text())
    left = {path.with_suffix(".scc"): content for path, content in book.gone.items()}
    for path, content in left.items():
        if path in found:
            captions[content].add(found[path].read_text())
    for content, versions in captions.items():
        if len(versions) > 1:
            problems.append(f"{digest(content)[:8]} has {len(versions)} different captions")
        for scc in versions:
            if not is_captioned(scc) or has_errors(check_scc(scc)):
                problems.append(f"the captions of {digest(content)[:8]} are broken")
    belonging = {*book.lies, *(path.with_suffix(".scc") for path in book.lies), *left}
    return problems + [f"{path} was left behind" for path in found if path not in belonging]
