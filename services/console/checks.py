"""What `archivist doctor` looks at: each check returns one finding, a fact or what to do about it."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shared.errors import ArchivistError
from shared.settings import Settings

ROOM_NEEDED_BYTES = 10 * 1024**3
MEMORY_NEEDED_BYTES = 4 * 1024**3


class Verdict(StrEnum):
    """How bad it is; the value is the mark that is printed."""

    FINE = "✓"
    WORTH_KNOWING = "!"
    BAD = "✗"


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    verdict: Verdict
    what: str
    says: str


Check = Callable[[Settings], Awaitable[Finding]]


async def programs(_: Settings) -> Finding:
    missing = [name for name in ("ffmpeg", "ffprobe") if shutil.which(name) is None]
    if missing:
        return Finding(Verdict.BAD, "ffmpeg", f"{' and '.join(missing)} not found: install the package ffmpeg")
    process = await asyncio.create_subprocess_exec("ffmpeg", "-version", stdout=subprocess.PIPE)
    version, _unused = await process.communicate()
    return Finding(Verdict.FINE, "ffmpeg", " ".join(version.decode(errors="replace").split()[1:3]))


async def disk(settings: Settings) -> Finding:
    folders = {settings.default_output_path, settings.temp_directory}
    room = {folder: shutil.disk_usage(_nearest(folder)).free for folder in folders}
    folder, free = min(room.items(), key=lambda item: item[1])
    text = f"{free / 1024**3:.1f} GiB free for {folder}"
    if free < ROOM_NEEDED_BYTES:
        return Finding(Verdict.WORTH_KNOWING, "disk", f"{text}: make room before many meetings wait")
    return Finding(Verdict.FINE, "disk", text)


async def machine(_: Settings) -> Finding:
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    text = f"{cores} cores, {memory / 1024**3:.1f} GiB of memory"
    if memory < MEMORY_NEEDED_BYTES:
        return Finding(Verdict.WORTH_KNOWING, "machine", f"{text}: enough for the models tiny and base only")
    return Finding(Verdict.FINE, "machine", text)


async def model(settings: Settings) -> Finding:
    from services.transcriber.engines.models import find_model

    try:
        found = find_model(settings.speech_model, cache_dir=settings.model_cache, offline=True)
    except ArchivistError as error:
        if error.code == "model_not_here" and not settings.models_offline:
            text = f"{settings.speech_model} is not here yet; the transcriber downloads it when it starts"
            return Finding(Verdict.WORTH_KNOWING, "speech model", text)
        return Finding(Verdict.BAD, "speech model", error.message)
    text = f"{found.name}, {found.size_bytes / 1e6:.0f} MB"
    if found.is_demonstration:
        return Finding(Verdict.WORTH_KNOWING, "speech model", f"{text}: for demonstrations only, it knows 616 words")
    return Finding(Verdict.FINE, "speech model", text)


async def speech_engine(settings: Settings) -> Finding:
    from services.transcriber.engines.choice import choose_engine

    try:
        chosen = choose_engine(settings.whisper_engine)
    except ArchivistError as error:
        return Finding(Verdict.BAD, "speech engine", error.message)
    text = chosen if settings.whisper_engine != "auto" else f"auto takes {chosen}"
    if chosen == "faster-whisper":
        why = ", the best installed here; WhisperX is not" if settings.whisper_engine == "auto" else ""
        return Finding(Verdict.FINE, "speech engine", f"{text}{why}; it needs no model beside the speech model")
    aligner = settings.align_model
    if aligner and (Path(aligner).is_dir() or not aligner.startswith(("/", ".", "~"))):
        return Finding(Verdict.FINE, "speech engine", f"{text}; words are timed by {aligner}")
    if aligner:
        return Finding(Verdict.BAD, "speech engine", f"{text}; ALIGN_MODEL {aligner} is not there")
    instead = "; without it auto falls back to faster-whisper" if settings.whisper_engine == "auto" else ""
    lack = "must be in the cache, downloads are off" if settings.models_offline else "is downloaded when first needed"
    return Finding(Verdict.WORTH_KNOWING, "speech engine", f"{text}; the model that times words {lack}{instead}")


async def pace(settings: Settings) -> Finding:
    """Batch, threads and concurrency: chosen for the machine, or as the settings say."""
    from services.transcriber.sizing import suggest, this_machine

    here = this_machine()
    wants_gpu = settings.whisper_device == "cuda" or (settings.whisper_device == "auto" and here.gpu_memory_bytes > 0)
    device = "cuda" if wants_gpu else "cpu"
    sizing = suggest(device, here)
    slices = settings.transcriber_concurrency or sizing.concurrency
    threads = settings.whisper_threads or sizing.threads
    batch = settings.whisper_batch_size or sizing.batch_size
    set_by_hand = [
        name
        for name, value in (
            ("TRANSCRIBER_CONCURRENCY", settings.transcriber_concurrency),
            ("WHISPER_THREADS", settings.whisper_threads),
            ("WHISPER_BATCH_SIZE", settings.whisper_batch_size),
        )
        if value
    ]
    by_hand = f"; {', '.join(set_by_hand)} as set" if set_by_hand else ""
    text = f"{slices} at once on {device}, {threads} thread(s) each, batches of {batch} ({sizing.reason}{by_hand})"
    if device == "cpu" and slices * threads > here.cores:
        return Finding(Verdict.WORTH_KNOWING, "slices", f"{text}: more threads than the {here.cores} cores")
    return Finding(Verdict.FINE, "slices", text)


async def database(settings: Settings) -> Finding:
    if not os.environ.get("DATABASE_URL"):
        from services.console.stack.postgres import find_postgres

        found = next(find_postgres(), None)
        if found is None:
            return Finding(Verdict.BAD, "PostgreSQL", "no DATABASE_URL and no server found: install postgresql")
        return Finding(Verdict.FINE, "PostgreSQL", f"`archivist up` starts its own, {found.major} from {found.folder}")
    import asyncpg

    address = settings.database_dsn.replace("+asyncpg", "")
    try:
        connection = await asyncpg.connect(address, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        return Finding(Verdict.BAD, "PostgreSQL", f"DATABASE_URL does not answer: {error or type(error).__name__}")
    try:
        version = await connection.fetchval("SHOW server_version")
        migrated = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
    finally:
        await connection.close()
    if not migrated:
        return Finding(Verdict.BAD, "PostgreSQL", f"{version}, but the schema is missing: run `archivist migrate`")
    return Finding(Verdict.FINE, "PostgreSQL", str(version))


async def redis(settings: Settings) -> Finding:
    if not os.environ.get("REDIS_URL"):
        from services.console.stack.redis import find_redis

        try:
            return Finding(Verdict.FINE, "Redis", f"`archivist up` starts its own, {find_redis()}")
        except ArchivistError as error:
            return Finding(Verdict.BAD, "Redis", error.message)
    from redis.exceptions import RedisError

    from shared.jobs.doorbell import open_redis

    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    client = open_redis(settings.redis_url.get_secret_value(), password)
    try:
        async with asyncio.timeout(5):
            facts = await client.info("server")
            policy = (await client.config_get("maxmemory-policy")).get("maxmemory-policy")
    except (RedisError, OSError, TimeoutError) as error:
        return Finding(Verdict.BAD, "Redis", f"REDIS_URL does not answer: {error or type(error).__name__}")
    finally:
        await client.aclose(close_connection_pool=True)
    if policy != "noeviction":
        return Finding(Verdict.WORTH_KNOWING, "Redis", f"maxmemory-policy is {policy}: set it to noeviction")
    return Finding(Verdict.FINE, "Redis", str(facts.get("redis_version")))


async def mounts(settings: Settings) -> Finding:
    if not settings.named_mounts:
        return Finding(Verdict.WORTH_KNOWING, "mounts", "FLEX_SERVERS names none; the API can add them too")
    silent = [f"{path} ({why})" for _, path in settings.named_mounts if (why := await _trouble_with(path))]
    if silent:
        return Finding(Verdict.BAD, "mounts", f"not readable: {', '.join(silent)}")
    return Finding(Verdict.FINE, "mounts", ", ".join(f"{name} ({path})" for name, path in settings.named_mounts))


async def cablecast(settings: Settings) -> Finding:
    if not settings.cablecast_api_url:
        return Finding(Verdict.WORTH_KNOWING, "Cablecast", "no CABLECAST_API_URL: captions are made, not published")
    from services.vod.gateways.cablecast import open_cablecast

    password = settings.cablecast_password.get_secret_value() if settings.cablecast_password else ""
    try:
        client = open_cablecast(
            settings.cablecast_api_url, settings.cablecast_username, password, verify_tls=settings.cablecast_verify_tls
        )
        try:
            facts = await client.system_info()
        finally:
            await client.aclose()
    except ArchivistError as error:
        return Finding(Verdict.BAD, "Cablecast", error.message)
    return Finding(Verdict.FINE, "Cablecast", f"{settings.cablecast_api_url} answers, version {facts.version}")


ALL: tuple[Check, ...] = (programs, disk, machine, model, speech_engine, pace, database, redis, mounts, cablecast)


def _nearest(folder: Path) -> Path:
    """The folder itself or the closest one above it that exists."""
    here = folder.absolute()
    while not here.exists():
        here = here.parent
    return here


async def _trouble_with(path: Path) -> str | None:
    """Ask in a process of its own: a call to a dead NFS server may never return, and cannot be called off."""
    process = await asyncio.create_subprocess_exec(
        "ls", "-f", str(path), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"}
    )
    try:
        _, told = await asyncio.wait_for(process.communicate(), 5)
    except TimeoutError:
        process.kill()
        return "it does not answer within 5 s"
    return None if process.returncode == 0 else told.decode(errors="replace").rpartition(": ")[2].strip()
