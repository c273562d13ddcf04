"""The simulator as one ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from demo.cablecast import control, published, resources
from demo.cablecast.config import SimulatorConfig
from demo.cablecast.envelope import Refusal, refused
from demo.cablecast.middleware import API, CONTROL, AnyCase, CablecastRequests
from demo.cablecast.queries import COLLECTIONS
from demo.cablecast.scanning import keep_scanning
from demo.cablecast.seed import plant
from demo.cablecast.station import open_station, save_station


def create_app(config: SimulatorConfig) -> FastAPI:
    """A station with its drives, seed and clock; it begins to look at the drives when the application starts."""
    station = open_station(config)
    plant(station, config.seed)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        scanning = asyncio.create_task(keep_scanning(station))
        yield
        scanning.cancel()
        await asyncio.gather(scanning, return_exceptions=True)
        save_station(station)

    app = FastAPIOffline(
        title="Cablecast simulator: its own controls",
        lifespan=lifespan,
        docs_url=f"{CONTROL}/docs",
        static_url=f"{CONTROL}/assets",
        swagger_ui_oauth2_redirect_url=f"{CONTROL}/docs/oauth2-redirect",
        openapi_url=f"{CONTROL}/openapi.json",
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.station = station
    app.add_middleware(CablecastRequests, station=station)
    app.add_middleware(AnyCase)
    app.add_exception_handler(Refusal, _refuse)
    app.add_exception_handler(HTTPException, _opaque)
    app.add_api_route("/cablecastapi/swagger/docs/v1", _swagger, include_in_schema=False)
    for part in (control, resources, published):
        app.include_router(part.router)
    return app


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return refused(error)


async def _opaque(_: Request, error: Exception) -> Response:
    """Errors of the framework are plain text too: nothing is known about the real ones."""
    assert isinstance(error, HTTPException)
    return PlainTextResponse("Not found." if error.status_code == 404 else "The request is invalid.", error.status_code)


async def _swagger() -> Response:
    """A short list of what is simulated, where real servers keep their Swagger document."""
    paths: dict[str, dict[str, object]] = {}
    for name, collection in COLLECTIONS.items():
        summary = {"responses": {"200": {"description": collection.table}}}
        paths[f"{API}{name}"] = {"get": summary}
        paths[f"{API}{name}/{{id}}"] = {"get": summary}
    for name in ("shows", "media", "reels", "vods", "chapters", "fileuploads", "shows/search/advanced"):
        paths.setdefault(f"{API}{name}", {})["post"] = {"responses": {"201": {"description": "created"}}}
    return JSONResponse({"swagger": "2.0", "info": {"title": "Cablecast simulator", "version": "v1"}, "paths": paths})
