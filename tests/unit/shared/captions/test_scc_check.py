"""The validator names what is wrong, and a broken sidecar does not count as captions."""

from fractions import Fraction

import pytest

from shared.captions import Cue, SccOptions, check_scc, is_captioned, read_scc, write_scc
from shared.captions.codes import Channel
from shared.captions.model import Severity
from shared.captions.timecode import label, parse, seconds

GOOD = write_scc(
    [Cue(Fraction(2), Fraction(4), ("Good evening,", "Müller.")), Cue(Fraction(5), Fraction(7), ("Aye.",))]
)


def errors(text: str, **more: object) -> set[str]:
    return {finding.code for finding in check_scc(text, **more) if finding.severity is Severity.ERROR}  # type: ignore[arg-type]


def test_a_good_file_has_nothing_to_say() -> None:
    assert check_scc(GOOD.text, GOOD.cues, options=SccOptions()) == ()
    assert is_captioned(GOOD.text)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("Scenarist_SCC V1.0", "Scenarist_SCC V2.0", "header"),
        ("Scenarist_SCC V1.0", "\ufeffScenarist_SCC V1.0", "not_ascii"),
        ("\n\n00:00:02;00", "\n00:00:02;00", "spacing"),
        ("00:00:02;00\t", "00:00:02;00 ", "line_syntax"),
        ("942f 942f", "942F 942F", "line_syntax"),
        ("942f 942f\n", "942f 942f \n", "line_syntax"),
        ("00:00:02;00", "00:00:02:00", "mixed_labels"),
        ("00:00:02;00", "00:00:02;30", "timecode"),
        ("00:00:04;00", "00:00:01;29", "not_rising"),
        ("00:00:02;00\t942f 942f", "00:00:02;00\t942f", "not_doubled"),
        ("00:00:02;00\t942f 942f", "00:00:02;00\t942f 8080 942f", "not_doubled"),
        ("00:00:02;00\t942f 942f", "00:00:01;20\t942f 942f", "overlap"),
        ("00:00:02;00\t942f 942f", "00:00:02;00\t942f 942f 0180", "illegal_word"),
        ("00:00:02;00\t942f 942f", "00:00:02;00\t152f 152f", "other_channel"),
        ("00:00:02;00\t942f 942f", "00:00:02;00\t142f 142f", "parity"),
        ("00:00:02;00\t942f 942f\n\n", "", "not_shown"),
        ("9420 9420 94ae 94ae 9454 9454", "94ae 94ae 9454 9454", "no_mode"),
        ("00:00:07;00\t942c 942c\n", "", "not_cleared"),
    ],
)
def test_each_thing_that_is_illegal_is_named(old: str, new: str, code: str) -> None:
    assert old in GOOD.text

    assert code in errors(GOOD.text.replace(old, new, 1))


def test_an_extended_character_without_its_base_is_an_eaten_letter() -> None:
    assert "cd75 9225 9225" in GOOD.text

    assert "no_base" in errors(GOOD.text.replace("cd75 9225 9225", "cd80 9225 9225"))


def test_text_that_differs_from_the_cues_is_an_error() -> None:
    wrong = (Cue(GOOD.cues[0].start, GOOD.cues[0].end, ("Good evening,", "Miller.")), GOOD.cues[1])

    assert errors(GOOD.text, cues=wrong) == {"text_differs"}


def test_a_cue_the_file_does_not_show_is_missing_and_the_others_are_still_found() -> None:
    extra = Cue(Fraction(1), Fraction(3, 2), ("Never sent.",))

    assert errors(GOOD.text, cues=(extra, *GOOD.cues)) == {"missing"}
    assert errors(GOOD.text, cues=GOOD.cues[:1]) == {"surplus"}


def test_a_target_with_other_labels_is_told() -> None:
    assert "labelling" in errors(GOOD.text, options=SccOptions(drop_frame=False))
    assert "before_start" in errors(GOOD.text, options=SccOptions(start_tc="00:30:00;00"))


def test_a_caption_that_stands_too_long_without_data_is_an_error() -> None:
    text = GOOD.text.replace("00:00:07;00\t", "00:00:57;00\t")

    assert "too_long" in errors(text)


