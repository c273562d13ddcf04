"""Any cues in, a legal file out, with every character and no frame to doubt: said by the decoder, not by the writer."""

import os
from collections import Counter
from fractions import Fraction
from itertools import pairwise

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.captions import (
    PROFILES,
    Cue,
    Placement,
    SccOptions,
    Word,
    check_scc,
    has_errors,
    profile,
    read_scc,
    segment,
    words_by_frame,
    write_scc,
)
from shared.captions.codes import FILLER
from shared.captions.model import ITALIC, Align, Severity
from shared.captions.scc import Mode
from shared.captions.scc_check import is_captioned
from shared.captions.styling import styled
from shared.captions.transliterate import clean

TEXT = st.text("abcdef  .,'-/ABC éñÉü“—♪½ô*…€ł😀漢\u0301\u00ad\n\x7f", min_size=0, max_size=40)
ROWS = st.one_of(
    st.sampled_from([("Aye.",), (">> Abbott?", ">> Aye."), ("x" * 200,), ("♪♪♪",), tuple("123456789"), ("",)]),
    st.lists(TEXT, min_size=1, max_size=5).map(tuple),
)
MILLISECONDS = st.sampled_from([-900, -1, 0, 1, 33, 34, 67, 100, 300, 900, 1500, 3000, 20_000])
PLACEMENTS = st.builds(Placement, st.integers(1, 15), st.sampled_from(Align), st.one_of(st.none(), st.integers(0, 31)))
CUES = st.lists(st.tuples(MILLISECONDS, MILLISECONDS, ROWS, PLACEMENTS, st.booleans()), max_size=6)
MODES = st.sampled_from(["pop-on", "pop-on", "pop-on", "roll-up-2", "roll-up-3", "roll-up-4", "paint-on"])
OPTIONS = st.builds(
    SccOptions,
    start_tc=st.sampled_from(["00:00:00;00", "01:00:00:00", "23:59:58;00"]),
    mode=MODES,
    channel=st.sampled_from(["CC1", "CC1", "CC2", "CC3", "CC4"]),
    media_start=st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(-1, 3)]),
)
MANY = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 100
"""Examples for the two promises that matter most: any cues, and any words, become a legal file."""
FEWER = MANY // 5
"""Damage is tried on fewer files, for each of them takes two checks."""
Recipe = list[tuple[int, int, tuple[str, ...], Placement, bool]]


def cues_of(recipe: Recipe) -> list[Cue]:
    """Cues one after the other, with gaps, overlaps and impossible durations as the recipe says."""
    cues, at = [], 1000
    for gap, duration, rows, placement, italic in recipe:
        at += gap
        cue = Cue(Fraction(at, 1000), Fraction(at + duration, 1000), rows, None, placement)
        cues.append(styled(cue, ITALIC) if italic else cue)
        at += duration
    return cues


def characters(cues: list[Cue]) -> str:
    """Everything said in time order, in CEA-608 characters, without blanks."""
    ordered = sorted(cues, key=lambda cue: cue.start)
    lines = (line for cue in ordered for row in cue.rows for line in row.splitlines())
    return "".join(clean(line).text for line in lines).replace(" ", "")


def rows_at_each_start(cues: tuple[Cue, ...]) -> list[list[str]]:
    """What stands on the screen whenever a cue begins, each cue on rows of its own."""
    screens = [[cue for cue in cues if cue.start <= at.start < cue.end] for at in cues]
    for screen in screens:
        numbers = [cue.placement.base_row - above for cue in screen for above in range(len(cue.rows))]
        assert len(set(numbers)) == len(numbers) or len(screen) == 1
    return [[row for cue in screen for row in cue.rows] for screen in screens]


@settings(deadline=None, max_examples=MANY, suppress_health_check=[HealthCheck.too_slow])
@given(CUES, OPTIONS)
@example([(0, 300, ("Aye.",), Placement(), False)] * 6, SccOptions())
@example([(0, 33, ("the same",), Placement(), False)] * 2, SccOptions())
def test_any_cues_become_a_legal_file_that_shows_every_character(recipe: Recipe, options: SccOptions) -> None:
    cues = cues_of(recipe)

    written = write_scc(cues, options)

    found = check_scc(written.text, written.cues, options=options)
    # Text that CEA-608 has no letters for is no captions, but the file is as legal as any.
    assert [one for one in found if one.severity is Severity.ERROR and one.code != "illegible"] == []
    shown = "".join(row for cue in written.cues for row in cue.rows).replace(" ", "")
    # Cues that stand together are told from top to bottom, and again if they have to move; others in order of time.
    has_company = any(before.end > after.start for before, after in pairwise(written.cues))
    assert Counter(shown) >= Counter(characters(cues)) if has_company else shown == characters(cues)
    assert all(len(rows) <= 4 and max(map(len, rows)) <= 32 for rows in rows_at_each_start(written.cues))
    assert all(cue.start < cue.end for cue in written.cues)
    frames = [frame for frame, _word in words_by_frame(written.text, start_tc=options.start_tc)]
    assert all(before < after for before, after in pairwise(frames))
    assert not frames or frames[0] >= 0


