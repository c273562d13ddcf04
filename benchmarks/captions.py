"""SCC writers side by side: the same cues through Archivist, pycaption and ttconv, judged by one decoder.

    python benchmarks/captions.py [--cues 4000]

Prints a Markdown table for a meeting of 60 cues and for one of about three hours. All data is made up and the same in
every run. The others read the cues as SRT with their own readers, wrapped to 32 columns before, and write drop-frame.
"""

import argparse
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from fractions import Fraction
from functools import partial
from importlib.metadata import version
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pycaption  # noqa: E402
import ttconv.scc.config  # noqa: E402
import ttconv.scc.writer  # noqa: E402
import ttconv.srt.reader  # noqa: E402

from shared.captions import Cue, Severity, check_scc, frame, write_scc  # noqa: E402
from shared.captions.scc_reader import play  # noqa: E402
from shared.captions.screen import Screen  # noqa: E402

LATE = 3
TEXT = """the of council motion second budget item aye nay approved public hearing street thank you very much mayor
clerk ordinance resolution minutes agenda commission zoning variance staff report recommend contract amount fiscal year
general fund capital project section chapter adopted amended continued discussion comment resident neighborhood"""
WORDS = TEXT.split()
MARKED = "Müller Peña Señora Châtelet résumé “quoted” José Muñoz façade naïve Zoë".split()  # noqa: SIM905
NAMES = "Abbott Baker Castillo Ellis Fujimoto Garza Hughes Nuñez".split()  # noqa: SIM905


def main() -> None:
    logging.disable(logging.WARNING)  # ttconv names every caption that it drops
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cues", type=int, default=4000, help="length of the long meeting (4000)")
    asked = options.parse_args()
    for count in (60, asked.cues):
        cues = meeting(count)
        hours = float(cues[-1].end) / 3600
        print(f"\n### {count} cues, {hours * 60:.0f} minutes, {sum(map(letters, cues))} characters\n")
        print("| writer | errors | overlaps | lost characters | wrong characters | cues never begun | "
              f"cues over {LATE} frames late | latest, frames | seconds |")  # fmt: skip
        print("|---|---|---|---|---|---|---|---|---|")
        for name, write in WRITERS.items():
            text, seconds = timed(write, cues)
            print(f"| {name} | {judged(text, cues)} | {seconds:.3f} |")
        written = write_scc(cues)
        _found, seconds = timed(partial(check_scc, written.text), written.cues)
        print(f"\nReading back and checking Archivist's file takes another {seconds:.3f} s.")


