"""What a browser gets: a first page that says what this is, and the interactive documentation, all from here.

Nothing is fetched from another host, because stations are often closed to the outside, and the pages say so to the
browser. Swagger UI (Apache-2.0) comes with the package fastapi-offline (MIT).
"""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response

router = APIRouter(include_in_schema=False)

_ASSETS = Path(str(files("fastapi_offline"))) / "static"
_SWAGGER_UI = frozenset({"swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"})
_START = """\
SwaggerUIBundle({
  url: "api/v1/openapi.json",
  dom_id: "#documentation",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  validatorUrl: null,
});
"""
_HEADERS = {
    # Swagger UI styles its elements one by one and brings its pictures as data.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
_DAY = {**_HEADERS, "Cache-Control": "public, max-age=86400"}

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon.png">
{head}</head>
<body>
{body}
</body>
</html>
"""
_FIRST_PAGE = _PAGE.format(
    title="Archivist",
    head="<style>body {font: 1.1em/1.5 sans-serif; max-width: 40em; margin: 3em auto}</style>\n",
    body="""\
<h1>Archivist</h1>
<p>Recordings of public meetings become captions on the station's Cablecast server: this is the API through which
people and programs watch and steer that.</p>
<ul>
<li><a href="docs">Documentation of the API</a>, to read and to try</li>
<li><a href="api/v1/openapi.json">Its description in OpenAPI</a>, from which clients are generated</li>
<li><a href="health/ready">Whether it can work just now</a></li>
<li><a href="metrics">Figures for Prometheus</a></li>
</ul>""",
)
_DOCUMENTATION = _PAGE.format(
    title="Archivist: API",
    head='<link rel="stylesheet" href="docs/swagger-ui.css">\n',
    body='<div id="documentation"></div>\n<script src="docs/swagger-ui-bundle.js"></script>\n'
    '<script src="docs/start.js"></script>',
)


@router.get("/")
async def first_page() -> HTMLResponse:
    """What this is."""
    return HTMLResponse(_FIRST_PAGE, headers=_HEADERS)


@router.get("/docs")
async def documentation() -> HTMLResponse:
    """Swagger UI."""
    return HTMLResponse(_DOCUMENTATION, headers=_HEADERS)


@router.get("/docs/start.js")
async def start() -> Response:
    """A script of its own, so that no page has to contain one."""
    return Response(_START, media_type="text/javascript", headers=_HEADERS)


@router.get("/docs/{name}")
async def asset(name: str) -> FileResponse:
    """A file of Swagger UI."""
    if name not in _SWAGGER_UI:
        raise HTTPException(404, "There is no such page.")
    return FileResponse(_ASSETS / name, headers=_DAY)
