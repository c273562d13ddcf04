"""One class, one name; one module, one name: whoever searches for a thing finds one, and no two are called alike."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[3]

WIRE_FORMS = {"ReviewReason"}
"""Of a value of the kernel, the shape in which the API gives it out: one thing, and its name in OpenAPI stays."""

FRAME = {"__init__", "__main__", "app", "deps", "gateways", "parts", "usecases"}
"""What each service (and the simulator) has under the same name, so that who knows one finds the way in the next."""

BY_NOUN = {"services/api/routes", "services/api/schemas", "services/console/commands", "shared/db/models"}
"""Folders with a file for each noun, or each command: ``tasks.py`` among routes, shapes, commands and tables."""


def test_no_class_name_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for folder in ("services", "shared", "demo"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    places[node.name.lstrip("_")].append(f"{file.relative_to(ROOT)}:{node.lineno}")

    assert len(places) > 500
    assert {name: found for name, found in places.items() if len(found) > 1 and name not in WIRE_FORMS} == {}


def test_no_module_name_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    nouns = set()
    for folder in ("services", "shared", "demo/cablecast"):
        files = [file for file in (ROOT / folder).rglob("*.py") if "migrations" not in file.parts]
        packages = (
            {file.parent for file in files} if folder in ("services", "shared") else set()
        )  # a twin may be called alike
        for path in sorted(packages.union(files)):
            where = str(path.relative_to(ROOT))
            if path.stem in FRAME:
                continue
            if str(path.parent.relative_to(ROOT)) in BY_NOUN:
                nouns.add(path.stem)
            else:
                places[path.stem].append(where)

    assert len(places) > 350 and len(nouns) > 30
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
    # A package may have a noun's name (``shared/captions``), a module outside of these folders may not.
    assert [found for name in nouns for found in places[name] if found.endswith(".py")] == []
