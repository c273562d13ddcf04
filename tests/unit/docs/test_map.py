"""The map in ARCHITECTURE.md is the tree: what is there has a line, and a line stands for something that is there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
NOT_OURS = {"var", "captions", "build", "node_modules", "mutants"}
"""What runs and builds leave in the working folder."""


def test_every_module_has_one_line_and_every_line_its_module() -> None:
    listed = _listed(PAGE)
    modules = {
        str(path.relative_to(ROOT))
        for package in ("services", "shared")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py" and "versions" not in path.parts
    }

    assert sorted(modules - set(listed)) == []
    assert sorted(set(listed) - modules) == []
    assert sorted(path for path in modules if listed.count(path) != 1) == []


def test_every_folder_has_a_line_and_every_line_its_folder() -> None:
    table = PAGE[PAGE.index("| folder |") : PAGE.index("The floors of")]
    named = set(re.findall(r"`([\w./]+/)`", table))
    roots = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and path.name not in NOT_OURS and path.suffix != ".egg-info"
    }
    folders = {f"{name}/" for name in roots if not name.startswith(".") or name == ".ci"} - {"services/"}
    for parent in ("services", "demo", "tests"):
        inner = (path for path in (ROOT / parent).iterdir() if path.is_dir() and path.name != "__pycache__")
        folders |= {f"{parent}/{path.name}/" for path in inner if any(path.rglob("*.*"))}

    assert sorted(folders - named) == []
    assert sorted(name for name in named if not (ROOT / name).is_dir()) == []


def test_the_floors_of_the_kernel_are_those_that_the_contract_holds() -> None:
    table = PAGE[PAGE.index("| floor |") : PAGE.index("Inside a service,")]
    floors = [set(re.findall(r"`(\w+)(?:\.py|/)`", line.split("|")[1])) for line in table.splitlines()[2:] if line]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [held] = [contract["layers"] for contract in contracts if contract.get("containers") == ["shared"]]

    assert floors == [set(layer.replace(" ", "").replace("|", ":").split(":")) for layer in held]


def _listed(page: str) -> list[str]:
    """The modules of the tables below headings that name a package, each with its folder."""
    listed = []
    for title, text in re.findall(r"^### (.*`(?:services|shared)/.*)\n((?:(?!#).*\n)*)", page, re.MULTILINE):
        package = folder = re.findall(r"`([\w/]+/)`", title)[0]
        for cell, rest in re.findall(r"^\| (`[^|]+`) \| (.*) \|$", text, re.MULTILINE):
            names = re.findall(r"`([\w./]+)`", cell)
            if rest.startswith("**"):
                folder = names[0] if names[0].startswith("shared/") else package + names[0]
            else:
                listed += [folder + name for name in names]
    return listed
