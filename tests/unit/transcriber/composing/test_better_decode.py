"""Two results of one slice: the better one is kept, the choice is told, and order and workers do not matter."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from services.transcriber.composing.assemble import assemble
from services.transcriber.composing.better_decode import DecodedSlice, assemble_best
from services.transcriber.composing.compose import CaptionChoices, RecordingFacts, compose
from services.transcriber.composing.outputs import write_outputs
from services.transcriber.engines.values import Doubt, SliceResult
from services.transcriber.hearing.audio import DecodedAudio
from services.transcriber.hearing.levels import AudioLevels
from services.transcriber.hearing.listen import Heard
from shared.captions.model import Sound, SoundKind, Word
from shared.quality import SecondDecode, Thresholds, sent_back
from shared.quality.spans import Span

MINUTE = 60_000
HEARD = Heard(2 * MINUTE, (Span(0, 59_000), Span(61_000, 119_000)), ())
EMPTY = SliceResult((), (), (), (), (), "en", 0, 0, 0)
WHY = ("Speech from 1:10 to 1:40 (30 s) has no words.",)
CHECKS = Thresholds()


def _said(start_ms: int, end_ms: int, confidence: float = 0.9, **more: object) -> SliceResult:
    words = tuple(Word(f"word{at}", at, at + 400, confidence=confidence) for at in range(start_ms, end_ms, 500))
    return replace(EMPTY, words=words, **more)  # type: ignore[arg-type]


WHOLE = DecodedSlice(0, MINUTE, _said(0, 59_000))


def _slice(first: SliceResult, second: SliceResult | None, failure: str | None = None) -> DecodedSlice:
    return DecodedSlice(MINUTE, 2 * MINUTE, first, WHY, second, failure)


def test_a_second_result_that_fills_the_hole_takes_the_place_of_the_first_in_that_slice_only() -> None:
    holed, filled = _said(1_000, 10_000), _said(1_000, 59_000, 0.7)

    made = assemble_best(HEARD, [_slice(holed, filled), WHOLE], CHECKS)

    assert made.words == assemble(HEARD, [(0, WHOLE.first), (MINUTE, filled)]).words
    assert made.second_decodes == (SecondDecode(2, MINUTE, 2 * MINUTE, WHY, "second", "0.0 s in doubt after 48.4 s"),)


def test_a_second_result_that_is_worse_replaces_nothing() -> None:
    holed, empty = _said(1_000, 40_000), replace(EMPTY, sounds=(Sound(SoundKind.INAUDIBLE, 1_000, 59_000),))

    made = assemble_best(HEARD, [WHOLE, _slice(holed, empty)], CHECKS)

    assert made.words == assemble(HEARD, [(0, WHOLE.first), (MINUTE, holed)]).words
    assert made.sounds == ()
    assert [(one.slice, one.kept) for one in made.second_decodes] == [(2, "first")]


def test_doubts_of_the_guards_count_against_a_result() -> None:
    doubted = _said(1_000, 59_000, doubts=(Doubt("low_confidence", 2_000, 20_000),))
    sure = _said(1_000, 59_000)

    (kept,) = assemble_best(HEARD, [WHOLE, _slice(doubted, sure)], CHECKS).second_decodes
    (stays,) = assemble_best(HEARD, [WHOLE, _slice(sure, doubted)], CHECKS).second_decodes

    assert (kept.kept, kept.why) == ("second", "0.0 s in doubt after 18.0 s")
    assert (stays.kept, stays.why) == ("first", "18.0 s in doubt after 0.0 s")


def test_results_alike_in_everything_else_are_told_apart_by_confidence_and_equal_ones_keep_the_first() -> None:
    unsure, sure = _said(1_000, 59_000, 0.7), _said(1_000, 59_000, 0.8)

    assert assemble_best(HEARD, [WHOLE, _slice(unsure, sure)], CHECKS).second_decodes[0].kept == "second"
    assert assemble_best(HEARD, [WHOLE, _slice(sure, unsure)], CHECKS).second_decodes[0].kept == "first"
    assert assemble_best(HEARD, [WHOLE, _slice(sure, sure)], CHECKS).second_decodes[0].why == "both are alike"


def test_where_decoding_again_failed_the_first_result_stays_and_the_reason_is_told() -> None:
    made = assemble_best(HEARD, [WHOLE, _slice(_said(1_000, 30_000), None, "The engine was killed.")], CHECKS)

    assert made.second_decodes[0].kept == "first"
    assert made.second_decodes[0].why == "decoding it again failed (The engine was killed)"
    assert made.words[-1].start_ms == MINUTE + 29_500


def test_slices_that_were_not_sent_back_are_not_mentioned() -> None:
    assert assemble_best(HEARD, [WHOLE], CHECKS).second_decodes == ()


def test_the_gate_sends_back_the_slice_with_the_hole_and_files_say_what_was_kept(tmp_path: Path) -> None:
    source = RecordingFacts("Council", "/mnt/flex-1/Council.mp4", datetime(2026, 9, 14, tzinfo=UTC))
    decoded = DecodedAudio(2 * MINUTE, 2 * MINUTE, 0, 0, AudioLevels(-3.0, -20.0, -60.0, 0.0, 0.1))
    spans = [Span(0, MINUTE), Span(MINUTE, 2 * MINUTE)]
    holed, filled = _said(1_000, 10_000), _said(1_000, 59_000)
    first = compose(assemble(HEARD, [(0, WHOLE.first), (MINUTE, holed)]), decoded, source, CaptionChoices())

    back = sent_back(first.evidence, first.report, CHECKS, spans)
    best = assemble_best(HEARD, [WHOLE, DecodedSlice(*spans[1], holed, back[1], filled)], CHECKS)
    second = compose(best, decoded, source, CaptionChoices(), second_decode_done=True)
    write_outputs(tmp_path, second, best, source, CaptionChoices())

    assert list(back) == [1]
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    quality = json.loads((tmp_path / "quality.json").read_text())
    (noted,) = manifest["second_decodes"]
    assert (noted["slice"], noted["start_ms"], noted["kept"]) == (2, MINUTE, "second")
    assert noted["because"] == list(back[1])
    assert quality["second_decodes"] == manifest["second_decodes"]
    assert any(note.startswith("Slice 2 (1:00 to 2:00) was decoded again") for note in quality["notes"])
