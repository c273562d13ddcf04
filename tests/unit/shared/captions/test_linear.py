"""What a caption file costs grows with its length and no faster, whatever stands in it.

Each reader gets each pattern at a size and at four times the size. CPU time of this thread is compared, not time; a
reader that looks at everything again for each piece needs sixteen times as much, at every size, so that a measure that
something else disturbed may be taken again, larger.
"""

import gc
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from shared.captions import CueList, profile
from shared.captions.decoder import decode
from shared.captions.interchange import check_captions, read_captions, written
from shared.captions.scc_check import is_captioned
from shared.errors import InvalidInput

MOST = 5.0
"""Times the CPU time for four times the input."""
ENOUGH_S = 0.005
"""Seconds of CPU time that can be told from noise; 100 kB that cost less are not measured finer."""
SPAN = "00:00:01.000 --> 00:00:03.000"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

PATTERNS = [
    "<i>x</i>y", "<c.red>x </c>",
    "<a", "<v x", "<c.", "<i>", "</i>", "<font color=", "<v a>b", "{\\", "{\\an8}", "\\N", "&", "&#9", "-->", " --> ",
    "1:", " ", "\t", "[", "A:", "\n", "x\n", "\n1\n", "NOTE\n", "♪ ", "www.a/", "9420 ", "942f ", "O", "e\u0301", "-",
    " C:\\", "C:\\N", " \\\\a\\", "x<i>", "x</i><i>", "{\\p1}m ", "<ruby>a<rt>b", "A --> B\n", "x\n\n", "7\n",
    f"\n{SPAN}\nx\n", f"\n{SPAN} line:10%\nx\n\n{SPAN}\ny\n",
]  # fmt: skip
WORDS = {
    "swaps": (0x9420, 0x942F),
    "rows that scroll": (0x9425, 0x94AD, 0x9470, 0xC8E9),
    "addresses": (0x9470, 0x91D0),
    "styles": (0x91AE, 0x9120, 0xC8E9),
    "erases": (0x9429, 0x9470, 0xC8E9, 0x942C),
    "backspaces": (0xC8E9, 0x94A1),
    "wrong parity": (0x4869, 0x1420),
    "loads never shown": (0x9420, 0x9470, 0xC8E9, 0x94AE),
}


def vtt(text: str) -> str:
    return f"WEBVTT\n\n{SPAN}\n{text}\n\n{text}{SPAN}\n"


def srt(text: str) -> str:
    return f"1\n{SPAN}\n{text}\n\n{text}{SPAN}\n"


def scc(text: str) -> str:
    return f"Scenarist_SCC V1.0\n\n00:00:01;00\t{text}\n\n{text}\n"


def mcc(text: str) -> str:
    return f"File Format=MacCaption_MCC V1.0\n\nTime Code Rate=30DF\n\n00:00:01;00\t{text}\n{text}\n"


def cue_list(text: str) -> str:
    return json.dumps({"cues": [{"start": 1, "end": 2, "text": "Hello", "speaker": text}], text: 1})


def checking(ending: str) -> Callable[[str], None]:
    def check(text: str) -> None:
        try:
            check_captions(read_captions(text.encode(), ending), ending, profile("fcc"))
        except InvalidInput:
            return

    return check


def converting(ending: str) -> Callable[[str], None]:
    def convert(text: str) -> None:
        loaded = read_captions(text.encode(), ".vtt")
        try:
            written(CueList(loaded.cues, loaded.start_tc), ending, profile("fcc"), "pop-on", now=NOW)
        except InvalidInput:
            return

    return convert


def judging(text: str) -> None:
    is_captioned(text)


READERS: dict[str, tuple[Callable[[str], str], Callable[[str], None]]] = {
    "vtt": (vtt, checking(".vtt")),
    "srt": (srt, checking(".srt")),
    "scc": (scc, checking(".scc")),
    "mcc": (mcc, checking(".mcc")),
    "cue list": (cue_list, checking(".json")),
    "sidecar": (scc, judging),
    "to vtt": (vtt, converting(".vtt")),
    "to srt": (vtt, converting(".srt")),
    "to text": (vtt, converting(".txt")),
    "to scc": (vtt, converting(".scc")),
}


def cpu_s(work: Callable[[], None]) -> float:
    """What the work took, without the collector, which looks at everything ever made."""
    gc.disable()
    try:
        before = time.thread_time()
        work()
        return time.thread_time() - before
    finally:
        gc.enable()


def growth(make: Callable[[int], Callable[[], None]]) -> float:
    """How many times as much four times the input costs, once it costs enough to be measured."""
    size, ratios = 2000, list[float]()
    while len(ratios) < 4 and (not ratios or ratios[-1] > MOST):
        work = make(size)
        one = cpu_s(work)
        if one < ENOUGH_S / 2 and size < 100_000:
            size *= 2 if one > ENOUGH_S / 4 else 4
            continue
        if ratios:
            one = max(one, cpu_s(work))
        longer = make(4 * size)
        four = cpu_s(longer)
        for _ in range(3):  # other work on the machine only ever adds to what a measurement says
            if four / max(one, ENOUGH_S / 2) <= MOST:
                break
            four = min(four, cpu_s(longer))
        ratios.append(four / max(one, ENOUGH_S / 2))
        if four > 1:
            break
        size *= 2
    return min(ratios)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("pattern", PATTERNS, ids=[repr(pattern)[:20] for pattern in PATTERNS])
def test_a_file_costs_what_it_is_long(reader: str, pattern: str) -> None:
    around, read = READERS[reader]

    def make(size: int) -> Callable[[], None]:
        text = around(pattern * (size // len(pattern) + 1))
        return lambda: read(text)

    assert growth(make) <= MOST


@pytest.mark.parametrize("pattern", WORDS)
def test_words_cost_what_they_are_many(pattern: str) -> None:
    def make(size: int) -> Callable[[], None]:
        words = list(enumerate(WORDS[pattern] * (size // 8)))

        def work() -> None:
            decode(words)

        return work

    assert growth(make) <= MOST
