"""What a year of recordings takes in the database, table by table, before and after old rows were let go.

    python benchmarks/growth.py [--hours 60] [--minutes 140] [--weeks 52]

Starts a PostgreSQL server of its own and fills it with a year of 60 hours a week: made-up meetings that are composed
and judged by the program itself, of which one in ten is transcribed three times and one in five edited three times by a
person. Then the task ``forget-old-rows`` runs as it does every night, and all is measured again.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import ColumnElement, column, func, insert, literal, select, text, update  # noqa: E402
from sqlalchemy.dialects.postgresql import JSONB  # noqa: E402
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession  # noqa: E402

from benchmarks.enrichment import meeting  # noqa: E402
from benchmarks.events import life  # noqa: E402
from services.console.stack.postgres import PostgresServer, create_database, wait_for_postgres  # noqa: E402
from services.console.stack.process import end, launch  # noqa: E402
from services.transcriber.composing.assemble import assemble  # noqa: E402
from services.transcriber.composing.compose import CaptionChoices, RecordingFacts, compose  # noqa: E402
from services.transcriber.decoding.plan import SliceOptions, plan_slices  # noqa: E402
from services.transcriber.decoding.prepare import Prepared, plan_as_json  # noqa: E402
from services.transcriber.engines.values import EngineInfo, SliceResult  # noqa: E402
from services.transcriber.hearing.audio import DecodedAudio  # noqa: E402
from services.transcriber.hearing.levels import AudioLevels  # noqa: E402
from services.transcriber.hearing.listen import Heard  # noqa: E402
from shared.captions.edits_json import edits_to_json  # noqa: E402
from shared.captions.model import Word  # noqa: E402
from shared.captions.operations import SetText  # noqa: E402
from shared.captions.versions import CaptionsAsKept, edit  # noqa: E402
from shared.db import clock  # noqa: E402
from shared.db.growth import Keeping  # noqa: E402
from shared.db.models import (  # noqa: E402
    Base,
    CaptionVersion,
    Event,
    Mount,
    Publication,
    Recording,
    Slice,
    Task,
    Transcription,
    VodContent,
)
from shared.db.schema_upgrade import upgrade  # noqa: E402
from shared.db.session import Work, open_database, unit_of_work  # noqa: E402
from shared.db.task_starts import forget_old_rows  # noqa: E402
from shared.event_kinds import ABOUT  # noqa: E402
from shared.notify import MemoryNotifier  # noqa: E402
from shared.quality.spans import Span  # noqa: E402
from shared.speaker_cast import Speaker, Speakers  # noqa: E402

KINDS = ("as it came", "transcribed three times", "edited")
OF_TEN = (0, 0, 0, 0, 0, 0, 0, 1, 2, 2)
"""Which kind each of ten recordings is."""
EDITS, WORDS_AN_EDIT = 3, 40
TASKS_A_DAY = 2 * 144 + 1
"""As the schedules that come with the program have them."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--hours", type=float, default=60, help="of recordings a week (60)")
    options.add_argument("--minutes", type=int, default=140, help="length of a recording (140)")
    options.add_argument("--weeks", type=int, default=52, help="how many (52)")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="archivist-bench-") as folder:
        Path(folder).chmod(0o711)
        server = PostgresServer(home=Path(folder, "home"), log=Path(folder, "log"))
        server.prepare()
        process = launch(server.program())
        try:
            asyncio.run(measure(server, asked))
        finally:
            end(process, server.program())


