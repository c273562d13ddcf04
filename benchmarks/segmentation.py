"""How well and how fast words become cues, beside what a user would do without Archivist.

    python -m benchmarks.segmentation [--hours 3] [--profile fcc]

The words are those of the demonstration meeting over and over, with every other longer word changed into one of 6 000
made-up ones, so that no cache sees a small vocabulary. Prints a Markdown table:

- *ours*: ``shared.captions.segment``
- *greedy rows*: fill a row, fill two rows, start anew at a pause of 3 s; what Whisper's command line does with
  ``--word_timestamps True --max_line_width 32 --max_line_count 2``
- *wrapped sentences*: cut at ends of sentences, ``textwrap`` to 32 columns, two rows a cue, time shared by letters

A second table is about a made-up meeting full of votes, sums and long names: what an editor would change in its cues,
by the patterns of ``benchmarks.edits``.

Bad breaks are judged by the word lists the optimiser itself goes by; only a person with the golden cases can judge
those lists.
"""

import argparse
import json
import random
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from benchmarks.edits import KINDS, edits, numbers_meeting
from shared.captions import Cue, Profile, Word, profile, reading_speed, segment
from shared.captions.align import words_of
from shared.captions.phrases import BreakRule, boundary, kind_of

RECORDING = Path(__file__).resolve().parent.parent / "demo" / "recording" / "reference.json"
LETTERS = "etaoinshrdlucmfwypvbgk"


def meeting() -> list[Word]:
    """The words of the demonstration meeting, with times shared out inside each utterance."""
    words: list[Word] = []
    for said in json.loads(RECORDING.read_text())["utterances"]:
        start, end = (Fraction(str(said[name])) for name in ("start_s", "end_s"))
        words += words_of([Cue(start, end, (said["text"],), said["speaker"])])
    return words


def long_meeting(hours: float, seed: int = 1) -> list[Word]:
    """Meetings one after the other until ``hours`` are full of words, 10 000 an hour."""
    chance = random.Random(seed)
    made_up = ["".join(chance.choices(LETTERS, k=chance.randint(5, 10))) for _ in range(6000)]
    once = meeting()
    # The meeting itself is calm; at 10 000 words an hour its pauses go and its speech is a little quicker.
    words: list[Word] = []
    offset = 0
    while len(words) < hours * 10_000:
        last = offset
        for number, word in enumerate(once):
            text = word.text
            if number % 2 and len(text) > 4 and text.islower() and text.isalpha():
                text = chance.choice(made_up)
            start = offset + word.start_ms * 9 // 10
            last = offset + word.end_ms * 9 // 10
            words.append(replace(word, text=text, start_ms=start, end_ms=last))
        offset = last + 1500
    return words


def greedy_rows(words: Sequence[Word], rules: Profile) -> tuple[Cue, ...]:
    cues: list[Cue] = []
    rows: list[list[Word]] = []

    def close() -> None:
        if rows:
            first, last = rows[0][0], rows[-1][-1]
            text = tuple(" ".join(word.text for word in row) for row in rows)
            cues.append(Cue(Fraction(first.start_ms, 1000), Fraction(last.end_ms, 1000), text))
            rows.clear()

    for word in words:
        if rows and word.start_ms - rows[-1][-1].end_ms > 3000:
            close()
        width = sum(len(one.text) + 1 for one in rows[-1]) if rows else 0
        if rows and width + len(word.text) <= rules.columns:
            rows[-1].append(word)
            continue
        if len(rows) == rules.max_rows:
            close()
        rows.append([word])
    close()
    return tuple(cues)


def wrapped_sentences(words: Sequence[Word], rules: Profile) -> tuple[Cue, ...]:
    cues: list[Cue] = []
    sentence: list[Word] = []
    for word in words:
        sentence.append(word)
        if word.text[-1] not in ".?!":
            continue
        start, end = Fraction(sentence[0].start_ms, 1000), Fraction(sentence[-1].end_ms, 1000)
        rows = textwrap.wrap(" ".join(one.text for one in sentence), rules.columns)
        total, done = sum(map(len, rows)), 0
        for first in range(0, len(rows), rules.max_rows):
            part = rows[first : first + rules.max_rows]
            begin = start + (end - start) * done / total
            done += sum(map(len, part))
            cues.append(Cue(begin, start + (end - start) * done / total, tuple(part)))
        sentence = []
    return tuple(cues)


Cutter = Callable[[Sequence[Word], Profile], tuple[Cue, ...]]
WAYS: dict[str, Cutter] = {"ours": segment, "greedy rows": greedy_rows, "wrapped sentences": wrapped_sentences}


@dataclass(frozen=True)
class Judged:
    """What a table row says about one way of cutting."""

    seconds: float
    cues: tuple[Cue, ...]
    breaks: Counter[str]
    mixed: int


