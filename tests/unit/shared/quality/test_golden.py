"""Meetings spoilt in many ways at once: score, verdict, code and place of each reason, as a person approved them.

``RECORD_GOLDEN=1 pytest tests/unit/shared/quality/test_golden.py`` writes the expected reports anew; the difference is
for a person to judge. The pages beside them hold the sentences, as a reviewer reads them.
"""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from shared.captions.legible import ILLEGIBLE
from shared.captions.model import Finding, Severity, Sound, SoundKind, Word
from shared.quality import (
    AudioFacts,
    EngineFacts,
    Evidence,
    ProbeFacts,
    QualityReport,
    SecondDecode,
    Span,
    judge,
    quality_markdown,
)
from shared.quality.spans import without

FOLDER = Path(__file__).parents[3] / "golden" / "quality"


def _unsure(good: Evidence) -> Evidence:
    """Weak stretches of several lengths, a loop, words over silence."""
    weak = {*range(100, 120), *range(300, 311), *range(400, 413), *range(500, 560), *range(700, 730), *range(800, 840)}
    words = [replace(word, confidence=0.2) if n in weak else word for n, word in enumerate(good.words)]
    for n in range(600, 640):
        words[n] = replace(words[n], text=("so", "moved.", "Second!", "Aye")[n % 4])
    words[200] = replace(words[200], confidence=None)
    speech = without(good.speech or (), [(60_000, 75_500), (130_000, 131_000), (300_000, 312_000)])
    return replace(good, words=tuple(words), speech=tuple(speech))


def _wordless(good: Evidence) -> Evidence:
    """Speech without words: in the middle, beside a sound, marked inaudible, at the end; and words on no caption."""
    gone = [(40_000, 47_000), (100_000, 102_500), (190_000, 225_000), (300_000, 306_000), (420_000, 460_000)]
    words = [word for word in good.words if not any(start <= word.start_ms < end for start, end in gone)]
    cues = [cue for cue in good.cues if cue.start < 400 and not 350 < cue.start < 372]
    sounds = [Sound(SoundKind.APPLAUSE, 195_000, 200_000), Sound(SoundKind.MUSIC, 298_000, 303_000)]
    return replace(
        good,
        words=tuple(words),
        cues=tuple(cues),
        sounds=tuple(sounds),
        engine=EngineFacts(inaudible=(Span(40_000, 45_000), Span(300_000, 301_500))),
        overruled=(Span(470_000, 531_000),),
    )


def _off_time(good: Evidence) -> Evidence:
    """Captions that drift, some of them early, some missing, some too quick to read."""
    cues = []
    for n, cue in enumerate(good.cues):
        by = Fraction(n * 25 - 800, 1000)
        end = cue.start + by + (Fraction(2, 3) if n % 7 == 0 else cue.duration)
        if n % 12 != 5 and not 40 <= n < 48:
            cues.append(replace(cue, start=max(Fraction(0), cue.start + by), end=end))
    return replace(good, cues=tuple(cues))


def _unmarked(good: Evidence) -> Evidence:
    """Changes of speaker that no caption shows, and one without a name."""
    cues = [
        replace(cue, speaker=None if n % 3 else cue.speaker, rows=("a row", "and one") if n % 2 else cue.rows)
        for n, cue in enumerate(good.cues)
        if n % 8
    ]
    words = [replace(word, speaker=None) if 10_000 <= word.start_ms < 14_000 else word for word in good.words]
    return replace(good, cues=tuple(cues), words=tuple(words))


def _damaged(good: Evidence) -> Evidence:
    """A file that breaks off, complaints, bad sound, findings of the validator."""
    return replace(
        good,
        probe=ProbeFacts(
            decoded_ms=430_000,
            container_ms=453_000,
            scheduled_ms=600_000,
            warnings=tuple(f"Error {n}." for n in range(7)),
            complaints=9,
            broken=tuple(Span(20_000 * n, 20_000 * n + 900) for n in range(1, 8)),
            sound_starts_ms=-4_000,
            heard_from_ms=-4_000,
        ),
        audio=AudioFacts(rms_dbfs=-45.0, peak_dbfs=-20.0, clipped_share=0.005, snr_db=8.0, cancelled_ms=1_000),
        findings=tuple(
            Finding(code, "It is so.", severity, cue, "00:00:10;00")
            for code, severity, cue in [("long", Severity.WARNING, 3)] * 4 + [("parity", Severity.ERROR, None)] * 3
        ),
    )


def _lesser(good: Evidence) -> Evidence:
    """Heard by a smaller model in many places, in a language that was guessed, without confidences."""
    words = [replace(word, confidence=None) for word in good.words]
    engine = EngineFacts(
        smaller_model=tuple(Span(30_000 * n, 30_000 * n + 9_000) for n in range(7)),
        language="Spanish",
        language_probability=0.65,
        names_told=3,
        names_known=9,
    )
    return replace(good, words=tuple(words), engine=engine)


def _silent(good: Evidence) -> Evidence:
    """Nobody speaks, and nothing was written."""
    return Evidence(duration_ms=good.duration_ms, speech=(), findings=(), audio=good.audio, probe=good.probe)


