"""What a trial tells: sums that weigh, what is not known as such, and texts that break no table and no page."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.console.trial_comparison import Difference, Place
from services.console.trial_recordings import TrialRecording
from services.console.trial_report import document, exit_status, page, remarks, require_ending, text, totals
from services.console.trial_run import Figures, ModelTrial, TriedRecording, pace_of, stretch_to_try
from services.transcriber.composing.better_decode import DecodedSlice
from services.transcriber.engines.values import SliceResult
from shared.errors import ArchivistError, InvalidInput, Unusable
from shared.quality import Span

TRIAL = ModelTrial("small.en", "base", 10)
OLD = Figures("engine, base", "one", 100.0, None, 0.8, 4)
NEW = Figures("engine, small.en", "two", 300.0, 250.0, 0.9, 1)
PLACE = Place(61_000, "a | b", "<b>c</b>", "*d*", 2)
CORRECTED = TriedRecording(
    TrialRecording("one.mp4"), Span(0, 600_000), Difference(900, 910, 1000, 0.10, 0.05, 0.12, (PLACE,)), OLD, NEW
)
UNTOUCHED = TriedRecording(
    TrialRecording("two.mp4"), Span(0, 200_000), Difference(500, 490, None, None, None, 0.3), Figures(), NEW
)
BROKEN = TriedRecording(TrialRecording("three.mp4"), error=Unusable("It is damaged.", code="media_unreadable"))
GONE = TriedRecording(TrialRecording("four.mp4", trouble=Unusable("It is away.", code="recording_away")))


def test_errors_and_differences_are_summed_apart_and_weighed_by_words() -> None:
    longer = replace(CORRECTED, difference=Difference(3000, 3000, 3000, 0.02, 0.01, 0.02))

    rows = {row[0]: row[1:] for row in totals(TRIAL, [CORRECTED, longer, UNTOUCHED, BROKEN]).rows}

    assert rows["word errors, of 4000 words in 2 recordings that a person has corrected"] == ("4.0 %", "2.0 %")
    assert rows["words that differ, of 500 in 1 recording that nobody has corrected"] == ("", "30.0 %")
    assert rows["words"] == ("4400", "4400")


def test_what_is_not_known_is_said_and_of_how_many_the_rest_is() -> None:
    rows = {row[0]: row[1:] for row in totals(TRIAL, [CORRECTED, UNTOUCHED]).rows}

    assert rows["processor seconds for an hour of sound"] == ("not known", "250")
    assert rows["seconds of decoding for an hour of sound"] == ("100 (of 1)", "300")
    assert rows["places in doubt"] == ("4 (of 1)", "2")
    assert rows["estimated accuracy"] == ("0.80 (of 1)", "0.90")


def test_the_status_says_whether_all_some_or_none_were_compared() -> None:
    assert exit_status([CORRECTED, GONE]) == 0
    assert exit_status([CORRECTED, BROKEN]) == 1
    assert exit_status([BROKEN, GONE]) == exit_status([]) == 2


def test_a_person_is_told_what_was_left_out_and_what_means_little() -> None:
    same = replace(CORRECTED, new=replace(NEW, identity="one"))
    elsewhere = replace(UNTOUCHED, recording=TrialRecording("two.mp4", corrected=()))

    assert remarks([same, elsewhere, BROKEN, GONE]) == [
        "one.mp4: its captions were made by this very model.",
        "two.mp4: a person has corrected it, but no word of this stretch.",
        "three.mp4: left out. It is damaged. [media_unreadable]",
        "four.mp4: left out. It is away. [recording_away]",
    ]
    assert remarks([UNTOUCHED])[0].startswith("Only 500 words were compared")


def test_the_terminal_has_the_places_with_all_three_texts() -> None:
    told = "\n".join(text(TRIAL, [CORRECTED, GONE]))

    assert "  1:01\n    now       a | b\n    new       <b>c</b>\n    corrected *d*" in told
    assert told.splitlines()[0] == "small.en beside what there is now: 1 recording, 1 left out, up to 10 min of each."
    assert "./archivist models use small.en" in told
    assert "models use" not in "\n".join(text(TRIAL, [BROKEN]))


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "td":
            self.said.append(data)


def test_what_was_said_breaks_no_page() -> None:
    cells = _Cells()
    cells.feed(page(TRIAL, [CORRECTED, GONE], ".html"))
    assert cells.open == []
    assert [said for said in cells.said if said in ("a | b", "<b>c</b>", "*d*")] == ["a | b", "<b>c</b>", "*d*"]

    assert "| 1:01 | a \\| b | \\<b\\>c\\</b\\> | \\*d\\* |" in page(TRIAL, [CORRECTED], ".md").splitlines()


def test_a_report_that_could_not_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    require_ending(None)
    require_ending(tmp_path / "a.MD")
    with pytest.raises(InvalidInput, match=r"\.md or \.html"):
        require_ending(tmp_path / "a.pdf")
    with pytest.raises(Unusable, match="its folder is not there"):
        require_ending(tmp_path / "none" / "a.md")


def test_a_program_gets_what_is_not_known_as_null() -> None:
    made = document(TRIAL, [UNTOUCHED, BROKEN], status=1)

    one, broken = made["recordings"]
    assert one["old"]["processor_s"] is None and one["comparison"]["old_errors"] is None
    assert (broken["comparison"], broken["error"]["code"]) == (None, "media_unreadable")
    failure: ArchivistError = Unusable("No.", code="no_captions")
    assert document(TRIAL, [], status=2, error=failure)["error"]["code"] == "no_captions"


def _slice(start_s: int, end_s: int, *took: tuple[int, int]) -> DecodedSlice:
    results = [SliceResult((), (), (), (), (), "en", 1, 1, wall, processor_ms=worked) for wall, worked in took]
    return DecodedSlice(start_s * 1000, end_s * 1000, results[0], second=results[1] if len(results) > 1 else None)


def test_a_slice_that_lies_partly_in_the_stretch_counts_with_its_share_and_a_second_decode_with_it() -> None:
    slices = [_slice(0, 600, (60_000, 90_000)), _slice(600, 1200, (30_000, 40_000), (10_000, 20_000))]

    wall_s, processor_s = pace_of(slices, Span(300_000, 900_000))

    assert wall_s == pytest.approx(300.0)
    assert processor_s == pytest.approx(450.0)


def test_processor_time_that_one_slice_does_not_tell_is_not_known() -> None:
    assert pace_of([_slice(0, 600, (60_000, 0)), _slice(600, 900, (1, 1))], Span(0, 600_000)) == (360.0, None)
    assert pace_of([_slice(0, 300, (60_000, 70_000)), _slice(300, 600, (0, 0))], Span(0, 600_000)) == (360.0, 420.0)
    assert pace_of([], Span(0, 600_000)) == (None, None)


def test_the_middle_is_taken_and_of_a_short_recording_all() -> None:
    assert stretch_to_try(TrialRecording("a", duration_ms=3_600_000), 10) == Span(1_500_000, 2_100_000)
    assert stretch_to_try(TrialRecording("a", duration_ms=300_000), 10) == Span(0, 300_000)
