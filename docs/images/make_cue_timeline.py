"""Draw cue-timeline.svg from what the scheduler really sends: ``python docs/images/make_cue_timeline.py``."""

import sys
from fractions import Fraction
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from shared.captions import Cue, frame, label, words_by_frame, write_scc

CUES = [
    Cue(Fraction("2"), Fraction("3.4"), (">> CLERK: Abbott?",)),
    Cue(Fraction("3.9"), Fraction("6.2"), (">> ABBOTT: Aye, and I thank the", "staff for the work on this.")),
]
FIRST, LAST = 38, 199
PIXELS = 7
LEFT, TOP = 30, 40
COLOURS = {
    "RCL": "#7b61a8",
    "ENM": "#9b86c0",
    "address": "#3f7fb5",
    "text": "#8fbfe0",
    "EOC": "#2c8a4b",
    "EDM": "#c0392b",
}
NAMES = {0x9420: "RCL", 0x94AE: "ENM", 0x942F: "EOC", 0x942C: "EDM"}


def kind_of(word: int) -> str:
    """Which colour a word gets."""
    return NAMES.get(word) or ("address" if 0x10 <= (word >> 8 & 0x7F) < 0x18 else "text")


def x(at: int) -> int:
    """Where a frame begins."""
    return LEFT + (at - FIRST) * PIXELS


def draw() -> str:
    """The whole picture as SVG text."""
    written = write_scc(CUES)
    width = x(LAST) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 300" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="300" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="16">One word a frame: two cues on line 21, frame by frame</text>',
        f'<text x="{LEFT}" y="{TOP + 24}" fill="#555">sent</text>',
    ]
    for at, word in words_by_frame(written.text):
        colour = COLOURS[kind_of(word)]
        parts.append(
            f'<rect x="{x(at)}" y="{TOP + 32}" width="{PIXELS - 1}" height="34" fill="{colour}">'
            f"<title>{label(at, drop_frame=True)} {word:04x} {kind_of(word)}</title></rect>"
        )
    parts.append(f'<text x="{LEFT}" y="{TOP + 92}" fill="#555">seen</text>')
    for cue in written.cues:
        on, off = frame(cue.start), frame(cue.end)
        parts.append(
            f'<rect x="{x(on)}" y="{TOP + 100}" width="{(off - on) * PIXELS}" height="46" rx="4" fill="#222"/>'
        )
        for row, text in enumerate(cue.rows):
            y = TOP + (128 if len(cue.rows) == 1 else 119 + 18 * row)
            parts.append(f'<text x="{x(on) + 10}" y="{y}" fill="#fff" font-family="monospace">{escape(text)}</text>')
        for at, name in ((on, "EOC"), (off, "EDM")):
            parts.append(f'<path d="M{x(at)} {TOP + 30}V{TOP + 172}" stroke="{COLOURS[name]}" stroke-dasharray="3 3"/>')
            parts.append(f'<text x="{x(at) + 3}" y="{TOP + 170}" fill="{COLOURS[name]}">{name} {stamp(at)}</text>')
    for at in range(FIRST - FIRST % 30 + 30, LAST, 30):
        parts.append(f'<path d="M{x(at)} {TOP + 184}v8" stroke="#888"/>')
        parts.append(f'<text x="{x(at)}" y="{TOP + 206}" text-anchor="middle" fill="#555">{stamp(at)}</text>')
    parts.append(f'<path d="M{LEFT} {TOP + 188}H{x(LAST)}" stroke="#888"/>')
    meanings = {
        "RCL": "RCL: select hidden memory", "ENM": "ENM: erase it", "address": "row address, tab",
        "text": "two characters",
        "EOC": "EOC: swap, caption appears", "EDM": "EDM: caption goes",
    }  # fmt: skip
    at = LEFT
    for kind, meaning in meanings.items():
        parts.append(f'<rect x="{at}" y="268" width="12" height="12" fill="{COLOURS[kind]}"/>')
        parts.append(f'<text x="{at + 17}" y="279">{meaning}</text>')
        at += 30 + 7 * len(meaning)
    return "\n".join([*parts, "</svg>", ""])


def stamp(at: int) -> str:
    """A label without its hours and minutes."""
    return label(at, drop_frame=True)[6:]


if __name__ == "__main__":
    Path(__file__).with_name("cue-timeline.svg").write_text(draw(), "utf-8")
