"""The pages of choices name every choice, with the value it has when nobody chooses."""

import re
from dataclasses import fields
from pathlib import Path

from shared.city import CitySettings
from shared.quality import Thresholds

DOCS = Path(__file__).resolve().parents[3] / "docs"


def _rows(page: str) -> list[list[str]]:
    """The cells of every table row of a page."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


def _names(cell: str) -> list[str]:
    return re.findall(r"`([a-z_]+)`", cell)


def test_every_threshold_stands_on_its_page_with_its_usual_value() -> None:
    told: dict[str, str] = {}
    for cells in _rows("quality.md"):
        values = cells[1].split(", ")
        if len(cells) == 3:
            told.update(zip(_names(cells[0]), values, strict=True))

    usual = {each.name: "none" if each.name == "pass_scores" else f"{each.default:g}" for each in fields(Thresholds)}
    assert {name: value if value == "none" else f"{float(value):g}" for name, value in told.items()} == usual


def test_every_setting_of_a_city_stands_on_its_page() -> None:
    assert [name for cells in _rows("cities.md") for name in _names(cells[0])] == list(CitySettings.model_fields)