def test_fast_and_short_captions_are_warnings() -> None:
    written = write_scc([Cue(Fraction(2), Fraction("2.5"), ("far too much text for this time",))])

    found = {finding.code: finding.severity for finding in check_scc(written.text)}
    assert found == {"reading_speed": Severity.WARNING, "too_short": Severity.WARNING}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Scenarist_SCC V1.0\n",
        "Scenarist_SCC V1.0\n\n00:00:01:00\tGood evening, everyone.\n",
        "Scenarist_SCC V1.0\n\n00:00:01:00\t47 6f 6f 64\n",
        GOOD.text.replace("942f", "142f"),
        "WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n",
    ],
)
def test_a_broken_sidecar_does_not_count_as_captions(text: str) -> None:
    assert not is_captioned(text)


@pytest.mark.parametrize("channel", ["CC1", "CC2", "CC3", "CC4"])
def test_a_sidecar_in_any_channel_counts(channel: Channel) -> None:
    assert is_captioned(write_scc(GOOD.cues, SccOptions(channel=channel)).text)


def test_another_channels_text_is_not_mixed_into_ours() -> None:
    spanish = write_scc([Cue(Fraction(10), Fraction(12), ("Buenas noches.",))], SccOptions(channel="CC2")).text
    both = GOOD.text + "\n" + spanish.split("\n\n", 1)[1]

    assert [cue.rows for cue in read_scc(both).cues] == [cue.rows for cue in GOOD.cues]
    assert [cue.rows for cue in read_scc(both, channel="CC2").cues] == [("Buenas noches.",)]
    assert is_captioned(both)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("00:00:02;00\t 9420 9420", "More than one tab, or blanks, between timecode and words."),
        ("00:00:02;00\t\t9420 9420", "More than one tab, or blanks, between timecode and words."),
        ("00:00:02;00\t9420  9420", "Words are not parted by one blank each."),
        ("00:00:02;00\t9420 94AE", "Hexadecimal digits are not lower case."),
        ("00:00:02;00\t9420 9420 ", "Blanks at the end of the line."),
        (" 00:00:02;00\t9420 9420", "Blanks at the beginning of the line."),
        ("00:00:02;00 9420 9420", "No tab between timecode and words."),
        ("00:00:02;00 \t 9420 9420", "Blanks stand before the tab between timecode and words."),
        ("00:00:02;00  \t9420 9420", "Blanks stand before the tab between timecode and words."),
        ("00:00:02.00\t9420 9420", "The frames of the timecode stand behind '.'; only : and ; are known everywhere."),
        ("00:00:02;00\t9420 942", "Not every word has four hexadecimal digits; the others were left out."),
        ("nothing of the kind", "This is neither empty nor a timecode, a tab and hexadecimal words."),
    ],
)
def test_the_reason_for_a_line_is_the_right_one(line: str, reason: str) -> None:
    found = check_scc(f"Scenarist_SCC V1.0\n\n{line}\n")

    assert [finding.message for finding in found if finding.code == "line_syntax"] == [reason]


def told(shown: list[tuple[int, int, str]]) -> list[tuple[str, int | None, str | None]]:
    """What is said of captions at these frames; all of it is for people."""
    written = write_scc([Cue(seconds(on), seconds(off), tuple(text.split("|"))) for on, off, text in shown])
    found = check_scc(written.text, written.cues, options=SccOptions())
    assert all(finding.severity is Severity.WARNING for finding in found)
    return [(finding.code, finding.cue, finding.timecode) for finding in found]


@pytest.mark.parametrize(("frames", "code"), [(19, "too_short"), (20, None), (240, None), (241, "long"), (300, "long")])
def test_two_thirds_of_a_second_and_eight_seconds_are_the_limits_of_reading(frames: int, code: str | None) -> None:
    expected = [] if code is None else [(code, 2, "00:00:10;00")]

    assert told([(60, 120, "One."), (300, 300 + frames, "Two."), (900, 960, "Three.")]) == expected


