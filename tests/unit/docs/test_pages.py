"""Pages are held to what is there: links lead somewhere, commands and variables exist, pictures show the tables."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from pydantic import SecretStr

from services.api.app import create_app
from services.console.__main__ import app
from shared.earlier_settings import GONE
from shared.lifecycle import PUBLICATION_STEPS, RECORDING_STEPS, TRANSCRIPTION_STEPS
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
NOT_OURS = {"var", "captions", "build", "node_modules"}
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(
            page
            for folder in ROOT.iterdir()
            if folder.is_dir() and not folder.name.startswith(".") and folder.name not in NOT_OURS
            for page in folder.rglob("*.md")
            if "golden" not in page.parts
        ),
    ]
)
CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")

API = create_app(Settings(jwt_secret_key=SecretStr("x" * 32)))

# Variables of other programs that our pages name.
THEIRS = {
    "ARCHIVIST_PYTHON",  # the launcher's
    "ARCHIVIST_SIMULATOR_PASSWORD",
    "CABLECAST_SIMULATOR_PASSWORD",
    "COMPOSE_DOCKER_CLI_BUILD",
    "DOCKER_BUILDKIT",
    "HYPOTHESIS_PROFILE",
    "LD_PRELOAD",
    "RANK",
    "WORLD",
}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = [target for target in _links(page) if not _leads_somewhere(page, target)]

    assert broken == []


def test_every_page_is_in_the_list_of_pages() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / target).resolve() for target in _links(index)}
    unlisted = [name_of(page) for page in (ROOT / "docs").glob("*.md") if page != index and page not in listed]

    assert unlisted == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_on_a_page_is_one_the_console_has(page: Path) -> None:
    wrong = [line for line, words in _commands(page) if _unknown_part(words) is not None]

    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_on_a_page_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z0-9-]+)`", page.read_text()))

    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_variable_on_a_page_is_a_setting(page: Path) -> None:
    known = {name.upper() for name in Settings.model_fields} | _example_variables() | THEIRS
    assigned = set(re.findall(r"(?<![\w$.])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)=", page.read_text()))
    quoted = set(re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`", page.read_text()))
    constants = {name for name in quoted if _is_in_the_code(name)}
    if page.name == "settings.md":  # its first column names what the earlier system had
        constants |= GONE

    assert (assigned | (quoted - constants)) - known == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_in_backquotes_is_there(page: Path) -> None:
    quoted = re.findall(
        r"`((?:services|shared|demo|tests|docs|benchmarks|deploy|requirements)/[\w./-]*)`", page.read_text()
    )
    missing = [path for path in quoted if not (ROOT / path).exists()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_address_of_our_api_on_a_page_is_one_the_api_has(page: Path) -> None:
    known = [re.sub(r"\{[^}]+\}", "[^/]+", path) for path in (*API.openapi()["paths"], API.openapi_url or "")]
    named = re.findall(r"(?<![\w/])/(?:api/)?v1/[\w{}./-]*[\w}]", page.read_text())

    assert [path for path in named if not any(re.fullmatch(each, path) for each in known)] == []


def test_the_picture_of_a_recordings_life_is_the_one_its_script_draws() -> None:
    drawn = _script("make_life").draw()

    assert (ROOT / "docs" / "images" / "life-of-a-recording.svg").read_text() == drawn


def test_the_picture_of_a_recordings_life_has_every_state_and_every_step() -> None:
    picture = (ROOT / "docs" / "images" / "life-of-a-recording.svg").read_text()
    ways = {life.service: [state for state, _ in life.way] for life in _script("make_life").LIVES}

    for service, steps in (
        ("ingest", RECORDING_STEPS),
        ("transcriber", TRANSCRIPTION_STEPS),
        ("vod", PUBLICATION_STEPS),
    ):
        for state, following in steps.items():
            box = re.search(rf'<g id="{type(state).__name__}-{state}">(.*?)</g>', picture, re.DOTALL)
            assert box is not None, f"{state} of {service} is not drawn"
            listed = set(re.findall(r">→ ([a-z ]+)<", box[1]))
            way = ways[service]
            straight = {str(after) for before, after in pairwise(way) if before == state}
            assert listed | straight == {str(other).replace("_", " ") for other in following}


def test_the_picture_of_a_cue_on_line_21_is_the_one_its_script_draws() -> None:
    drawn = _script("make_cue_timeline").draw()

    assert (ROOT / "docs" / "images" / "cue-timeline.svg").read_text() == drawn


def _links(page: Path) -> list[str]:
    return LINK.findall(CODE.sub("", page.read_text()))


def _leads_somewhere(page: Path, target: str) -> bool:
    if target.startswith(("http://", "https://", "mailto:")):
        return True  # other people's pages are not fetched by a test
    path, _, heading = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists() or not file.is_relative_to(ROOT):
        return False
    return not heading or heading in _headings(file)


def _headings(page: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    titles = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def _commands(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Each line in a block of code or in backquotes that calls the console, and its words."""
    text = page.read_text()
    lines = [line for block in CODE.finditer(text) for line in block[0].splitlines()]
    lines += re.findall(r"`([^`\n]+)`", CODE.sub("", text))
    for line in lines:
        call = re.match(r"\s*(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\./)?archivist (\S.*)$", line)
        if call and not line.lstrip().startswith("archivist:"):
            yield line, shlex.split(call[1].split("#")[0].replace("...", ""), comments=True)


def _unknown_part(words: list[str]) -> str | None:
    """The first word that is no command or option of ours, or None."""
    command: Any = typer.main.get_command(app)  # typer brings a click of its own, whose types are private
    for word in words:
        if hasattr(command, "commands") and not word.startswith("-"):
            found = [command.commands.get(name) for name in word.split("|")]
            if None in found:
                return word
            command = found[0]
        elif word.startswith("-"):
            option = word.split("=")[0].strip("[]")
            options = {name for parameter in command.params for name in parameter.opts}
            if option not in options | {"--help", "-h"}:
                return word
    return None


def _example_variables() -> set[str]:
    example = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))


def _is_in_the_code(name: str) -> bool:
    """Whether a name in capitals is a constant of the sources, such as READABLE."""
    return name in _constants()


@cache
def _constants() -> frozenset[str]:
    files = [file for folder in ("services", "shared", "demo") for file in (ROOT / folder).rglob("*.py")]
    return frozenset(name for file in files for name in re.findall(r"\b[A-Z][A-Z0-9_]+\b", file.read_text()))


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / "images" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
