"""The page on tables has a paragraph for each table that there is, and for no other."""

import re

from services.console.paths import ROOT
from shared.db.models import Base

PAGE = ROOT / "docs" / "tables.md"
WORDS = {"removed", "up"}
"""Values that are named, and are no columns."""
LEAST_LETTERS = 250
"""Fewer say what the name says already."""


def paragraphs() -> dict[str, str]:
    """To each table that is told of what is said of it."""
    found: dict[str, str] = {}
    for block in PAGE.read_text().split("\n\n"):
        opens = re.match(r"\*\*`([a-z_]+)`\*\* ", block)
        if opens is not None:
            assert opens[1] not in found, f"{opens[1]} is told of twice"
            found[opens[1]] = block
    return found


def test_each_table_has_its_paragraph_and_no_other_has() -> None:
    assert set(paragraphs()) == set(Base.metadata.tables)


def test_no_paragraph_is_a_mere_name() -> None:
    assert {name: len(text) for name, text in paragraphs().items() if len(text) < LEAST_LETTERS} == {}


def test_columns_that_a_paragraph_names_are_there() -> None:
    tables = Base.metadata.tables
    columns = {column.name for table in tables.values() for column in table.columns}
    named = {
        (name, word)
        for name, text in paragraphs().items()
        for word in re.findall(r"`([a-z_]+)`", text)
        if word != name and word not in WORDS
    }

    assert {(name, word) for name, word in named if word not in columns | set(tables)} == set()
