"""Where new captions go between the words of other services: every word and its frame, and what is told.

``RECORD_GOLDEN=1 pytest tests/unit/shared/captions/test_golden_fitting.py`` writes the expected tables anew; the
difference is for a person to judge.
"""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from shared.captions import Cue, SccOptions, words_by_frame, write_scc
from shared.captions.codes import PARITY, Channel
from shared.captions.fitting import Fit, Fitted, fitted
from shared.captions.scc import Mode
from shared.errors import Unusable

FOLDER = Path(__file__).parents[3] / "golden" / "fitting"
Words = list[tuple[int, int]]


def sent(cues: list[Cue], channel: Channel, mode: Mode = "pop-on", *, copies: int = 2) -> Words:
    words = list(words_by_frame(write_scc(cues, SccOptions(channel=channel, mode=mode)).text, start_tc="00:00:00;00"))
    if copies == 2:
        return words
    return [one for at, one in enumerate(words) if not at or one != (words[at - 1][0] + 1, words[at - 1][1])]


def cues(*texts: str, start: int = 2, each: int = 2, gap: int = 0) -> list[Cue]:
    return [
        Cue(Fraction(start + n * (each + gap)), Fraction(start + n * (each + gap) + each), tuple(text.split("/")))
        for n, text in enumerate(texts)
    ]


def data(*pairs: tuple[int, int], start: int, step: int = 1) -> Words:
    return [(start + step * n, PARITY[one] << 8 | PARITY[two]) for n, (one, two) in enumerate(pairs)]


ENGLISH = cues(">> MAYOR: Good/evening to you all.", "Please rise.", "I pledge allegiance/to the flag", "Thank you.")
SPANISH = cues("Buenas noches/a todos ustedes.", "De pie, por favor.", "Gracias.", start=3)
DENSE = cues(*[f"Una fila de treinta letras {n},/y otra fila más." for n in range(12)], start=1, each=2)
PROGRAMME = (
    data((0x01, 0x03), (0x4E, 0x65), (0x77, 0x73), (0x0F, 0x1D), start=60)
    + data((0x01, 0x05), (0x41, 0x42), start=70, step=3)
    + data((0x02, 0x05), (0x43, 0x44), (0x0F, 0x11), start=130, step=2)
)
TEXT = (
    data((0x14, 0x2B), (0x14, 0x2B), (0x61, 0x62), (0x63, 0x64), start=40)
    + data((0x14, 0x2D), (0x14, 0x2D), (0x65, 0x66), start=100)
    + data((0x14, 0x2A), (0x14, 0x2A), (0x67, 0x68), (0x69, 0x6A), start=150, step=2)
)

CASES: dict[str, Callable[[], tuple[Words, Words, Channel]]] = {
    "pop-on": lambda: (sent(ENGLISH, "CC1"), sent(SPANISH, "CC2"), "CC1"),
    "second language": lambda: (sent(SPANISH, "CC2"), sent(ENGLISH, "CC1"), "CC2"),
    "roll-up": lambda: (sent(ENGLISH, "CC3", "roll-up-3"), sent(SPANISH, "CC4"), "CC3"),
    "paint-on": lambda: (sent(ENGLISH, "CC1", "paint-on"), sent(SPANISH, "CC2", "roll-up-2"), "CC1"),
    "single codes": lambda: (sent(ENGLISH, "CC1", copies=1), sent(SPANISH, "CC2", copies=1), "CC1"),
    "dense": lambda: (sent(ENGLISH, "CC1"), sent(DENSE[:3], "CC2"), "CC1"),
    "too dense": lambda: (sent(DENSE, "CC1"), sent(DENSE, "CC2"), "CC1"),
    "programme data": lambda: (sent(ENGLISH, "CC3"), PROGRAMME, "CC3"),
    "text beside": lambda: (sent(ENGLISH, "CC1"), TEXT, "CC1"),
    "text of the other channel": lambda: (sent(SPANISH, "CC2"), TEXT, "CC2"),
    "nothing kept": lambda: (sent(ENGLISH, "CC1"), [], "CC1"),
}  # fmt: skip


def outcome(name: str) -> str:
    new, kept, channel = CASES[name]()
    try:
        found = fitted(new, kept, channel)
    except Unusable as error:
        return f"{error.code}: {error.message}\n"
    told = [f"{one.severity} {one.code} at {one.timecode}: {one.message}" for one in found.findings]
    return "\n".join([*told, *(f"{one.slot:4} {one.word:04x} asked {one.asked}" for one in found.words), ""])


@pytest.mark.parametrize("name", CASES)
def test_new_words_go_where_it_was_approved(name: str) -> None:
    expected = FOLDER / f"{name.replace(' ', '-')}.txt"
    found = outcome(name)
    if os.environ.get("RECORD_GOLDEN"):
        expected.write_text(found, "utf-8")

    assert found == expected.read_text("utf-8")


@pytest.mark.parametrize(
    ("asked", "slot", "word", "has_room"),
    [
        (99, 99, 0x9420, True),
        (99, 100, 0x9420, False),
        (100, 100, 0x9420, True),
        (99, 101, 0x942C, True),  # what leaves the screen after the end of the video has left it
        (99, 101, 0x1C2C, True),
        (99, 101, 0x942F, False),
    ],
)
def test_words_due_before_the_end_of_the_video_have_to_go_before_it(
    asked: int, slot: int, word: int, has_room: bool
) -> None:
    found = Fitted([Fit(1, 0x9420, 1), Fit(slot, word, asked)], name_of=lambda at: f"frame {at}")
    if has_room:
        found.require_before(100)
        return
    with pytest.raises(Unusable) as refused:
        found.require_before(100)

    assert refused.value.code == "captions_without_room"
    assert refused.value.message == (
        "The captions that the video has leave no room for the new ones at frame 99; a channel of the other field has "
        "room of its own (CC3 beside CC1 and CC2), and --only leaves the others out."
    )
