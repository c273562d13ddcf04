"""Draw life-of-a-recording.svg from the tables in shared/lifecycle.py: ``python docs/images/make_life.py``.

Every state is a box, and under it stand all the steps it may take; the straight arrows are the way of a recording that
gives no trouble. Only the order of the boxes is chosen here, so the picture cannot contradict the tables.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from shared.lanes import lanes_of
from shared.lifecycle import (
    PUBLICATION_STEPS,
    RECORDING_STEPS,
    TRANSCRIPTION_STEPS,
    PublicationStatus,
    RecordingStatus,
    Stage,
    TranscriptionStatus,
)

R, T, P = RecordingStatus, TranscriptionStatus, PublicationStatus
Steps = Mapping[StrEnum, frozenset[StrEnum]]


@dataclass(frozen=True)
class Life:
    """One row of the picture; states stand beside the few words that say what they mean."""

    title: str
    service: str
    steps: Steps
    way: tuple[tuple[StrEnum, str], ...]
    """The states of a recording that gives no trouble, in their order."""
    aside: tuple[tuple[StrEnum, str], ...]
    """The others."""


LIVES = (
    Life(
        "Recording: a file on a mount",
        "ingest",
        RECORDING_STEPS,
        ((R.SEEN, "noticed"), (R.SETTLING, "still growing"), (R.VALID, "complete, has sound")),
        ((R.REJECTED, "with a reason"),),
    ),
    Life(
        "Transcription: its captions",
        "transcriber",
        TRANSCRIPTION_STEPS,
        (
            (T.PENDING, "waits in its lane"),
            (T.PROCESSING, " · ".join(stage for stage in Stage if stage is not Stage.DONE)),
            (T.COMPLETED, "passed its checks"),
        ),
        ((T.NEEDS_REVIEW, "a person looks"), (T.FAILED, "with a reason"), (T.CANCELLED, "by a person")),
    ),
    Life(
        "Publication: captions on a Cablecast show",
        "vod",
        PUBLICATION_STEPS,
        (
            (P.PENDING, "captions are ready"),
            (P.LINKED, "show is certain"),
            (P.PLACED, "sidecar is there"),
            (P.PROCESSING, "server makes VOD"),
            (P.PUBLISHED, "verified"),
        ),
        (
            (P.DONE, "without Cablecast"),
            (P.NEEDS_REVIEW, "a person looks"),
            (P.FAILED, "with a reason"),
            (P.REMOVED, "taken down"),
        ),
    ),
)

BOX, GAP, LEFT, TALL = 150, 42, 36, 46
LINE = 15
PLACES = 5
STYLE = """
  .ground { fill: #ffffff } .box { fill: #eef4fa; stroke: #3f7fb5 } .good { fill: #e7f5ec; stroke: #2c8a4b }
  .aside { fill: #f6f3ee; stroke: #a58d5c } .text { fill: #1f2328 } .soft { fill: #59636e }
  .way { stroke: #3f7fb5; fill: none; stroke-width: 2 } .tip { fill: #3f7fb5 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .box { fill: #12263a; stroke: #58a6e0 } .good { fill: #12301d; stroke: #4fbf75 }
    .aside { fill: #2a2417; stroke: #c9ae74 } .text { fill: #e6edf3 } .soft { fill: #9aa4af }
    .way { stroke: #58a6e0 } .tip { fill: #58a6e0 }
  }
"""


def draw() -> str:
    """The whole picture as SVG text."""
    rows: list[str] = []
    top = 16
    entries: list[tuple[int, int]] = []
    exits: list[tuple[int, int]] = []
    for life in LIVES:
        drawn, height, entry, leave = _life(life, top)
        rows += drawn
        entries.append(entry)
        exits.append(leave)
        top += height
    for leave, entry in zip(exits, entries[1:], strict=False):
        rows.append(_hand_over(leave, entry))
    width = 2 * LEFT + PLACES * BOX + (PLACES - 1) * GAP
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" font-family="sans-serif" '
            'font-size="12" role="img" aria-label="The states of a recording, its captions and its publication">',
            f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto-start-reverse"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>',
            f'<rect class="ground" width="{width}" height="{top}"/>',
            *rows,
            "</svg>",
            "",
        ]
    )


def _life(life: Life, top: int) -> tuple[list[str], int, tuple[int, int], tuple[int, int]]:
    """One row; its height, where it is entered and where it is left."""
    lanes = [lane.value for lane in lanes_of(life.service)]
    where = f"services/{life.service}, {'lanes' if len(lanes) > 1 else 'lane'} {', '.join(lanes)}"
    parts = [
        f'<text class="text" x="{LEFT}" y="{top + 14}" font-size="15" font-weight="bold">{life.title}</text>',
        f'<text class="soft" x="{LEFT}" y="{top + 31}">{where}</text>',
    ]
    first = top + 44
    middle = first + TALL // 2
    bottom = first
    for place, (state, meaning) in enumerate(life.way):
        following = life.way[place + 1][0] if place + 1 < len(life.way) else None
        others = _steps_from(state, life, but=following)
        parts += _box(_x(place), first, state, meaning, "box" if following else "good", others)
        bottom = max(bottom, first + TALL + LINE * len(others))
        if following:
            parts.append(_arrow(_x(place) + BOX, _x(place + 1), middle))
    fits = len(life.way) + len(life.aside) < PLACES + 1
    second, shift = (first, PLACES - len(life.aside)) if fits else (bottom + 24, 0)
    for place, (state, meaning) in enumerate(life.aside):
        others = _steps_from(state, life)
        parts += _box(_x(place + shift), second, state, meaning, "aside", others)
        bottom = max(bottom, second + TALL + LINE * len(others))
    return parts, bottom + 34 - top, (LEFT, middle), (_x(len(life.way) - 1) + BOX, middle)


def _steps_from(state: StrEnum, life: Life, but: StrEnum | None = None) -> list[StrEnum]:
    return [other for other in type(state) if other in life.steps[state] and other != but]


def _x(place: int) -> int:
    return LEFT + place * (BOX + GAP)


def _box(x: int, y: int, state: StrEnum, meaning: str, look: str, others: list[StrEnum]) -> list[str]:
    middle = x + BOX // 2
    parts = [
        f'<g id="{type(state).__name__}-{state}">',
        f'<rect class="{look}" x="{x}" y="{y}" width="{BOX}" height="{TALL}" rx="6"/>',
        f'<text class="text" x="{middle}" y="{y + 19}" text-anchor="middle" font-size="14">{_said(state)}</text>',
        f'<text class="soft" x="{middle}" y="{y + 36}" text-anchor="middle">{meaning}</text>',
    ]
    for line, other in enumerate(others):
        at = y + TALL + LINE * (line + 1)
        parts.append(f'<text class="soft" x="{x + 8}" y="{at}">→ {_said(other)}</text>')
    return [*parts, "</g>"]


def _arrow(start: int, end: int, y: int) -> str:
    return f'<path class="way" d="M{start} {y}H{end - 2}" marker-end="url(#tip)"/>'


def _hand_over(leave: tuple[int, int], entry: tuple[int, int]) -> str:
    """From the last box of one row to the first box of the next, between the two and along the margin."""
    (x, y), (to_x, to_y) = leave, entry
    between = to_y - TALL // 2 - 62
    return (
        f'<path class="way" stroke-dasharray="5 4" d="M{x} {y}H{x + GAP // 2}V{between}H14V{to_y}H{to_x - 2}" '
        'marker-end="url(#tip)"/>'
    )


def _said(state: StrEnum) -> str:
    return str(state).replace("_", " ")


if __name__ == "__main__":
    Path(__file__).with_name("life-of-a-recording.svg").write_text(draw(), "utf-8")
