"""`archivist models`: get models ready before the machine goes where there is no network."""

import asyncio
import json
import os
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.console.configuration import load_env_file, settings_beside
from services.console.env_file import ENV_FILE
from services.console.paths import UP
from shared.languages import as_text, by_language, language_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.transcriber.engines.values import EngineSpec
    from shared.settings import Settings

SCHEMA = "archivist.models/1"

app = typer.Typer(
    help="Fetch, list, check, try and choose models for speech, word times and speakers.", no_args_is_help=True
)


class ModelKind(StrEnum):
    """What a model is for."""

    SPEECH = "speech"
    ALIGN = "align"
    SPEAKERS = "speakers"


ChosenKind = Annotated[
    ModelKind, typer.Option(help="speech; align times words for WhisperX; speakers tells them apart.")
]


@app.command("list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead, for programs.")] = False,
) -> None:
    """Models that can be named, and those that are on this machine already."""
    models = list(_known(_settings()))
    if not as_json:
        for kind, name, path in models:
            _line(kind, name, path)
        return
    found = [
        {
            "kind": kind.value,
            "name": name,
            "path": str(path) if path else None,
            "size_bytes": _size(path) if path else None,
        }
        for kind, name, path in models
    ]
    typer.echo(json.dumps({"schema": SCHEMA, "models": found}, indent=2))


def _known(settings: "Settings") -> "Iterator[tuple[ModelKind, str, Path | None]]":
    from services.transcriber.engines.companions import USUAL_SPEAKERS
    from services.transcriber.engines.speech_models import cached_models, known_models

    here = {model.name: model for model in cached_models(settings.model_cache)}
    for name in known_models():
        model = here.get(name)
        yield ModelKind.SPEECH, name, model.path if model else None
    for title, aligner in _aligners(settings):
        yield ModelKind.ALIGN, title, aligner
    name = settings.diarization_model or USUAL_SPEAKERS
    yield ModelKind.SPEAKERS, name, _here(ModelKind.SPEAKERS, name, settings)


@app.command()
def fetch(
    name: Annotated[
        str,
        typer.Argument(help="Such as small.en, large-v3-turbo or owner/model; for align also a language, such as en."),
    ],
    kind: ChosenKind = ModelKind.SPEECH,
) -> None:
    """Download a model into the cache, so that it loads with no network afterwards."""
    from services.transcriber.engines.fetch import find

    _line(kind, *find(kind, name, _settings()))


@app.command()
def check(
    name: Annotated[
        str | None,
        typer.Argument(help="A name or folder, for align also a language; the one of the settings when left out."),
    ] = None,
    kind: ChosenKind = ModelKind.SPEECH,
) -> None:
    """Load a model as a job would and let it hear two seconds. Needs no network."""
    from services.transcriber.__main__ import engine_spec
    from services.transcriber.engines.fetch import find

    settings = _settings()
    spec = engine_spec(settings)
    if kind is ModelKind.SPEAKERS:
        asyncio.run(_hear_nobody(settings, name))
    elif kind is ModelKind.ALIGN:
        for language, wanted in _aligners_to_check(name, settings).items():
            model, path = find(kind, wanted or language, settings, offline=True)
            _line(kind, model, path)
            chosen = as_text({language: model})
            options = replace(spec.options, language=language)
            asyncio.run(_load_engine(replace(spec, engine="whisperx", align_model=chosen, options=options)))
    else:
        asyncio.run(_load_engine(replace(spec, model=name) if name else spec))


@app.command("try")
def try_model(
    name: Annotated[str, typer.Argument(help="The model to try: a name or a folder.")],
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Recordings of your own instead of a station's; meeting.corrected.srt beside meeting.mp4 has what was"
            " really said.",
        ),
    ] = None,
    recordings: Annotated[
        int, typer.Option(help="So many of the station's newest finished recordings.", min=0, max=100)
    ] = 0,
    minutes: Annotated[int, typer.Option(help="The middle minutes of each are decoded.", min=1, max=60)] = 10,
    beside: Annotated[
        str, typer.Option(help="The model that files are decoded with first; WHISPER_MODEL when left out.")
    ] = "",
    report: Annotated[
        Path | None, typer.Option(help="Write it into this file too; its name ends in .md or .html.", readable=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead, for programs.")] = False,
    folder: Annotated[Path, typer.Option(help="The one that `archivist up` was told.")] = UP,
) -> None:
    """Decode recordings with another model and compare with their captions in place; nothing of them is changed.

    Exit status 0 compared, 1 some recordings could not be decoded, 2 nothing could be compared.
    """
    load_env_file()
    try:
        from services.console.trial_run import ModelTrial
        from services.console.trying_models import TrialOrder, run
        from services.transcriber.engines.speech_models import from_here
        from shared.entry import usable_settings

        def settings() -> "Settings":
            return usable_settings() if files else settings_of_station(folder)

        now = from_here(beside) if beside else usable_settings().speech_model
        trial = ModelTrial(from_here(name), now, minutes)
        status = run(TrialOrder(trial, tuple(files or ()), recordings, report, as_json), settings)
    except KeyboardInterrupt:  # before anything was begun
        status = 130
    raise typer.Exit(status)


def settings_of_station(folder: Path) -> "Settings":
    """Of the stack on this folder, or of DATABASE_URL; no container has both the console and a speech engine."""
    from shared.errors import NotFound

    try:
        return settings_beside(folder, "models")
    except NotFound as error:
        raise NotFound(
            f"No stack runs on {folder}, and DATABASE_URL names no database: start `archivist up` first, or name"
            " recordings: archivist models try NAME FILE.",
            code="no_stack",
        ) from error


@app.command()
def use(
    name: Annotated[
        str | None, typer.Argument(help="The model to take from now on: a name or a folder.", show_default=False)
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="Take the one again that the last change has replaced.")] = False,
    check_it: Annotated[
        bool,
        typer.Option(
            "--check/--no-check", help="Load it here first; a model that only containers have cannot be loaded here."
        ),
    ] = True,
    file: Annotated[Path, typer.Option(help="The settings file.")] = ENV_FILE,
) -> None:
    """Choose the speech model in .env, where nothing else changes. Captions that are there stay as they are."""
    from services.console.chosen_model import NAME, go_back, note_of, require_choosable, use_model
    from services.transcriber.__main__ import engine_spec
    from services.transcriber.engines.speech_models import from_here, model_languages
    from shared.errors import InvalidInput
    from shared.languages import require_language

    if (name is None) == (not back):
        raise InvalidInput("Name a model, or say --back.")
    require_choosable(file, os.environ)
    if name is None:
        done = go_back(file, note=note_of(file))
    else:
        settings = _settings()
        require_language(settings.default_language, name, model_languages(name))
        if check_it:
            asyncio.run(_load_engine(replace(engine_spec(settings), model=from_here(name))))
        done = use_model(file, name if Path.cwd() == file.absolute().parent else from_here(name), note=note_of(file))
    if not done.is_changed:
        typer.echo(f"{NAME} in {done.file} is {done.after} already.")
        return
    typer.echo(f"{NAME} in {done.file} is {done.after or 'empty'} now; it was {done.before or 'empty'}.")
    for line in _who_takes_it_on(file):
        typer.echo(line)


