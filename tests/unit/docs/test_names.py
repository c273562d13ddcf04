"""One class, one name: whoever searches for a class finds one, and no two things are called alike."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[3]

WIRE_FORMS = {"ReviewReason"}
"""Of a value of the kernel, the shape in which the API gives it out: one thing, and its name in OpenAPI stays."""


def test_no_public_class_name_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for folder in ("services", "shared", "demo"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(f"{file.relative_to(ROOT)}:{node.lineno}")

    assert len(places) > 500
    assert {name: found for name, found in places.items() if len(found) > 1 and name not in WIRE_FORMS} == {}
