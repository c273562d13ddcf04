"""Running recordings of one's own one after the other with the same loaded models, and telling what came of them."""

import asyncio
import json
import logging
import shutil
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import typer

from services.console.chosen_recordings import (
    DEFAULT_FOLDER,
    STANDARD_INPUT,
    NamedFile,
    find_recordings,
    held,
    standard_input,
)
from services.console.exit_status import ERROR, INTERRUPTED, sentence, unforeseen
from services.console.outcomes import FileResult, document, story, table
from services.console.progress_display import Follower, Teller
from services.console.single_file import TypedOptions, facts_of, order_for, with_picture
from services.transcriber.__main__ import summariser_of
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.gateways.summariser import Summariser
from services.transcriber.single import SingleOrder, transcribe_file
from shared.entry import usable_settings
from shared.errors import ArchivistError, Unusable
from shared.media.positions import length
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class TranscribeOrder:
    """What was typed: files, the folder for their captions, and how they are made."""

    files: tuple[str, ...]
    out: Path | None
    choice: TypedOptions
    as_json: bool = False


def run(wish: TranscribeOrder) -> int:
    """Transcribe the files; the exit status. Progress and errors go to standard error, results to standard output."""
    # What matters is said in sentences of our own; a log of theirs is for what nobody foresaw.
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    done: list[FileResult] = []
    failure: ArchivistError | None = None
    with Teller(to_stderr=True) as teller:
        try:
            _transcribe(wish, teller, done)
            status = max((each.exit_status for each in done), default=ERROR)
        except ArchivistError as error:
            failure, status = error, ERROR
        except KeyboardInterrupt:
            status = INTERRUPTED
        except Exception as error:  # A border: a program that asked for JSON gets it, whatever happens.
            failure, status = unforeseen(error), ERROR
        teller.rest()
        _end(wish, teller, done, failure, status)
    return status


def _end(
    wish: TranscribeOrder, teller: Teller, done: Sequence[FileResult], failure: ArchivistError | None, status: int
) -> None:
    if failure is not None:
        teller.say(f"archivist: {sentence(failure)}")
    if wish.as_json:
        typer.echo(json.dumps(document(done, exit_status=status, error=failure), indent=2))
    elif len(done) > 1:
        typer.echo("\n".join(table(done)))
    if status == INTERRUPTED:
        goes_on = "" if STANDARD_INPUT in wish.files else " Run the same command again to go on."
        teller.say(f"Stopped.{goes_on}")


def _transcribe(wish: TranscribeOrder, teller: Teller, done: list[FileResult]) -> None:
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        raise Unusable("ffmpeg and ffprobe are needed: install the package ffmpeg.", code="ffmpeg_missing")
    settings = usable_settings()
    order = order_for(wish.choice, settings)
    with standard_input(wish.out or DEFAULT_FOLDER) as stdin:
        recordings = find_recordings(wish.files, wish.out, stdin=stdin)
        if any(recording.trouble is None for recording in recordings):
            _fetch_model(order, settings, teller)
        asyncio.run(_one_by_one(recordings, order, settings, teller, done, tell=not wish.as_json))


def _fetch_model(order: SingleOrder, settings: Settings, teller: Teller) -> None:
    """Download a model that is not here yet where its progress can be seen, and not in a child that says nothing."""
    from services.transcriber.engines.speech_models import find_model

    name, cache = order.spec.model, settings.model_cache
    token = settings.hugging_face_token.get_secret_value() if settings.hugging_face_token else None
    try:
        find_model(name, cache_dir=cache, offline=True)
    except Unusable as error:
        if error.code != "model_not_here" or order.spec.offline:
            raise
        teller.say(f"Downloading the speech model {name}, once ...")
        find_model(name, cache_dir=cache, token=token)


async def _one_by_one(
    recordings: Sequence[NamedFile],
    order: SingleOrder,
    settings: Settings,
    teller: Teller,
    done: list[FileResult],
    *,
    tell: bool,
) -> None:
    async with AsyncExitStack() as stack:
        pool = SpeechPool(order.spec, order.workers, slots=order.slots, recycle_after=settings.child_recycle_slices)
        stack.push_async_callback(pool.close)
        wants_page = order.choices.include_summary and (order.formats is None or "summary" in order.formats)
        if any(recording.trouble is None for recording in recordings):
            teller.step("loading the speech model")
            await pool.check()
            teller.rest()
        client = await stack.enter_async_context(httpx.AsyncClient())
        summariser = summariser_of(settings, client) if wants_page else None
        for number, recording in enumerate(recordings, 1):
            place = f"{number} of {len(recordings)}: " if len(recordings) > 1 else ""
            one = await _one(recording, order, pool, summariser, teller, place)
            done.append(one)
            teller.rest()
            if one.error is not None:
                teller.say(f"archivist: {recording.name}: {sentence(one.error)}")
            elif tell:
                typer.echo("\n".join(story(one)))


async def _one(
    recording: NamedFile,
    order: SingleOrder,
    pool: SpeechPool,
    summariser: Summariser | None,
    teller: Teller,
    place: str,
) -> FileResult:
    """What came of one recording. Whatever goes wrong with it, the next one has its turn."""
    if recording.trouble is not None:
        return FileResult(recording, error=recording.trouble)
    started = time.monotonic()
    try:
        with held(recording.folder):
            facts = await asyncio.to_thread(facts_of, recording.media)
            duration_ms = facts.duration_ms if facts else 0
            teller.say(f"{place}{recording.name}{f', {length(duration_ms)}' if duration_ms else ''}")
            mine = replace(order, media=recording.media, out=recording.folder.absolute())
            result = await transcribe_file(
                with_picture(mine, facts), Follower(teller, duration_ms), lent=pool, summariser=summariser
            )
    except ArchivistError as error:
        return FileResult(recording, time.monotonic() - started, error=error)
    except Exception as error:  # A border: the recordings after this one have nothing to do with it.
        return FileResult(recording, time.monotonic() - started, error=unforeseen(error))
    return FileResult(recording, time.monotonic() - started, result)
