"""The validator names what is wrong, and a broken sidecar does not count as captions."""

from fractions import Fraction

import pytest

from shared.captions import Cue, SccOptions, check_scc, is_captioned, read_scc, write_scc
from shared.captions.codes import Channel
from shared.captions.model import Severity

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
        ("00:00:02.00\t9420 9420", "The frames of the timecode stand behind '.'; only : and ; are known everywhere."),
        ("00:00:02;00\t9420 942", "Not every word has four hexadecimal digits; the others were left out."),
        ("nothing of the kind", "This is neither empty nor a timecode, a tab and hexadecimal words."),
    ],
)
def test_the_reason_for_a_line_is_the_right_one(line: str, reason: str) -> None:
    found = check_scc(f"Scenarist_SCC V1.0\n\n{line}\n")

    assert [finding.message for finding in found if finding.code == "line_syntax"] == [reason]
