"""A corpus of real speech and real weights, which this repository does not have: see ``./archivist test real``."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.real_meetings import Meeting, Recipe, as_video, build
from benchmarks.real_speech import Score, run, score

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
            made, _, _ = run(media, weights / model, "archivist", folder / f"{name}-{model}")
            found[name, model] = Captioned(meeting, score(meeting, made["words"]), made["doubts"], made["sounds"])
    return found