def meeting(count: int, seed: int = 608) -> list[Cue]:
    """A made-up meeting: statements at 14 to 19 characters a second, pauses, roll calls, accents, quotes."""
    dice = random.Random(seed)
    cues: list[Cue] = []
    at = 2000
    while len(cues) < count:
        if dice.random() < 0.03:
            for name in NAMES:
                cues.append(cue(at, 900, f">> {name}?", ">> Aye."))
                at += 950
            continue
        rows = [row(dice) for _ in range(dice.choice((1, 1, 2, 2, 2, 2)))]
        length = max(sum(map(len, rows)) * 1000 // dice.randint(14, 19), dice.choice((700, 1000, 1300)))
        cues.append(cue(at, length, *rows))
        at += length + dice.choice((0, 0, 0, 0, 34, 67, 200, 1500, 3000, 4500))
    return cues[:count]


def cue(at: int, length: int, *rows: str) -> Cue:
    return Cue(Fraction(at, 1000), Fraction(at + length, 1000), rows)


def row(dice: random.Random) -> str:
    """One row of 9 to 31 columns."""
    text, wanted = dice.choice(WORDS).capitalize(), dice.randint(16, 31)
    while True:
        word = dice.choice(MARKED) if dice.random() < 0.04 else dice.choice(WORDS)
        if len(text) + 1 + len(word) > min(wanted, 30):
            return text + dice.choice(".,")
        text += " " + word


def by_archivist(cues: Sequence[Cue]) -> str:
    return write_scc(cues).text


def by_pycaption(cues: Sequence[Cue]) -> str:
    return str(pycaption.SCCWriter(drop_frame=True).write(pycaption.SRTReader().read(srt(cues), lang="en-US")))


def by_ttconv(cues: Sequence[Cue]) -> str:
    document = ttconv.srt.reader.to_model(StringIO(srt(cues)))
    config = ttconv.scc.config.SccWriterConfiguration(
        allow_reflow=False, force_popon=True, frame_rate=ttconv.scc.config.SCCFrameRate.FPS_2997_DF
    )
    return str(ttconv.scc.writer.from_model(document, config))


WRITERS: dict[str, Callable[[Sequence[Cue]], str]] = {
    "Archivist": by_archivist,
    f"pycaption {version('pycaption')}": by_pycaption,
    f"ttconv {version('ttconv')}": by_ttconv,
}


def srt(cues: Sequence[Cue]) -> str:
    return "\n".join(
        f"{number}\n{clock(cue.start)} --> {clock(cue.end)}\n{cue.text}\n" for number, cue in enumerate(cues, start=1)
    )


def clock(time: Fraction) -> str:
    whole = int(time * 1000)
    return f"{whole // 3600000:02}:{whole // 60000 % 60:02}:{whole // 1000 % 60:02},{whole % 1000:03}"


def timed(work: Callable[[Sequence[Cue]], object], cues: Sequence[Cue]) -> tuple[str, float]:
    """The result and the least processor time of three runs (one, when it takes seconds)."""
    best = None
    for _ in range(3):
        begin = time.process_time()
        result = work(cues)
        spent = time.process_time() - begin
        best = spent if best is None else min(best, spent)
        if spent > 5:
            break
    assert best is not None
    return str(result), best


@dataclass
class Verdict:
    """What viewers of a file get, beside what the cues asked for."""

    errors: int = 0
    overlaps: int = 0
    lost: int = 0
    wrong: int = 0
    never: int = 0
    late: int = 0
    latest: int = 0

    def __str__(self) -> str:
        cells = (self.errors, self.overlaps, self.lost, self.wrong, self.never, self.late, self.latest)
        return " | ".join(map(str, cells))


def judged(text: str, cues: Sequence[Cue]) -> Verdict:
    """Errors by our validator; text and times by comparing what its decoder saw with the cues."""
    codes = Counter(finding.code for finding in check_scc(text) if finding.severity is Severity.ERROR)
    verdict = Verdict(errors=codes.total(), overlaps=codes["overlap"])
    _paper, decoded, _findings = play(text)
    begun = dict(compared(cues, decoded.screens, verdict))
    for index, cue in enumerate(cues):
        on = begun.get(index)
        if on is None:
            verdict.never += 1
            continue
        late = on - frame(cue.start)
        verdict.late += late > LATE
        verdict.latest = max(verdict.latest, late)
    return verdict


def compared(cues: Sequence[Cue], screens: Sequence[Screen], verdict: Verdict) -> Iterator[tuple[int, int]]:
    """Align the text of cues and screens; count what is lost and wrong, yield (cue, frame its first letter is seen)."""
    wanted = ["".join(cue.rows).replace(" ", "") for cue in cues]
    seen = ["".join(row.text for row in screen.rows).replace(" ", "") for screen in screens]
    for kind, a, b, c, d in SequenceMatcher(None, wanted, seen, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from ((a + k, screens[c + k].on) for k in range(b - a))
            continue
        ours, theirs = "".join(wanted[a:b]), "".join(seen[c:d])
        frames = [screens[k].on for k in range(c, d) for _letter in seen[k]]
        place: dict[int, int] = {}
        for inner, e, f, g, h in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
            if inner == "equal":
                place.update((e + k, frames[g + k]) for k in range(f - e))
            verdict.lost += f - e if inner == "delete" else 0
            verdict.wrong += max(f - e, h - g) if inner in ("replace", "insert") else 0
        at = 0
        for index in range(a, b):
            # The first letter may be the one that was eaten: the second tells as well.
            first = next((place[k] for k in range(at, at + min(3, len(wanted[index]))) if k in place), None)
            if first is not None:
                yield index, first
            at += len(wanted[index])


def letters(cue: Cue) -> int:
    return sum(map(len, cue.rows))


if __name__ == "__main__":
    main()