def judged(cut: Cutter, words: Sequence[Word], rules: Profile) -> Judged:
    began = time.process_time()
    cues = cut(words, rules)
    seconds = time.process_time() - began
    rows = [row for cue in cues for row in cue.rows]
    breaks: Counter[str] = Counter()
    for upper, lower in pairwise(rows):
        rule = boundary(kind_of(upper.split()[-1]), kind_of(lower.split()[0])).rule
        # A speaker label alone on its row is no broken phrase.
        if rule is not None and not (upper.startswith(">>") and upper.endswith(":")):
            breaks[rule] += 1
    return Judged(seconds, cues, breaks, _mixed(cues, words))


def _mixed(cues: Sequence[Cue], words: Sequence[Word]) -> int:
    """Cues in which somebody else begins to speak without a sign of it."""
    speakers = iter(words)
    mixed = 0
    for cue in cues:
        spoken = 0
        signs = sum(row.startswith(">>") for row in cue.rows)
        labels = sum(len(_label(row)) for row in cue.rows)
        count = sum(len(row.split()) for row in cue.rows) - labels
        heard = []
        while spoken < count:
            heard.append(next(speakers).speaker)
            spoken += 1
        turns = sum(one != two for one, two in pairwise(heard))
        mixed += turns > 0 and signs < turns
    return mixed


def _label(row: str) -> list[str]:
    if not row.startswith(">>"):
        return []
    tokens = row.split()
    ends = [number for number, token in enumerate(tokens) if token.endswith(":") and token.isupper()]
    return tokens[: ends[0] + 1] if ends else tokens[:1]


def table(results: dict[str, Judged], rules: Profile) -> str:
    def share(cues: Sequence[Cue], good: Callable[[Cue], bool]) -> str:
        return f"{100 * sum(map(good, cues)) / len(cues):.1f} %"

    def ends_sentence(cue: Cue) -> bool:
        return cue.rows[-1].rstrip("\"'”’").endswith((".", "?", "!"))

    facts: list[tuple[str, Callable[[Judged], str]]] = [
        ("CPU seconds", lambda one: f"{one.seconds:.2f}"),
        ("cues", lambda one: f"{len(one.cues)}"),
        ("rows a cue, mean", lambda one: f"{sum(len(cue.rows) for cue in one.cues) / len(one.cues):.2f}"),
        (
            f"at most {rules.max_cps:g} characters/s",
            lambda one: share(one.cues, lambda c: reading_speed(c) <= rules.max_cps),
        ),
        ("at least 1 s on screen", lambda one: share(one.cues, lambda c: c.duration >= Fraction(99, 100))),
        ("at most 6 s on screen", lambda one: share(one.cues, lambda c: c.duration <= Fraction(61, 10))),
        ("ends with a sentence", lambda one: share(one.cues, ends_sentence)),
        ("last row of one word", lambda one: share(one.cues, lambda c: len(c.rows) > 1 and " " not in c.rows[-1])),
        ("cues that mix speakers unmarked", lambda one: f"{one.mixed}"),
        ("bad breaks, all rules, per 1 000 rows", lambda one: _rate(one, sum(one.breaks.values()))),
    ]
    facts += [(f"- {rule.value}", lambda one, rule=rule: _rate(one, one.breaks[rule])) for rule in BreakRule]  # type: ignore[misc]
    lines = ["| | " + " | ".join(results) + " |", "|---|" + "---|" * len(results)]
    lines += [f"| {name} | " + " | ".join(fact(one) for one in results.values()) + " |" for name, fact in facts]
    return "\n".join(lines)


def table_of_edits(results: dict[str, tuple[Cue, ...]], rules: Profile) -> str:
    """What an editor would change in a meeting full of votes, sums and long names."""
    found = {name: (*edits(cues, rules.columns), len(cues)) for name, cues in results.items()}
    lines = ["| votes, sums and long names | " + " | ".join(found) + " |", "|---|" + "---|" * len(found)]
    shares = [f"{100 * touched / cues:.1f}" for _, touched, cues in found.values()]
    lines.append("| of 100 cues an editor would change | " + " | ".join(shares) + " |")
    for kind in KINDS:
        per_hundred = (f"{100 * kinds[kind] / cues:.1f}" for kinds, _, cues in found.values())
        lines.append(f"| - {kind} | " + " | ".join(per_hundred) + " |")
    return "\n".join(lines)


def _rate(one: Judged, count: int) -> str:
    return f"{1000 * count / sum(len(cue.rows) for cue in one.cues):.1f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--hours", type=float, default=3)
    options.add_argument("--profile", default="fcc")
    asked = options.parse_args()
    rules = profile(asked.profile)
    words = long_meeting(asked.hours)
    results = {name: judged(way, words, rules) for name, way in WAYS.items()}
    lasting = (words[-1].end_ms - words[0].start_ms) / 3_600_000
    vocabulary = len({word.text for word in words})
    sys.stdout.write(f"{len(words)} words in {lasting:.2f} h, {vocabulary} different ones, profile {rules.name}\n\n")
    sys.stdout.write(table(results, rules) + "\n\n")
    numbers = numbers_meeting(1500)
    sys.stdout.write(table_of_edits({name: way(numbers, rules) for name, way in WAYS.items()}, rules) + "\n")


if __name__ == "__main__":
    main()