@pytest.mark.parametrize(("letters", "is_fast"), [(25, False), (26, True)])
def test_twenty_five_characters_in_a_second_can_be_read(letters: int, is_fast: bool) -> None:
    rows = "a" * 12 + "|" + "b" * (letters - 12)

    # 30 frames of 1001/30000 s are a little more than a second.
    assert told([(60, 90, "One."), (300, 330, rows)]) == ([("reading_speed", 2, "00:00:10;00")] if is_fast else [])


@pytest.mark.parametrize(("blank", "is_told"), [(0, False), (1, True), (2, False)])
def test_a_blank_of_one_frame_flickers(blank: int, is_told: bool) -> None:
    load = "9420 9420 94ae 94ae 9470 9470 c8e9"
    erase = f"00:00:04;0{3 - blank}\t942c\n\n" if blank else ""
    text = f"Scenarist_SCC V1.0\n\n00:00:01;00\t{load}\n\n00:00:02;00\t942f 942f\n\n00:00:03;00\t{load}\n\n"
    text += f"{erase}00:00:04;03\t942f 942f\n\n00:00:06;00\t942c 942c\n"

    found = [(one.code, one.cue, one.timecode) for one in check_scc(text) if one.code == "flicker"]

    assert found == ([("flicker", 2, "00:00:04;03")] if is_told else [])


def test_rows_that_roll_up_are_not_timed_one_by_one() -> None:
    cues = [Cue(seconds(60 + 12 * n), seconds(72 + 12 * n), ("ab",)) for n in range(3)]
    written = write_scc(cues, SccOptions(mode="roll-up-2"))

    assert not {one.code for one in check_scc(written.text)} & {"too_short", "flicker", "reading_speed"}


def test_what_a_file_shows_otherwise_than_it_should_is_told_caption_by_caption() -> None:
    def moved(cue: Cue, on: int, off: int) -> Cue:
        return Cue(cue.start + seconds(on), cue.end + seconds(off), cue.rows)

    texts = ("One.", "Two.", "Three.", "Four.", "Five.")
    good = write_scc([Cue(seconds(100 * n), seconds(100 * n + 60), (texts[n - 1],)) for n in range(1, 6)])
    one, two, three, _four, five = good.cues
    wanted = (moved(one, -1, 0), moved(two, 2, 1), Cue(three.start, three.end, ("Other.",)), five)

    found = check_scc(good.text, wanted, options=SccOptions())

    assert [(finding.code, finding.cue, finding.timecode) for finding in found] == [
        ("on_differs", 1, "00:00:03;09"),
        ("on_differs", 2, "00:00:06;22"),
        ("off_differs", 2, "00:00:06;22"),
        ("text_differs", 3, "00:00:10;00"),
        ("surplus", None, "00:00:13;10"),
    ]
    said = [finding.message for finding in found]
    assert ["1 frame late" in said[0], "2 frames early" in said[1], "1 frame early" in said[2]] == [True] * 3
    late = check_scc(good.text, (*good.cues, Cue(seconds(900), seconds(960), ("Never.",))), options=SccOptions())
    assert [(finding.code, finding.cue, finding.timecode) for finding in late] == [("missing", 6, "00:00:30;00")]


@pytest.mark.parametrize(("frames", "is_told"), [(480, False), (481, True)])
def test_sixteen_seconds_without_data_are_the_most_for_a_caption(frames: int, is_told: bool) -> None:
    """Data end with the second EOC, two frames after the caption appears."""
    text = write_scc([Cue(seconds(60), seconds(120), ("One.",))]).text
    stood = text.replace("00:00:04;00\t942c", f"{label(62 + frames, drop_frame=True)}\t942c")

    assert [one.code for one in check_scc(stood) if one.code == "too_long"] == ["too_long"] * is_told


def test_a_silence_in_which_nothing_stands_is_nobodys_business() -> None:
    assert told([(60, 120, "One."), (2000, 2060, "Two.")]) == []


def test_a_target_that_begins_with_the_first_line_is_met() -> None:
    at = GOOD.text.split("\n\n")[1].split("\t")[0]
    start = parse(at).frame

    def codes_at(frame: int) -> set[str]:
        return errors(GOOD.text, options=SccOptions(start_tc=label(frame, drop_frame=True)))

    assert "before_start" not in codes_at(start)
    assert "before_start" in codes_at(start + 1)