SPOKEN = st.one_of(
    st.sampled_from(["Aye.", "No,", "the", "Mr.", "4C", "$4", "million", "November", "3rd.", "x" * 90, "♪", "—"]),
    st.text("abcdef.,'-ABC éñÉü“♪½", min_size=1, max_size=12),
)
WORDS = st.lists(st.tuples(SPOKEN, st.integers(-200, 4000), st.integers(0, 2500), st.integers(0, 2)), max_size=25)


@settings(deadline=None, max_examples=MANY, suppress_health_check=[HealthCheck.too_slow])
@given(WORDS, st.sampled_from(sorted(PROFILES)))
def test_any_words_become_a_legal_file_that_shows_every_character(
    recipe: list[tuple[str, int, int, int]], guide: str
) -> None:
    words, at = [], 5000
    for text, gap, length, speaker in recipe:
        at = max(0, at + gap)
        words.append(Word(text, at, at + length, (None, "Chair", "Lee")[speaker]))
        at += length

    cues = segment(words, profile(guide))
    written = write_scc(cues)

    assert not has_errors(check_scc(written.text, written.cues))
    decoded = read_scc(written.text).cues
    assert "".join(row for cue in decoded for row in cue.rows).replace(" ", "") == characters(list(cues))
    assert all(len(cue.rows) <= 4 and max(map(len, cue.rows)) <= 32 for cue in decoded)
    assert all(before.end <= after.start for before, after in pairwise(decoded))


@settings(deadline=None, max_examples=FEWER, suppress_health_check=[HealthCheck.too_slow])
@given(CUES, st.integers(0, 400), st.sampled_from(["late", "early", "text", "missing"]))
def test_a_file_that_does_not_say_what_the_cues_say_is_caught(recipe: Recipe, pick: int, damage: str) -> None:
    written = write_scc(cues_of(recipe))
    if not written.cues:
        return
    cues = list(written.cues)
    index = pick % len(cues)
    cue = cues[index]
    frame = Fraction(1001, 30000)
    match damage:
        case "late":
            cues[index] = Cue(cue.start, cue.end + frame, cue.rows)
        case "early":
            cues[index] = Cue(cue.start - frame, cue.end, cue.rows)
        case "text":
            cues[index] = Cue(cue.start, cue.end, (*cue.rows[:-1], cue.rows[-1] + "!"))
        case _:
            del cues[index]

    assert has_errors(check_scc(written.text, cues))


@settings(deadline=None, max_examples=FEWER, suppress_health_check=[HealthCheck.too_slow])
@given(CUES, st.integers(0, 10_000), st.sampled_from("0123456789abcdef;:\t \n"))
def test_a_changed_character_in_a_file_never_raises_and_never_passes_unseen(
    recipe: Recipe, pick: int, replacement: str
) -> None:
    written = write_scc(cues_of(recipe))
    at = pick % len(written.text)
    damaged = written.text[:at] + replacement + written.text[at + 1 :]
    if damaged == written.text:
        return

    reading = read_scc(damaged)

    is_captioned(damaged)
    found = check_scc(damaged, written.cues, options=SccOptions())
    unchanged = list(words_by_frame(damaged)) == list(words_by_frame(written.text))
    assert has_errors(found) or unchanged or not written.cues or _same_to_viewers(reading.cues, written.cues)


def _same_to_viewers(some: tuple[Cue, ...], others: tuple[Cue, ...]) -> bool:
    """A changed tab or row moves text on the screen, which is legal and says the same."""
    return [(cue.start, cue.end, cue.rows) for cue in some] == [(cue.start, cue.end, cue.rows) for cue in others]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("Scenarist_SCC V1.0\n\r\t 0123456789abcdefABCDEF:;.\ufeffé", max_size=200))
def test_no_text_at_all_makes_the_reader_raise(text: str) -> None:
    reading = read_scc(text)

    assert reading.findings or not text or not reading.cues
    assert not is_captioned(text)
    list(words_by_frame(text))


def test_filler_is_never_written() -> None:
    mode: Mode = "pop-on"
    written = write_scc([Cue(Fraction(2), Fraction(3), ("odd",))], SccOptions(mode=mode))

    assert FILLER not in {word for _frame, word in words_by_frame(written.text)}
