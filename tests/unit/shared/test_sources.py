"""Where recordings come from, and that nobody asks for the kind where a capability is meant."""

import re
from pathlib import Path

import pytest

from shared.sources import SOURCES, SourceKind, kinds_that

ROOT = Path(__file__).parents[3]


def test_every_kind_has_its_line_in_the_table() -> None:
    assert set(SOURCES) == set(SourceKind)


def test_what_is_forgotten_is_neither_published_nor_found_again() -> None:
    for source in SOURCES.values():
        if not source.keeps:
            assert not (source.publishes or source.sidecar or source.resembles)


def test_a_sidecar_is_written_only_where_files_are_looked_for() -> None:
    assert set(kinds_that("sidecar")) <= set(kinds_that("scans"))


def test_a_capability_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="flies"):
        kinds_that("flies")


def test_no_line_of_the_services_compares_a_mounts_kind() -> None:
    words = "|".join(SourceKind)
    compared = re.compile(rf"""kind\s*(==|!=|in)\s*\(?["'](?:{words})["']""")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for top in ("services", "shared")
        for file in sorted((ROOT / top).rglob("*.py"))
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if compared.search(line) and "migrations" not in file.parts
    ]

    assert found == []
