"""What a reader of an SCC text tells besides the rows: times, how labels count, what came too late."""

from fractions import Fraction

import pytest

from shared.captions import Cue, SccOptions, read_scc, write_scc
from shared.captions.decoder import decode
from shared.captions.model import Placement
from shared.captions.scc_reader import cues_of_words, words_by_frame
from shared.captions.screen import Mode
from shared.captions.timecode import seconds

LINE = "Scenarist_SCC V1.0\n\n"
# Load, "AB" on row 15, show; and erase.
SHOWN = "94ae 94ae 9420 9420 9470 9470 c1c2 942f 942f"
ERASED = "942c 942c"


def scc(*lines: tuple[str, str]) -> str:
    return LINE + "\n\n".join(f"{label}\t{words}" for label, words in lines) + "\n"


def test_times_count_from_the_first_frame_and_from_when_it_is_shown() -> None:
    text = scc(("00:00:02;00", SHOWN), ("00:00:04;00", ERASED))

    plain, later = read_scc(text).cues, read_scc(text, media_start=Fraction(1, 2)).cues

    assert [(cue.start, cue.end) for cue in plain] == [(seconds(67), seconds(120))]
    assert [(cue.start, cue.end) for cue in later] == [(seconds(67) + Fraction(1, 2), seconds(120) + Fraction(1, 2))]
    assert later[0].rows == ("AB",)


@pytest.mark.parametrize(("separator", "is_drop"), [(";", True), (":", False)])
def test_labels_are_counted_as_the_file_counts_them(separator: str, is_drop: bool) -> None:
    text = scc((f"01:00:02{separator}00", SHOWN), (f"01:00:04{separator}00", ERASED))

    reading = read_scc(text, start_tc="01:00:00:00")

    assert reading.drop_frame is is_drop
    assert reading.first_label == f"01:00:02{separator}00"
    assert reading.mode is Mode.POP_ON
    assert [(cue.start, cue.end) for cue in reading.cues] == [(seconds(67), seconds(120))]


def test_a_file_without_a_line_says_so_of_its_labels() -> None:
    reading = read_scc("Scenarist_SCC V1.0\n")

    assert (reading.cues, reading.drop_frame, reading.first_label, reading.mode) == ((), None, None, None)


def test_words_wait_until_the_line_ahead_has_been_sent_and_it_is_told() -> None:
    text = scc(("00:00:02;00", SHOWN), ("00:00:02;08", ERASED))

    assert [frame for frame, _ in words_by_frame(text)] == list(range(60, 71))
    overlaps = [finding for finding in read_scc(text).findings if finding.code == "overlap"]
    assert [(finding.timecode, finding.line) for finding in overlaps] == [("00:00:02;08", 5)]
    assert "1 frames" in overlaps[0].message

    on_time = scc(("00:00:02;00", SHOWN), ("00:00:02;09", ERASED))
    assert [frame for frame, _ in words_by_frame(on_time)] == list(range(60, 71))
    assert "overlap" not in [finding.code for finding in read_scc(on_time).findings]


def test_lines_are_sent_in_the_order_of_their_labels_and_frames_count_from_the_first() -> None:
    text = scc(("00:00:04;00", ERASED), ("00:00:02;00", SHOWN))

    sent = list(words_by_frame(text, start_tc="00:00:03;00"))

    assert [frame for frame, _ in sent] == [*range(-30, -21), 30, 31]
    assert sent[0][1] == 0x94AE


def test_words_out_of_pictures_become_cues_in_media_time() -> None:
    words = [(100 + at, int(word, 16)) for at, word in enumerate(SHOWN.split())]
    words += [(160, 0x942C), (161, 0x942C)]

    ((found,), findings) = cues_of_words(words, start=90, media_start=Fraction(2))

    assert (found.start, found.end) == (seconds(17) + 2, seconds(70) + 2)
    assert (found.rows, findings) == (("AB",), ())
    assert cues_of_words(words, channel="CC2")[0] == ()
    assert len(decode(words, "CC1").screens) == 1


def test_rows_with_a_gap_between_them_are_two_cues_and_without_one_a_single_cue() -> None:
    def read(*bases: int) -> list[tuple[str, ...]]:
        cues = [Cue(Fraction(2), Fraction(4), (f"row {base}",), placement=Placement(base)) for base in bases]
        return sorted(cue.rows for cue in read_scc(write_scc(cues, SccOptions()).text).cues)

    assert read(3, 15) == [("row 15",), ("row 3",)]
    assert read(14, 15) == [("row 14", "row 15")]
    assert read(3, 4, 15) == [("row 15",), ("row 3", "row 4")]
    assert read(3, 14, 15) == [("row 14", "row 15"), ("row 3",)]
