"""What the SCC writer promises, case by case."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions import Cue, SccFile, SccOptions, check_scc, has_errors, read_scc, write_scc
from shared.captions.linebreak import fit
from shared.captions.model import ITALIC, Align, Placement, Severity
from shared.captions.styling import styled, uniform
from shared.captions.timecode import frame, label, seconds


def cue(start: float, end: float, *rows: str, placement: Placement | None = None, italic: bool = False) -> Cue:
    plain = Cue(Fraction(str(start)), Fraction(str(end)), rows, None, placement or Placement())
    return styled(plain, ITALIC) if italic else plain


def codes(findings: object) -> list[str]:
    return [finding.code for finding in findings]  # type: ignore[attr-defined]


def test_the_first_eoc_word_sits_on_the_cues_frame_and_the_edm_on_its_out_frame() -> None:
    written = write_scc([cue(2, 5.143, ">> MAYOR: Good evening.")])

    lines = written.text.split("\n\n")
    assert lines[0] == "Scenarist_SCC V1.0"
    assert [line.split("\t")[0] for line in lines[2:]] == ["00:00:02;00", "00:00:05;04"]
    assert lines[2].endswith("942f 942f")
    assert lines[3] == "00:00:05;04\t942c 942c\n"
    assert written.findings == ()


def test_no_cues_make_a_header_and_nothing_else() -> None:
    written = write_scc([])

    assert (written.text, written.cues, written.findings) == ("Scenarist_SCC V1.0\n", (), ())
    assert check_scc(written.text, ()) == ()


def test_an_erase_goes_into_the_middle_of_the_next_load() -> None:
    written = write_scc(
        [cue(2, 4, "one"), cue(4.5, 7, "a row of thirty characters, yes", "and another one of about thirty")]
    )

    assert [written.cues[0].end, written.cues[1].start] == [
        seconds(frame(Fraction(4))),
        seconds(frame(Fraction("4.5"))),
    ]
    assert "942c 942c" in written.text.split("\n\n")[4]
    assert check_scc(written.text, written.cues) == ()


def test_a_one_frame_gap_is_closed_and_the_caption_held() -> None:
    end = seconds(120)
    written = write_scc([Cue(Fraction(2), end, ("one",)), Cue(seconds(121), Fraction(8), ("two",))])

    assert written.cues[0].end == written.cues[1].start == seconds(121)


def test_a_short_caption_before_a_long_one_is_helped_by_showing_one_row_first() -> None:
    long = ("a row of thirty-one characters .", "and another as long as the first")
    written = write_scc([cue(2, 2.9, "Aye."), cue(2.9, 7, *long)])

    assert [cue.rows for cue in written.cues] == [("Aye.",), (long[0],), (long[1],)]
    assert written.cues[1].start == seconds(frame(Fraction("2.9")))
    assert codes(written.findings) == ["split"]


def test_what_the_channel_cannot_carry_in_time_is_late_and_said_to_be() -> None:
    written = write_scc([cue(2, 2.2, "first words"), cue(2.2, 5, "a row of thirty-one characters .")])

    assert codes(written.findings) == ["late"]
    assert "its load takes" in written.findings[0].message
    assert not has_errors(check_scc(written.text, written.cues))


def test_the_first_caption_cannot_be_loaded_before_the_programme_starts() -> None:
    written = write_scc([cue(0, 3, "Good evening.")], SccOptions(start_tc="01:00:00;00"))

    assert written.text.split("\n\n")[1].startswith("01:00:00;00\t9420")
    assert written.findings[0].code == "late"
    assert "before the first frame" in written.findings[0].message


def test_the_start_label_moves_labels_and_not_time() -> None:
    written = write_scc([cue(2, 4, "one")], SccOptions(start_tc="01:00:00;00"))

    assert "01:00:02;00\t942f 942f" in written.text
    assert read_scc(written.text, start_tc="01:00:00;00").cues[0].start == written.cues[0].start == seconds(60)


def test_media_start_moves_captions_to_where_the_picture_begins() -> None:
    options = SccOptions(media_start=Fraction(1, 2))
    written = write_scc([cue(2.5, 4.5, "one")], options)

    assert "00:00:02;00\t942f 942f" in written.text
    assert written.cues[0].start == seconds(60) + Fraction(1, 2)
    assert check_scc(written.text, written.cues, options=options) == ()


def test_labels_pass_midnight_and_the_file_stays_readable() -> None:
    options = SccOptions(start_tc="23:59:50;00")
    written = write_scc([cue(5, 7, "before"), cue(15, 17, "after")], options)

    assert "00:00:05;00\t942f 942f" in written.text
    assert codes(written.findings) == ["midnight"]
    assert check_scc(written.text, written.cues, options=options) == ()


def test_a_non_drop_file_says_so_in_every_label() -> None:
    written = write_scc([cue(3600, 3602, "one")], SccOptions(drop_frame=False))

    assert ";" not in written.text
    assert label(frame(Fraction(3600)), drop_frame=False) == "00:59:56:12"
    assert "00:59:56:12\t942f 942f" in written.text


def test_nine_rows_are_shown_one_after_the_other() -> None:
    rows = tuple(f"row number {number}" for number in range(1, 10))
    written = write_scc([cue(2, 12, *rows)])

    assert tuple(row for shown in written.cues for row in shown.rows) == rows
    assert all(len(shown.rows) <= 4 for shown in written.cues)
    assert "split" in codes(written.findings)


def test_a_long_address_is_broken_where_addresses_are_read_and_keeps_every_letter() -> None:
    url = "https://www.example.org/" + "/".join(f"agenda-item-{number}" for number in range(1, 14))
    written = write_scc([cue(2, 12, url[:200])])

    assert "".join(row for shown in written.cues for row in shown.rows) == url[:200]
    assert written.cues[0].rows[0].endswith(("/", "-", "."))


def test_a_caption_that_stands_for_a_minute_is_sent_again_and_stays_one_caption() -> None:
    written = write_scc([cue(2, 62, "[recess]")])

    assert len(written.cues) == len(read_scc(written.text).cues) == 1
    assert written.text.count("942f 942f") == 5
    assert not has_errors(check_scc(written.text, written.cues))


def test_two_cues_with_the_same_text_blink() -> None:
    written = write_scc([cue(2, 3, "Aye."), cue(3, 4, "Aye.")])

    assert len(written.cues) == 2
    assert written.cues[1].start - written.cues[0].end == seconds(2)


def test_speakers_who_begin_together_share_a_caption() -> None:
    written = write_scc([cue(2, 4, ">> Yes."), cue(2.1, 4.5, ">> No.")])

    assert [shown.rows for shown in written.cues] == [(">> Yes.", ">> No.")]
    assert codes(written.findings) == ["merged"]


def test_a_cue_makes_way_for_one_that_begins_while_it_stands() -> None:
    written = write_scc([cue(2, 6, "one"), cue(4, 8, "two")])

    assert [(shown.rows[0], shown.end) for shown in written.cues] == [
        ("one", seconds(frame(Fraction(4)))),
        ("two", seconds(frame(Fraction(8)))),
    ]
    assert codes(written.findings) == ["overlap"]


def test_rows_stand_where_the_placement_says() -> None:
    left = cue(2, 4, ">> One", placement=Placement(2, Align.LEFT, 6))
    centred = cue(5, 7, "centred")
    low = cue(8, 10, "top row", "next row", placement=Placement(1))
    first, second, third = read_scc(write_scc([left, centred, low]).text).cues

    assert first.placement == Placement(2, Align.LEFT, 6)
    assert second.placement == Placement(15)
    assert third.placement.base_row == 2


def test_italics_come_back() -> None:
    written = write_scc([cue(2, 4, "seen from afar", italic=True)])

    assert uniform(read_scc(written.text).cues[0]) == ITALIC
    assert check_scc(written.text, written.cues) == ()


@pytest.mark.parametrize("mode", ["roll-up-2", "roll-up-3", "roll-up-4", "paint-on"])
def test_typed_modes_put_the_first_character_on_the_cues_frame(mode: str) -> None:
    options = SccOptions(mode=mode)  # type: ignore[arg-type]
    written = write_scc([cue(2, 5, "one row", "and two"), cue(7, 9, "another")], options)

    assert written.cues[0].start == seconds(60)
    assert written.cues[-1].start == seconds(210)
    assert check_scc(written.text, written.cues, options=options) == ()
    assert read_scc(written.text).mode == mode[:8].rstrip("-")


def test_two_rows_of_forty_columns_become_three_and_speakers_stay_apart() -> None:
    statement = ("The motion before us is to approve the", "minutes of the third of November now.")
    written = write_scc([cue(2, 8, *statement), cue(9, 14, ">> I second the motion and thank the staff.", ">> Aye.")])

    assert [len(shown.rows) for shown in written.cues] == [3, 3]
    assert written.cues[1].rows[-1] == ">> Aye."


def test_a_thousand_cues_at_one_moment_are_all_shown_one_after_the_other() -> None:
    written = write_scc([cue(2, 3, f"cue number {number}") for number in range(1000)])

    shown = [row for cue in written.cues for row in cue.rows]
    assert shown == [f"cue number {number}" for number in range(1000)]
    assert not has_errors(check_scc(written.text, written.cues))


@pytest.mark.parametrize("italic", [False, True])
@pytest.mark.parametrize("gap", range(12))
def test_paint_on_leaves_a_caption_up_until_the_next_one_needs_the_screen(gap: int, italic: bool) -> None:
    first = Cue(seconds(60), seconds(150), ("The motion carries.",))
    second = Cue(seconds(150 + gap), seconds(240), ("Item seven is next.",))
    if italic:
        first, second = styled(first, ITALIC), styled(second, ITALIC)

    written = write_scc([first, second], SccOptions(mode="paint-on"))

    assert check_scc(written.text, written.cues) == ()
    assert [one.start for one in written.cues] == [first.start, second.start]
    assert written.cues[1].start - written.cues[0].end <= seconds(max(gap, 6 if italic else 4))
    assert written.cues[1].end == second.end


@pytest.mark.parametrize(
    ("rows", "ways"),
    [
        (3, [(1, 2), (1, 2), (3,), (3,)]),
        (4, [(1, 3), (2, 2), (2, 2), (4,)]),
        (5, [(1, 2, 2), (2, 2, 1), (3, 2), (3, 2)]),
        (6, [(1, 2, 2, 1), (2, 2, 2), (3, 3), (3, 3)]),
        (7, [(1, 2, 2, 2), (2, 2, 2, 1), (3, 3, 1), (4, 3)]),
        (8, [(1, 2, 2, 2, 1), (2, 2, 2, 2), (3, 3, 2), (4, 4)]),
        (9, [(1, 2, 2, 2, 2), (2, 2, 2, 2, 1), (3, 3, 3), (3, 3, 3)]),
        (12, [(1, 2, 2, 2, 2, 2, 1), (2, 2, 2, 2, 2, 2), (3, 3, 3, 3), (4, 4, 4)]),
        (13, [(1, 2, 2, 2, 2, 2, 2), (2, 2, 2, 2, 2, 2, 1), (3, 3, 3, 3, 1), (4, 4, 4, 1)]),
    ],
)
def test_a_cue_of_many_rows_begins_with_as_many_as_there_was_time_to_load_and_is_never_late(
    rows: int, ways: list[tuple[int, ...]]
) -> None:
    texts = tuple(f"{number:02} a row of thirty characters." for number in range(1, rows + 1))

    # Each row is seventeen words; the channel is free for about one, two, three and four of them.
    for free, way in zip((0.9, 1.5, 2.1, 3), ways, strict=True):
        written = write_scc([cue(2, 2 + free, "Aye."), cue(2 + free, 5 + 2 * rows, *texts)])
        shown = written.cues[1:]
        assert tuple(len(one.rows) for one in shown) == way
        assert tuple(row for one in shown for row in one.rows) == texts
        assert "late" not in codes(written.findings)


@pytest.mark.parametrize(
    ("seconds_shown", "ways"), [(1, [(4, 1), (4, 2), (4, 4, 1)]), (8, [(3, 2), (3, 3), (3, 3, 3)])]
)
def test_a_cue_of_many_rows_has_fewer_rows_at_once_where_that_makes_no_part_too_short(
    seconds_shown: int, ways: list[tuple[int, ...]]
) -> None:
    for rows, way in zip((5, 6, 9), ways, strict=True):
        texts = tuple(f"{number:02} a row of thirty characters." for number in range(1, rows + 1))
        written = write_scc([cue(9, 9 + seconds_shown, *texts)])
        assert tuple(len(one.rows) for one in written.cues) == way


SENTENCE = "The council will now vote on item seven of the agenda. "


@pytest.mark.parametrize("words", [SENTENCE * 8, "".join(f"Item {n} is before the council now. " for n in range(12))])
def test_dense_captions_stand_until_the_next_is_loaded_and_the_last_for_its_reading_time(words: str) -> None:
    dense = fit([Cue(Fraction(10), Fraction(11), (words.strip(),))], 32, 4)

    file = write_scc([*dense, Cue(Fraction(60), Fraction(62), ("End.",))])

    *parts, last, _end = file.cues
    assert len(parts) > 1
    for part, following in pairwise([*parts, last]):
        assert following.start - part.end <= seconds(2), "no black screen between them, but for a blink"
    assert last.end - last.start >= Fraction(sum(map(len, last.rows)), 25)


def _frames(file: SccFile) -> list[tuple[int, int]]:
    return [(frame(one.start), frame(one.end)) for one in file.cues]


def short(*starts: int, length: int = 6) -> list[Cue]:
    return [Cue(seconds(at), seconds(at + length), (f"No. {at}.",)) for at in starts]


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        (short(300, 315), [(300, 315), (315, 339)]),  # until the next one comes, and to be read where nothing does
        (short(300, 324, 340), [(300, 324), (324, 340), (340, 364)]),
        (short(300, 330), [(300, 324), (330, 354)]),
        (short(300, 331), [(300, 306), (331, 337)]),  # more than a second apart: each as it was asked for
        (short(300), [(300, 306)]),
        (short(300, 330, length=25), [(300, 325), (330, 355)]),
    ],
)
def test_short_captions_that_fit_beside_others_stand_until_the_next_or_as_long_as_one_can_read(
    asked: list[Cue], seen: list[tuple[int, int]]
) -> None:
    file = write_scc(asked)

    assert _frames(file) == seen
    assert "late" not in codes(file.findings)
    assert not [one for one in check_scc(file.text, file.cues) if one.severity is Severity.ERROR]


@given(st.lists(st.tuples(st.integers(3, 40), st.integers(2, 20)), min_size=1, max_size=8))
def test_what_stands_longer_among_others_makes_none_of_them_later(gaps: list[tuple[int, int]]) -> None:
    at, asked = 300, []
    for gap, length in gaps:
        asked.append(Cue(seconds(at), seconds(at + min(gap, length)), ("Aye, and so do I.",)))
        at += gap + 21
    file = write_scc(asked)

    starts = [frame(one.start) for one in asked]
    assert [on for on, _off in _frames(file)] == starts
    for (on, off), one in zip(_frames(file), asked, strict=True):
        assert min(frame(one.end), on + 24) - 2 <= off <= max(frame(one.end), on + 24)


def test_captions_that_the_channel_leaves_no_time_to_read_are_told_as_the_validator_tells_them() -> None:
    dense = fit([Cue(Fraction(10), Fraction(11), ((SENTENCE * 8).strip(),))], 32, 4)

    file = write_scc([*dense, Cue(Fraction(60), Fraction(62), ("End.",))])

    codes = {"reading_speed", "too_short"}
    told = [(one.code, one.timecode, one.message) for one in file.findings if one.code in codes]
    assert told
    assert told == [(one.code, one.timecode, one.message) for one in check_scc(file.text) if one.code in codes]