async def measure(server: PostgresServer, asked: argparse.Namespace) -> None:
    await wait_for_postgres(server)
    await create_database(server, "bench")
    url = server.url("bench", "postgresql+asyncpg")
    await upgrade(url)
    engine = open_database(url)
    work = unit_of_work(engine, MemoryNotifier())
    recordings = round(asked.hours * asked.weeks * 60 / asked.minutes)
    began = time.perf_counter()
    patterns = [await pattern(work, asked.minutes, kind, seed) for seed in range(2) for kind in range(len(KINDS))]
    async with engine.begin() as connection:
        for number in range(recordings):
            age = timedelta(weeks=asked.weeks) * (1 - number / recordings)
            kind = OF_TEN[number % len(OF_TEN)]
            await copy(connection, patterns[kind + len(KINDS) * (number // len(OF_TEN) % 2)], age, number)
        await fill_tasks(connection, asked.weeks * 7)
    filled = time.perf_counter() - began
    await settle(engine)
    before = await sizes(engine)
    began = time.perf_counter()
    let_go = await forget_old_rows(work, Keeping())
    took = time.perf_counter() - began
    await settle(engine)
    after = await sizes(engine)
    show(asked, recordings, before, after)
    print(
        f"\nFilled in {filled:.0f} s. One run of `forget-old-rows` after a year without any took {took:.0f} s:"
        f" {let_go}."
    )
    await engine.dispose()


async def settle(engine: AsyncEngine) -> None:
    """Write every table anew, so that its size is that of its rows."""
    async with engine.connect() as connection:
        vacuum = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await vacuum.execute(text("VACUUM FULL ANALYZE"))


async def sizes(engine: AsyncEngine) -> dict[str, tuple[int, int]]:
    """Rows and bytes, with indexes, of each table."""
    async with engine.connect() as connection:
        found = {}
        for name in sorted(Base.metadata.tables):
            counted = await connection.scalar(text(f"SELECT count(*) FROM {name}"))
            size = await connection.scalar(text("SELECT pg_total_relation_size(:name)"), {"name": name})
            found[name] = (counted or 0, size or 0)
        return found


def show(
    asked: argparse.Namespace, recordings: int, before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    print(f"{asked.weeks} weeks of {asked.hours:g} hours: {recordings} recordings of {asked.minutes} minutes.\n")
    print("| table | rows | MiB | rows after | MiB after |\n|---|---|---|---|---|")
    biggest = sorted(before, key=lambda name: -before[name][1])
    for name in biggest:
        rows, size = before[name]
        left, small = after[name]
        if rows > len(KINDS) * 2:
            print(f"| `{name}` | {rows:,} | {size / 2**20:.1f} | {left:,} | {small / 2**20:.1f} |")
    totals = [sum(size for _, size in one.values()) / 2**20 for one in (before, after)]
    print(f"| all | | {totals[0]:.1f} | | {totals[1]:.1f} |")


@dataclass(frozen=True, slots=True)
class Pattern:
    """The rows of one recording that went well, of which the year's are copies."""

    recording: UUID
    transcription: UUID
    slices: int


async def pattern(work: Work, minutes: int, kind: int, seed: int) -> Pattern:
    words = tuple(word for word in meeting(minutes * 175, seed) if word.end_ms < minutes * 60_000)
    speech = tuple(Span(one[0].start_ms, one[-1].end_ms) for one in _batches(words, 12))
    heard = Heard(minutes * 60_000, speech, ())
    decoded = DecodedAudio(heard.duration_ms, heard.duration_ms, 0, 1, AudioLevels(-1.2, -18.3, -52.4, 0.0, 0.02))
    spans = plan_slices(speech, heard.duration_ms, SliceOptions())
    results = [_decoded(words, one.start_ms, one.end_ms, random.Random(seed)) for one in spans]
    transcript = assemble(heard, [(one.start_ms, result) for one, result in zip(spans, results, strict=True)])
    name = f"2101-1-Maplewood City Council (202609{14 + seed}) {KINDS[kind]}.mp4"
    source = RecordingFacts(name, f"meetings/{name}", datetime(2026, 9, 14, 18, tzinfo=UTC), "0" * 64)
    made = compose(transcript, decoded, source, CaptionChoices())
    async with work() as unit:
        mount = await unit.db.scalar(select(Mount.id)) or uuid4()
        await unit.db.merge(Mount(id=mount, name="flex-1", path="/mnt/flex-1"))
        await unit.db.flush()
        facts = {"streams": [{"index": n, "codec": "aac", "channels": 2, "rate": 48000} for n in range(3)]}
        recording = Recording(
            mount_id=mount, relative_path=f"meetings/{name}", file_name=name, status="valid", identity="0" * 64,
            content="0" * 64, facts=facts, duration_ms=heard.duration_ms, looks=[[1, 2, 3]] * 3,
        )  # fmt: skip
        unit.db.add(recording)
        await unit.db.flush()
        row = Transcription(
            recording_id=recording.id, filename=name, file_path=f"/mnt/flex-1/meetings/{name}", status="completed",
            stage="done", content="0" * 64, plan=plan_as_json(Prepared(decoded, heard, spans)), quality_score=0.97,
            quality=json.loads(made.files["quality"]), enrichment=json.loads(made.files["enrichment"]),
            speakers=_speakers(words, seed).model_dump(mode="json"), output_directory="/srv/output/maplewood/2026/09",
        )  # fmt: skip
        unit.db.add(row)
        await unit.db.flush()
        for number, (span, result) in enumerate(zip(spans, results, strict=True)):
            kept = json.loads(result.to_json())
            place = {"number": number, "start_ms": span.start_ms, "end_ms": span.end_ms}
            unit.db.add(Slice(transcription_id=row.id, status="done", result=kept, work_seconds=123.4, **place))
        last = await _versions(unit.db, row, kind, made.cue_list, seed)
        recording.current_caption_version_id = last.id
        evidence = {"hls": "x" * 400, "placed": 21_000, "found": 21_000, "segments": list(range(40))}
        unit.db.add(
            Publication(
                transcription_id=row.id, recording_id=recording.id, caption_version=last.number, status="published",
                show_id=2101, evidence=evidence, sidecar={"path": name, "sha256": "0" * 64},
            )
        )  # fmt: skip
        unit.db.add(VodContent(transcription_id=row.id, vod_id=f"{kind}-{seed}", title=name, url="http://" + "x" * 80))
        return Pattern(recording.id, row.id, len(spans))


def _batches(words: tuple[Word, ...], size: int) -> list[tuple[Word, ...]]:
    return [words[at : at + size] for at in range(0, len(words), size)]


def _decoded(words: tuple[Word, ...], start_ms: int, end_ms: int, chance: random.Random) -> SliceResult:
    own = tuple(
        Word(one.text, one.start_ms - start_ms, one.end_ms - start_ms, None, round(chance.uniform(0.5, 1), 6))
        for one in words
        if start_ms <= one.start_ms < end_ms
    )
    engine = EngineInfo("faster-whisper", "1.2.1", "small.en", "cpu", "int8", 8, 1, identity="0" * 64)
    return SliceResult(own, (), (), (), (), "en", end_ms - start_ms, end_ms - start_ms, 123_456, engine=engine)


def _speakers(words: tuple[Word, ...], seed: int) -> Speakers:
    chance = random.Random(seed)
    labels = sorted({str(one.speaker) for one in words})
    turns = [(one[0].start_ms, one[-1].end_ms, str(one[0].speaker)) for one in _batches(words, 30)]
    cast = [
        Speaker(label=one, speech_ms=900_000, first_ms=1, voice=tuple(chance.gauss(0, 1) for _ in range(256)))
        for one in labels
    ]
    return Speakers(model="pyannote", turns=tuple(turns), speakers=tuple(cast))


async def _versions(
    db: AsyncSession, row: Transcription, kind: int, cue_list: dict[str, Any], seed: int
) -> CaptionVersion:
    entry = {"name": f"versions/{'x' * 20}/cues.json", "sha256": "0" * 64, "size_bytes": 123_456}
    files = dict.fromkeys(("scc", "vtt", "srt", "txt", "json", "words", "quality", "manifest"), entry)

    async def add(source: str, cues: dict[str, Any], **more: Any) -> CaptionVersion:
        place = {"transcription_id": row.id, "content": row.content, "number": len(versions) + 1}
        version = CaptionVersion(
            source=source, cue_list=cues, files=files, parent_id=versions[-1].id if versions else None, **place, **more
        )
        db.add(version)
        await db.flush()
        versions.append(version)
        return version

    versions: list[CaptionVersion] = []
    last = await add("machine", cue_list)
    if kind == 1:
        for _ in range(2):
            last = await add("machine", cue_list)
    captions = CaptionsAsKept(cue_list)
    for number in range(EDITS if kind == 2 else 0):
        some = random.Random(seed + number).sample(range(1, len(cue_list["cues"]) + 1), WORDS_AN_EDIT)
        edited = edit(captions, edits_to_json([SetText(f"{one:06}", 0, (), (f"Alderman-{one}",)) for one in some]))
        captions = edited.captions
        more = {"author": "ana", "operations": edited.edits, "cue_ids": captions.cue_ids}
        last = await add("edit", captions.cue_list, **more)
    return last


async def copy(connection: AsyncConnection, like: Pattern, age: timedelta, number: int) -> None:
    """One more recording of that kind, so long ago."""
    at = datetime.now(UTC) - age
    recording, transcription = uuid4(), uuid4()
    times: dict[str, Any] = {"seen_at": at, "settled_at": at, "recorded_at": at, "current_caption_version_id": None}
    names = {"relative_path": f"meetings/{number}-1-Maplewood City Council.mp4", "id": recording}
    await _again(connection, Recording, Recording.id == like.recording, **times, **names)
    times = {"created_date": at, "started_date": at, "completed_date": at, "recorded_at": at, "ready_at": at}
    new: dict[str, Any] = {"id": transcription, "recording_id": recording}
    await _again(connection, Transcription, Transcription.id == like.transcription, **times, **new)
    of_it = {"transcription_id": transcription}
    await _again(connection, Slice, Slice.transcription_id == like.transcription, finished_at=at, **of_it)
    parent = None
    versions = select(CaptionVersion.id).where(CaptionVersion.transcription_id == like.transcription)
    for version in (await connection.scalars(versions.order_by(CaptionVersion.number))).all():
        new = {"id": uuid4(), "parent_id": parent, "created_at": at}
        await _again(connection, CaptionVersion, CaptionVersion.id == version, **new, **of_it)
        parent = new["id"]
    current = update(Recording).where(Recording.id == recording)
    await connection.execute(current.values(current_caption_version_id=parent))
    new = {"recording_id": recording, "created_at": at, "verified_at": at}
    await _again(connection, Publication, Publication.transcription_id == like.transcription, **new, **of_it)
    await _again(connection, VodContent, VodContent.transcription_id == like.transcription, vod_id=f"{number}", **of_it)
    told = [
        {
            "at": at, "actor": "transcriber", "kind": kind, "level": "info", "subject_kind": ABOUT[kind].subject,
            "subject_id": str(subject), "transcription_id": of, "facts": facts,
        }
        for kind, subject, of, facts in life(like.slices)
    ]  # fmt: skip
    await connection.execute(insert(Event), told)


async def _again(connection: AsyncConnection, model: type[Base], which: ColumnElement[bool], **changed: Any) -> None:
    """The same rows once more, within the database: what is large is copied as it lies there."""
    table = model.__table__
    names = [column.name for column in table.columns if column.name != "id" or "id" in changed]
    values = [
        literal(changed[name], table.c[name].type).label(name) if name in changed else table.c[name] for name in names
    ]
    await connection.execute(insert(model).from_select(names, select(*values).where(which)))


async def fill_tasks(connection: AsyncConnection, days: int) -> None:
    """What schedules have started."""
    one = select(
        literal("tidy-work-storage"), literal("transcriber"), literal("done"), literal({"folders": 0}, JSONB),
        (clock.now() - func.make_interval(0, 0, 0, literal(days)) * column("number") / (days * TASKS_A_DAY)),
        (clock.now() - func.make_interval(0, 0, 0, literal(days)) * column("number") / (days * TASKS_A_DAY)),
    ).select_from(func.generate_series(1, days * TASKS_A_DAY).alias("number"))  # fmt: skip
    columns = ["kind", "service", "status", "result", "created_at", "ended_at"]
    await connection.execute(insert(Task).from_select(columns, one))


if __name__ == "__main__":
    main()