def _invented(good: Evidence) -> Evidence:
    """Words and captions where there is no voice at all."""
    return replace(good, speech=())


def _strange_times(good: Evidence) -> Evidence:
    """Words outside the recording, without length, and on top of each other."""
    words = [*good.words[:50], Word("late", 10_000_000, 10_000_100), Word("none", 500_000, 500_000)]
    return replace(good, words=tuple(words), duration_ms=60_000)


def _lost(good: Evidence) -> Evidence:
    """Time that is gone in many places, a clock of its own, sound that is nearly all noise, a caption that errs."""
    return replace(
        good,
        probe=ProbeFacts(
            decoded_ms=390_000,
            container_ms=453_000,
            gone=tuple(Span(50_000 * n, 50_000 * n + 9_500) for n in range(1, 8)),
            broken=(Span(10_000, 10_400), Span(380_000, 400_000)),
            sound_starts_ms=2_000,
            heard_from_ms=400,
        ),
        audio=AudioFacts(rms_dbfs=-26.4, peak_dbfs=-3.2, clipped_share=0.02, snr_db=0.5, cancelled_ms=61_000),
        findings=(
            Finding("long", "It is long.", Severity.WARNING, 3),
            Finding("gap", "A frame is missing.", Severity.WARNING, None, "00:00:10;00"),
            Finding("header", "The header is odd.", Severity.WARNING),
        ),
    )


def _twice(good: Evidence) -> Evidence:
    """All that an engine may say of its own work, and sound that passes although its channels cancel each other."""
    hole = "Speech from 1:00 to 1:40 (40 s) has no words."
    engine = EngineFacts(
        name="demonstration",
        is_demonstration=True,
        degradations=("batch size 8 -> 4: out of memory", "float16 -> int8: out of memory"),
        redecoded=(Span(0, 9_000), Span(20_000, 24_000)),
        second_decodes=(
            SecondDecode(2, 60_000, 120_000, (hole,), "second", "1.0 s in doubt after 41.0 s"),
            SecondDecode(4, 3_600_000, 3_725_000, (hole, hole), "first", "both are alike"),
        ),
        inaudible=(Span(100_000, 102_000),),
        warnings=("The card was busy for long.",),
        names_told=9,
        names_known=9,
    )
    assert good.audio is not None
    audio = replace(good.audio, snr_db=None, cancelled_ms=9_000)
    speech = (*(good.speech or ()), Span(good.duration_ms - 2_000, good.duration_ms))
    words = tuple(replace(word, speaker="Chair") for word in good.words)
    return replace(good, engine=engine, audio=audio, speech=speech, words=words)


def _bare(good: Evidence) -> Evidence:
    """Words of speakers, and nothing else that could be looked at."""
    return Evidence(duration_ms=good.duration_ms, words=good.words)


def _broken_off(good: Evidence) -> Evidence:
    """Nothing could be decoded, and the captions are no text."""
    probe = ProbeFacts(decoded_ms=0, scheduled_ms=3_600_000, warnings=("It is no film.",), complaints=1)
    illegible = Finding(ILLEGIBLE, "The words are no text that captions can show.", Severity.ERROR, 7)
    return Evidence(duration_ms=0, probe=probe, cues=good.cues[:1], findings=(illegible,))


SPOILT: dict[str, Callable[[Evidence], Evidence]] = {
    "good": lambda good: good,
    "unsure": _unsure,
    "wordless": _wordless,
    "off-time": _off_time,
    "unmarked": _unmarked,
    "damaged": _damaged,
    "lesser": _lesser,
    "silent": _silent,
    "invented": _invented,
    "strange-times": _strange_times,
    "lost": _lost,
    "twice": _twice,
    "bare": _bare,
    "broken-off": _broken_off,
}


def _told(report: QualityReport) -> dict[str, Any]:
    return {
        "outcome": report.outcome,
        "verdict": report.verdict,
        "score": report.score,
        "notes": len(report.notes),
        "counts": [report.duration_ms, report.words, report.cues],
        "checks": [
            [
                one.name,
                one.verdict,
                one.score,
                [[reason.code, reason.start_ms, reason.end_ms] for reason in one.reasons],
            ]
            for one in report.checks
        ],
    }


@pytest.mark.parametrize("name", SPOILT)
def test_the_report_is_the_approved_one(good: Evidence, name: str) -> None:
    expected = FOLDER / f"{name}.json"
    found = json.dumps(_told(judge(SPOILT[name](good))), indent=1) + "\n"
    if os.environ.get("RECORD_GOLDEN"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(found, "utf-8")

    assert json.loads(found) == json.loads(expected.read_text("utf-8"))


@pytest.mark.parametrize("name", SPOILT)
def test_the_page_says_it_in_the_approved_sentences(good: Evidence, name: str) -> None:
    expected = FOLDER / f"{name}.md"
    found = quality_markdown(judge(SPOILT[name](good)))
    if os.environ.get("RECORD_GOLDEN"):
        expected.write_text(found, "utf-8")

    assert found == expected.read_text("utf-8")
