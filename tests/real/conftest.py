"""A corpus of real speech and real weights, which this repository does not have: see ``./archivist test real``."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from benchmarks.real_meetings import Meeting, Recipe, as_video, build
from benchmarks.real_speech import Score, run, score
from benchmarks.report_truth import echoing, listed

RECIPES = {
    "packed": Recipe(seed=3, speech_s=240.0, is_packed=True),
    "meeting": Recipe(seed=4, speech_s=240.0),
}


@dataclass(frozen=True)
class Captioned:
    """One recording, what `archivist transcribe` made of it, and how good that is."""

    meeting: Meeting
    score: Score
    doubts: list[tuple[float, float]]
    sounds: list[tuple[str, float, float]]
    outcome: str
    estimate: float
    """Of the share of right words, as the report has it."""
    listed: float
    """Percent of the wrong words that lie in a place which the report calls uncertain."""


@pytest.fixture(scope="session")
def captioned(tmp_path_factory: pytest.TempPathFactory) -> "dict[tuple[str, str], Captioned]":
    """By recording and model; each pair is worked on once."""
    corpus, weights = Path(os.environ["ARCHIVIST_REAL_SPEECH"]), Path(os.environ["ARCHIVIST_REAL_WEIGHTS"])
    folder = tmp_path_factory.mktemp("real")
    found: dict[tuple[str, str], Captioned] = {}
    for name, recipe in RECIPES.items():
        meeting = build(corpus, recipe)
        media = as_video(meeting, folder / f"{name}.mp4")
        for model in ("base", "tiny.en"):
            found[name, model] = _captioned(meeting, media, weights / model)
    return found


@pytest.fixture(scope="session")
def in_a_hall(tmp_path_factory: pytest.TempPathFactory) -> Captioned:
    """Speech of which the engine gets about a quarter of the words wrong."""
    dry = build(Path(os.environ["ARCHIVIST_REAL_SPEECH"]), Recipe(seed=5, speech_s=90.0, is_packed=True))
    meeting = replace(dry, sound=echoing(dry.sound))
    media = as_video(meeting, tmp_path_factory.mktemp("hall") / "hall.mp4")
    return _captioned(meeting, media, Path(os.environ["ARCHIVIST_REAL_WEIGHTS"]) / "base")


def _captioned(meeting: Meeting, media: Path, weights: Path) -> Captioned:
    made, _, _ = run(media, weights, "archivist", media.with_name(f"{media.stem}-{weights.name}"))
    return Captioned(
        meeting,
        score(meeting, made["words"]),
        made["doubts"],
        made["sounds"],
        made["outcome"],
        made["estimate"],
        listed(meeting, made["words"], made["uncertain"])[0],
    )