def _who_takes_it_on(file: Path) -> "Iterator[str]":
    from services.console.stack.lock import running_on
    from shared.errors import Conflict

    try:
        is_running = running_on(UP) is not None
    except Conflict:  # another user's
        is_running = True
    follows = os.environ.get("SETTINGS_FILE")
    yield "It is taken on by new work when its services read it:"
    if follows and Path(follows).resolve() == file.resolve():
        yield "  workers that have this file as SETTINGS_FILE   by themselves, in a moment"
    up = "it runs now: end it and start it again" if is_running else "with the next start"
    yield f"  ./archivist up                                  {up}"
    yield "  containers                                      docker compose up -d starts transcriber and api anew"
    yield (
        "Captions that are there stay as they are, and say which model made them. A city with a model of its own"
        " keeps it."
    )
    yield "Back again: ./archivist models use --back"


async def _load_engine(spec: "EngineSpec") -> None:
    from services.transcriber.engines.pool import SpeechPool
    from services.transcriber.engines.sizing import fit

    fitted = fit(replace(spec, offline=True), concurrency=1)
    pool = SpeechPool(fitted.spec, 1, slots=fitted.slots)
    try:
        info = await pool.check()
    finally:
        await pool.close()
    typer.echo(f"{info.title}: ready in {info.load_ms} ms, {info.memory_bytes / 1e6:,.0f} MB")


async def _hear_nobody(settings: "Settings", name: str | None) -> None:
    """Two seconds of silence through the whole way, child process and all."""
    import tempfile
    from time import monotonic

    import numpy as np
    import soundfile

    from services.transcriber.__main__ import diarization_spec, engine_spec
    from services.transcriber.engines.companions import USUAL_SPEAKERS
    from services.transcriber.engines.diarize import find_speakers
    from services.transcriber.engines.sizing import fit

    model = name or settings.diarization_model or USUAL_SPEAKERS
    chosen = settings.model_copy(update={"diarization_model": model})
    spec = diarization_spec(chosen, fit(engine_spec(settings), concurrency=1))
    assert spec is not None  # a model is named above
    started = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        silence = Path(folder) / "silence.flac"
        soundfile.write(silence, np.zeros(2 * 16_000, np.float32), 16_000)
        await find_speakers(silence, replace(spec, offline=True), timeout_s=900, speech=((0, 2000),))
    typer.echo(f"{spec.model}: ready, heard two seconds in {monotonic() - started:.0f} s with loading")


def _aligners_to_check(name: str | None, settings: "Settings") -> dict[str, str]:
    """By language: the one that is named, or those of the settings; empty for the usual one."""
    from services.transcriber.engines.aligners import names_a_language

    if name and names_a_language(name):
        return {language_code(name, may_be_auto=False): ""}
    named = by_language(name, settings.usual_language) if name else settings.align_models
    return named or {settings.usual_language: ""}


def _here(kind: ModelKind, name: str, settings: "Settings") -> "Path | None":
    from services.transcriber.engines.fetch import find
    from shared.errors import ArchivistError

    try:
        return find(kind, name, settings, offline=True)[1]
    except ArchivistError:
        return None


def _aligners(settings: "Settings") -> "Iterator[tuple[str, Path | None]]":
    """The chosen one, and where WhisperX is installed its usual one for our language, and those that are here."""
    from services.transcriber.engines.aligners import usual_aligners
    from shared.errors import ArchivistError

    for language, name in settings.align_models.items():
        yield f"{language} {name}", _here(ModelKind.ALIGN, name, settings)
    try:
        usual = usual_aligners()
    except ArchivistError:
        return
    ours = settings.usual_language
    for language, name in sorted(usual.items(), key=lambda item: (item[0] != ours, item[0])):
        path = _here(ModelKind.ALIGN, name, settings)
        if language not in settings.align_models and (path is not None or language == ours):
            yield f"{language} {name}", path


def _line(kind: ModelKind, name: str, path: "Path | None") -> None:
    if path is None:
        typer.echo(f"{kind:<9} {name:<40} -")
        return
    typer.echo(f"{kind:<9} {name:<40} {_size(path) / 1e6:,.0f} MB in {path}")


def _size(path: "Path") -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _settings() -> "Settings":
    from shared.entry import usable_settings

    load_env_file()
    return usable_settings()
