"""The page of commands has every code that they end with, and none that does not exist."""

import re

from services.console.paths import ROOT

PAGE = (ROOT / "docs" / "commands.md").read_text()
CONSOLE = ROOT / "services" / "console"
# What `archivist test` says to developers is no interface.
FOR_DEVELOPERS = {
    CONSOLE / "commands" / "test.py",
    *(CONSOLE / "stack" / name for name in ("compose_stack.py", "compose_trial.py", "engine.py")),
}


def listed() -> set[str]:
    return set(re.findall(r"`([a-z_0-9]+)`", PAGE.partition("## Codes")[2]))


def test_every_code_of_the_console_and_of_the_launcher_is_on_the_page() -> None:
    sources = [file.read_text() for file in CONSOLE.rglob("*.py") if file not in FOR_DEVELOPERS]
    raised = {code for text in sources for code in re.findall(r'code="([a-z_0-9]+)"', text)}
    raised |= set(re.findall(r"\bfail ([a-z_]+) \"", (ROOT / "archivist").read_text()))

    assert len(raised) > 30
    assert raised - listed() == set()


def test_every_code_on_the_page_is_one_that_the_code_has() -> None:
    folders = (ROOT / "services" / "console", ROOT / "services" / "transcriber", ROOT / "shared")
    code = "\n".join(file.read_text() for folder in folders for file in folder.rglob("*.py"))
    code += (ROOT / "archivist").read_text().replace("fail ", '"').replace(' "', '"')

    assert {each for each in listed() if f'"{each}"' not in code} == set()


def test_every_schema_on_the_page_is_one_that_is_written() -> None:
    code = "\n".join(file.read_text() for file in CONSOLE.rglob("*.py"))

    assert set(re.findall(r"`(archivist\.[a-z-]+/\d+)`", PAGE)) == set(re.findall(r'"(archivist\.[a-z-]+/\d+)"', code))
