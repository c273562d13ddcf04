"""`archivist models`: get speech models ready before the machine goes where there is no network."""

from typing import TYPE_CHECKING, Annotated

import typer

from services.console.configuration import load_env_file

if TYPE_CHECKING:
    from shared.settings import Settings

app = typer.Typer(help="Fetch, list and check speech models.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """Models that can be named, and those that are on this machine already."""
    from services.transcriber.engines.models import cached_models, known_models

    here = {model.name: model for model in cached_models(_settings().model_cache)}
    for name in known_models():
        model = here.get(name)
        typer.echo(f"{name:<24} {f'{model.size_bytes / 1e6:,.0f} MB in {model.path}' if model else '-'}")


@app.command()
def fetch(name: Annotated[str, typer.Argument(help="Such as small.en, large-v3-turbo or owner/model.")]) -> None:
    """Download a model into the cache, so that it loads with no network afterwards."""
    from services.transcriber.engines.models import find_model

    settings = _settings()
    token = settings.hugging_face_token.get_secret_value() if settings.hugging_face_token else None
    model = find_model(name, cache_dir=settings.model_cache, token=token)
    typer.echo(f"{model.name}: {model.size_bytes / 1e6:,.0f} MB in {model.path}")


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="A name or folder; WHISPER_MODEL when left out.")] = None,
) -> None:
    """Load a model as a job would, decode two seconds, and say where it runs. Needs no network."""
    import asyncio
    from dataclasses import replace

    from services.transcriber.__main__ import engine_spec
    from services.transcriber.speech import SpeechPool

    settings = _settings()
    spec = replace(engine_spec(settings), offline=True)
    spec = replace(spec, model=name) if name else spec

    async def load() -> None:
        pool = SpeechPool(spec, 1)
        try:
            info = await pool.check()
        finally:
            await pool.close()
        typer.echo(f"{info.title}: ready in {info.load_ms} ms, {info.memory_bytes / 1e6:,.0f} MB")

    asyncio.run(load())


def _settings() -> "Settings":
    from shared.entry import read_settings

    load_env_file()
    return read_settings("models")
