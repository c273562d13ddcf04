"""What `archivist doctor` looks at: each check returns one finding, a fact or what to do about it."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from services.console.paths import ROOT
from services.transcriber.__main__ import diarization_spec, engine_spec
from services.transcriber.engines.companions import names_a_folder
from services.transcriber.engines.sizing import Machine, fit, this_machine
from shared.city import stored_settings
from shared.errors import ArchivistError
from shared.languages import language_name, require_language
from shared.settings import Settings

ROOM_NEEDED_BYTES = 10 * 1024**3
MEMORY_NEEDED_BYTES = 4 * 1024**3


class Mark(StrEnum):
    """How bad it is; the value is the mark that is printed."""

    FINE = "✓"
    WORTH_KNOWING = "!"
    BAD = "✗"


@dataclass(frozen=True)
class CheckLine:
    """One line of the report."""

    verdict: Mark
    what: str
    says: str


Check = Callable[[Settings], Awaitable[CheckLine]]


async def programs(_: Settings) -> CheckLine:
    missing = [name for name in ("ffmpeg", "ffprobe") if shutil.which(name) is None]
    if missing:
        return CheckLine(Mark.BAD, "ffmpeg", f"{' and '.join(missing)} not found: install the package ffmpeg")
    process = await asyncio.create_subprocess_exec("ffmpeg", "-version", stdout=subprocess.PIPE)
    version, _unused = await process.communicate()
    return CheckLine(Mark.FINE, "ffmpeg", " ".join(version.decode(errors="replace").split()[1:3]))


async def disk(settings: Settings) -> CheckLine:
    folders = (settings.default_output_path, settings.temp_directory, settings.upload_directory)
    room = {folder: shutil.disk_usage(_nearest(ROOT / folder)).free for folder in folders}
    folder, free = min(room.items(), key=lambda item: item[1])
    text = f"{free / 1024**3:.1f} GiB free for {folder}"
    if free < ROOM_NEEDED_BYTES:
        return CheckLine(Mark.WORTH_KNOWING, "disk", f"{text}: make room before many meetings wait")
    return CheckLine(Mark.FINE, "disk", text)


async def machine(_: Settings) -> CheckLine:
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    text = f"{cores} cores, {memory / 1024**3:.1f} GiB of memory"
    if memory < MEMORY_NEEDED_BYTES:
        return CheckLine(Mark.WORTH_KNOWING, "machine", f"{text}: enough for the models tiny and base only")
    return CheckLine(Mark.FINE, "machine", text)


async def model(settings: Settings) -> CheckLine:
    from services.transcriber.engines.speech_models import find_model, model_languages

    try:
        require_language(settings.default_language, settings.speech_model, model_languages(settings.speech_model))
        found = find_model(settings.speech_model, cache_dir=settings.model_cache, offline=True)
    except ArchivistError as error:
        if error.code == "model_not_here" and not settings.models_offline:
            text = f"{settings.speech_model} is not here yet; the transcriber downloads it when it starts"
            return CheckLine(Mark.WORTH_KNOWING, "speech model", text)
        return CheckLine(Mark.BAD, "speech model", error.message)
    text = f"{found.name}, {found.size_bytes / 1e6:.0f} MB"
    if found.is_demonstration:
        return CheckLine(Mark.WORTH_KNOWING, "speech model", f"{text}: for demonstrations only, it knows 616 words")
    return CheckLine(Mark.FINE, "speech model", text)


async def speech_engine(settings: Settings) -> CheckLine:
    from services.transcriber.engines.aligners import aligner_of
    from services.transcriber.engines.choice import choose_engine, why_passed_over

    try:
        chosen = choose_engine(settings.whisper_engine)
    except ArchivistError as error:
        return CheckLine(Mark.BAD, "speech engine", error.message)
    text = chosen if settings.whisper_engine != "auto" else f"auto takes {chosen}"
    if chosen == "faster-whisper":
        why = ", the best installed here; WhisperX is not" if settings.whisper_engine == "auto" else ""
        return CheckLine(Mark.FINE, "speech engine", f"{text}{why}; it needs no model beside the speech model")
    spec, aligners = replace(engine_spec(settings), offline=True), []
    for language in settings.align_models or (settings.usual_language,):
        try:
            aligners.append((language, await asyncio.to_thread(aligner_of, spec, language)))
        except ArchivistError as error:
            is_named_folder = names_a_folder(settings.align_models.get(language, "owner/model"))
            if error.code == "align_model_missing" and not (settings.models_offline or is_named_folder):
                text = f"{text}; the model that times {language_name(language)} words is not here yet: it is downloaded"
                return CheckLine(Mark.WORTH_KNOWING, "speech engine", f"{text} when it is first needed")
            if settings.whisper_engine == "auto":
                return CheckLine(Mark.WORTH_KNOWING, "speech engine", why_passed_over(error.message))
            return CheckLine(Mark.BAD, "speech engine", f"{text}; {error.message}")
    timed = ", ".join(f"{language_name(language)} by {aligner.name}" for language, aligner in aligners)
    return CheckLine(Mark.FINE, "speech engine", f"{text}; words are timed: {timed}")


async def device(settings: Settings, here: Machine | None = None) -> CheckLine:
    """Where slices are decoded: asked of the libraries that will do it, not of the settings."""
    from services.transcriber.engines.hardware import device_name, load_cublas, settle_compute_type, settle_device

    here = here or this_machine(settings.whisper_device)
    try:
        fitted = fit(engine_spec(settings), machine=here)
        taken = settle_device(fitted.spec.device)
        if taken == "cuda":
            load_cublas()
        compute_type = settle_compute_type(settings.whisper_compute_type, taken)
    except ArchivistError as error:
        return CheckLine(Mark.BAD, "device", error.message)
    cards = {card.id: card for card in here.cards}
    names = [cards[slot.card].title for slot in fitted.slots] if taken == "cuda" else [device_name(taken)]
    text = f"{taken}, {compute_type}: {', '.join(names)}"
    if settings.whisper_device == "auto" and here.cards and not here.has_cuda:
        return CheckLine(Mark.WORTH_KNOWING, "device", f"{text}; the NVIDIA card here cannot be used: see its driver")
    return CheckLine(Mark.FINE, "device", text)


async def pace(settings: Settings, here: Machine | None = None) -> CheckLine:
    """Batch, threads and concurrency: chosen for the machine and the model, or as the settings say."""
    here = here or this_machine(settings.whisper_device)
    try:
        fitted = fit(engine_spec(settings), concurrency=settings.transcriber_concurrency, machine=here)
    except ArchivistError as error:
        return CheckLine(Mark.BAD, "slices", error.message)
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
    slices, threads, taken = fitted.concurrency, fitted.spec.threads, fitted.spec.device
    batches = " or ".join(str(size) for size in fitted.batch_sizes)
    text = f"{slices} at once on {taken}, {threads} thread(s) each, batches of {batches} ({fitted.reason}{by_hand})"
    if taken == "cpu" and slices * fitted.child_bytes > here.memory_bytes:
        return CheckLine(Mark.WORTH_KNOWING, "slices", f"{text}: more memory than there is; choose a smaller model")
    if any(slot.room_bytes < fitted.child_bytes for slot in fitted.slots if taken == "cuda"):
        return CheckLine(Mark.WORTH_KNOWING, "slices", f"{text}: more memory than a card has; choose a smaller model")
    if taken == "cpu" and slices * threads > here.cores:
        return CheckLine(Mark.WORTH_KNOWING, "slices", f"{text}: more threads than the {here.cores} cores")
    return CheckLine(Mark.FINE, "slices", text)


async def speakers(settings: Settings) -> CheckLine:
    """Whether voices can be told apart, if they are to be."""
    from services.transcriber.engines.diarize import diarization_folder

    spec = diarization_spec(settings)
    if spec is None:
        return CheckLine(Mark.FINE, "speakers", "not told apart: DIARIZATION_MODEL names no model")
    try:
        folder = await asyncio.to_thread(diarization_folder, replace(spec, offline=True))
    except ArchivistError as error:
        if error.code == "diarization_model_missing" and not (settings.models_offline or names_a_folder(spec.model)):
            text = f"{spec.model} is not here yet; it is downloaded when it is first needed"
            return CheckLine(Mark.WORTH_KNOWING, "speakers", text)
        return CheckLine(Mark.BAD, "speakers", error.message)
    return CheckLine(Mark.FINE, "speakers", f"told apart by {folder if names_a_folder(spec.model) else spec.model}")


async def database(settings: Settings) -> CheckLine:
    if not os.environ.get("DATABASE_URL"):
        from services.console.stack.postgres import find_postgres

        found = next(find_postgres(), None)
        if found is None:
            return CheckLine(Mark.BAD, "PostgreSQL", "no DATABASE_URL and no server found: install postgresql")
        return CheckLine(Mark.FINE, "PostgreSQL", f"`archivist up` starts its own, {found.major} from {found.folder}")
    import asyncpg

    address = settings.database_dsn.replace("+asyncpg", "")
    try:
        connection = await asyncpg.connect(address, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        return CheckLine(Mark.BAD, "PostgreSQL", f"DATABASE_URL does not answer: {error or type(error).__name__}")
    try:
        version = await connection.fetchval("SHOW server_version")
        migrated = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        cities = await connection.fetch("SELECT name, settings FROM cities ORDER BY name") if migrated else []
    finally:
        await connection.close()
    if not migrated:
        return CheckLine(Mark.BAD, "PostgreSQL", f"{version}, but the schema is missing: run `archivist migrate`")
    wrong = [why for row in cities if (why := _trouble_with_city(row["name"], row["settings"]))]
    if wrong:
        return CheckLine(Mark.BAD, "cities", " ".join(wrong))
    return CheckLine(Mark.FINE, "PostgreSQL", str(version))


async def redis(settings: Settings) -> CheckLine:
    if not os.environ.get("REDIS_URL"):
        from services.console.stack.redis import find_redis

        try:
            return CheckLine(Mark.FINE, "Redis", f"`archivist up` starts its own, {find_redis()}")
        except ArchivistError as error:
            return CheckLine(Mark.BAD, "Redis", error.message)
    from redis.exceptions import RedisError

    from shared.jobs.notifier import open_redis

    password = settings.redis_password.get_secret_value() if settings.redis_password else None
    client = open_redis(settings.redis_url.get_secret_value(), password)
    try:
        async with asyncio.timeout(5):
            facts = await client.info("server")
            policy = (await client.config_get("maxmemory-policy")).get("maxmemory-policy")
    except (RedisError, OSError, TimeoutError) as error:
        return CheckLine(Mark.BAD, "Redis", f"REDIS_URL does not answer: {error or type(error).__name__}")
    finally:
        await client.aclose(close_connection_pool=True)
    if policy != "noeviction":
        return CheckLine(Mark.WORTH_KNOWING, "Redis", f"maxmemory-policy is {policy}: set it to noeviction")
    return CheckLine(Mark.FINE, "Redis", str(facts.get("redis_version")))


async def mounts(settings: Settings) -> CheckLine:
    if not settings.named_mounts:
        return CheckLine(Mark.WORTH_KNOWING, "mounts", "FLEX_SERVERS names none; the API can add them too")
    silent = [f"{each.path} ({why})" for each in settings.named_mounts if (why := await _trouble_with(Path(each.path)))]
    if silent:
        return CheckLine(Mark.BAD, "mounts", f"not readable: {', '.join(silent)}")
    text = ", ".join(f"{each.name} ({each.path})" for each in settings.named_mounts)
    if settings.mounts_said:
        return CheckLine(Mark.WORTH_KNOWING, "mounts", " ".join((f"{text}.", *settings.mounts_said)))
    return CheckLine(Mark.FINE, "mounts", text)


async def cablecast(settings: Settings) -> CheckLine:
    if not settings.cablecast_api_url:
        return CheckLine(Mark.WORTH_KNOWING, "Cablecast", "no CABLECAST_API_URL: captions are made, not published")
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
        return CheckLine(Mark.BAD, "Cablecast", error.message)
    return CheckLine(Mark.FINE, "Cablecast", f"{settings.cablecast_api_url} answers, version {facts.version}")


ALL: tuple[Check, ...] = (
    programs,
    disk,
    machine,
    model,
    speech_engine,
    device,
    pace,
    speakers,
    database,
    redis,
    mounts,
    cablecast,
)


def _nearest(folder: Path) -> Path:
    """The folder itself or the closest one above it that exists."""
    here = folder
    while not here.exists():
        here = here.parent
    return here


def _trouble_with_city(name: str, settings: str) -> str | None:
    try:
        stored_settings(name, json.loads(settings))
    except ArchivistError as error:
        return error.message
    return None


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
