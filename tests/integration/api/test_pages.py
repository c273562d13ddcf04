"""What a browser sees: a first page, and documentation that needs no other host."""

import re
from urllib.parse import urljoin

import pytest

from tests.integration.api.conftest import Api


async def test_the_first_page_says_what_this_is_and_its_links_lead_somewhere(api: Api) -> None:
    async with api.client() as client:
        page = await client.get("/")
        links = re.findall(r'href="([^"]+)"', page.text)
        answers = [await client.get(urljoin("/", link)) for link in links]

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "captions" in page.text
    assert {"docs", "api/v1/openapi.json", "health/ready"} <= set(links)
    assert [answer.status_code for answer in answers] == [200] * len(links)


async def test_everything_that_the_documentation_shows_comes_from_here(api: Api) -> None:
    async with api.client() as client:
        page = await client.get("/docs")
        parts = re.findall(r'(?:href|src)="([^"]+)"', page.text)
        answers = {part: await client.get(urljoin("/docs", part)) for part in parts}
        [document] = re.findall(r'url: "([^"]+)"', answers["docs/start.js"].text)
        described = await client.get(urljoin("/docs", document))

    assert len(parts) == 4
    assert {answer.status_code for answer in answers.values()} == {200}
    for text in (page.text, answers["docs/start.js"].text, answers["docs/swagger-ui.css"].text):
        assert not re.search(r"(?:url\(|@import|src=|href=)\W*(?:https?:)?//", text)
    assert "SwaggerUIBundle" in answers["docs/swagger-ui-bundle.js"].text
    assert described.json()["info"]["title"] == "Archivist"


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js"])
async def test_a_page_allows_nothing_from_elsewhere(api: Api, path: str) -> None:
    async with api.client() as client:
        answer = await client.get(path)

    rules = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    assert answer.headers["x-frame-options"] == "DENY"


async def test_no_other_file_is_served_beside_the_documentation(api: Api) -> None:
    async with api.client() as client:
        answers = [await client.get(f"/docs/{name}") for name in ("redoc.standalone.js", "..%2fcore.py", "x")]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
