"""`archivist models`: get models ready before the machine goes where there is no network."""

import asyncio
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from services.console.configuration import load_env_file
from shared.errors import Unusable

if TYPE_CHECKING:
    from pathlib import Path

    from shared.settings import Settings

app = typer.Typer(help="Fetch, list and check models for speech, word times and speakers.", no_args_is_help=True)


class Kind(StrEnum):
    """What a model is for."""

    SPEECH = "speech"
    ALIGN = "align"
    SPEAKERS = "speakers"


ChosenKind = Annotated[Kind, typer.Option(help="speech; align times words for WhisperX; speakers tells them apart.")]


@app.command("list")
def list_models() -> None:
    """Models that can be named, and those that are on this machine already."""
    from services.transcriber.engines.companions import USUAL_SPEAKERS
    from services.transcriber.engines.models import cached_models, known_models
    from shared.errors import ArchivistError

    settings = _settings()
    here = {model.name: model for model in cached_models(settings.model_cache)}
    for name in known_models():
        model = here.get(name)
        _line(Kind.SPEECH, name, model.path if model else None)
    companions = [(Kind.ALIGN, settings.align_model), (Kind.SPEAKERS, settings.diarization_model or USUAL_SPEAKERS)]
    for kind, name in companions:
        if not name:
            continue
        try:
            _line(kind, name, _companion(kind, name, settings, offline=True))
        except ArchivistError:
            _line(kind, name, None)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="Such as small.en, large-v3-turbo or owner/model.")],
    kind: ChosenKind = Kind.SPEECH,
) -> None:
    """Download a model into the cache, so that it loads with no network afterwards."""
    from services.transcriber.engines.models import find_model

    settings = _settings()
    if kind is Kind.SPEECH:
        model = find_model(name, cache_dir=settings.model_cache, token=_token(settings))
        _line(kind, model.name, model.path)
    else:
        _line(kind, name, _companion(kind, name, settings, offline=False))


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="A name or folder; the one of the settings when left out.")] = None,
    kind: ChosenKind = Kind.SPEECH,
) -> None:
    """Load a model as a job would and let it hear two seconds. Needs no network."""
    settings = _settings()
    if kind is Kind.SPEAKERS:
        asyncio.run(_hear_nobody(settings, name))
    elif kind is Kind.ALIGN:
        wanted = name or settings.align_model
        if wanted and "/" in wanted:
            _line(kind, wanted, _companion(kind, wanted, settings, offline=True))
        asyncio.run(_load_engine(settings, {"engine": "whisperx", "align_model": wanted}))
    else:
        asyncio.run(_load_engine(settings, {"model": name} if name else {}))


async def _load_engine(settings: "Settings", changes: dict[str, str]) -> None:
    from services.transcriber.__main__ import engine_spec
    from services.transcriber.speech import SpeechPool

    pool = SpeechPool(replace(engine_spec(settings), offline=True, **changes), 1)  # type: ignore[arg-type]
    try:
        info = await pool.check()
    finally:
        await pool.close()
    typer.echo(f"{info.title}: ready in {info.load_ms} ms, {info.memory_bytes / 1e6:,.0f} MB")


async def _hear_nobody(settings: "Settings", name: str | None) -> None:
    """Two seconds of silence through the whole way, child process and all."""
    import tempfile
    from pathlib import Path
    from time import monotonic

    import numpy as np
    import soundfile

    from services.transcriber.__main__ import diarization_spec
    from services.transcriber.engines.diarize import find_speakers

    spec = diarization_spec(settings.model_copy(update={"diarization_model": name or settings.diarization_model}))
    if spec is None:
        raise Unusable(
            "No diarization model is chosen: name one, or set DIARIZATION_MODEL.", code="diarization_model_missing"
        )
    started = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        silence = Path(folder) / "silence.flac"
        soundfile.write(silence, np.zeros(2 * 16_000, np.float32), 16_000)
        await find_speakers(silence, replace(spec, offline=True), timeout_s=900)
    typer.echo(f"{spec.model}: ready, heard two seconds in {monotonic() - started:.0f} s with loading")


def _companion(kind: Kind, name: str, settings: "Settings", *, offline: bool) -> "Path":
    from services.transcriber.engines.companions import Companion, find_companion

    return find_companion(
        Companion(kind), name, cache_dir=settings.model_cache, offline=offline, token=_token(settings)
    )


def _line(kind: Kind, name: str, path: "Path | None") -> None:
    if path is None:
        typer.echo(f"{kind:<9} {name:<40} -")
        return
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    typer.echo(f"{kind:<9} {name:<40} {size / 1e6:,.0f} MB in {path}")


def _token(settings: "Settings") -> str | None:
    return settings.hugging_face_token.get_secret_value() if settings.hugging_face_token else None


def _settings() -> "Settings":
    from shared.entry import read_settings

    load_env_file()
    return read_settings("models")
