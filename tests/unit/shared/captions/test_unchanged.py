"""Between SCC and MCC every word stays as it is, whoever wrote it and however odd it is."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.captions import Cue, SccOptions, label, read_mcc, words_by_frame, write_scc
from shared.captions.codes import FILLER
from shared.captions.interchange import Loaded, read_captions
from shared.captions.mcc import write_mcc
from shared.captions.timecode import parse
from shared.captions.unchanged import unchanged

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STRANGE = (
    "Scenarist_SCC V1.0\n\n"
    # Row 1, row 15, italics, red; single codes; no ENM; roll-up; a filler; another channel; a byte of wrong parity.
    "00:00:02;00\t9420 9420 94ae 94ae 91d0 91d0 a8ef 6e29 9470 9470 91ae 91ae 6e61 8080 9120 79e5 91a8 91a8 5245\n\n"
    "00:00:03;00\t942f\n\n00:00:05;00\t942c 942c 1c20 1c20 1cd0 4869\n\n"
    "00:00:09;00\t9425 9425 94ad 94ad 9470 9470 c8e9 1234\n"
)


def words(text: str, start_tc: str) -> list[tuple[int, int]]:
    return list(words_by_frame(text, start_tc=start_tc))


def load(text: str, ending: str, start_tc: str | None = None) -> Loaded:
    return read_captions(text.encode(), ending, start_tc)


@pytest.mark.parametrize("start_tc", ["00:00:00;00", "01:00:00;00", "01:00:00:00"])
def test_an_scc_file_gets_other_labels_and_keeps_every_word(start_tc: str) -> None:
    text, findings = unchanged(load(STRANGE, ".scc", "00:00:00;00"), ".scc", ".scc", start_tc, NOW)

    assert words(text, start_tc) == words(STRANGE, "00:00:00;00")
    assert text.count("\t") == STRANGE.count("\t")
    assert findings == ()


def test_through_mcc_and_back_it_is_the_same_but_for_filler() -> None:
    mcc, _ = unchanged(load(STRANGE, ".scc", "00:00:00;00"), ".scc", ".mcc", "01:00:00;00", NOW)
    back, _ = unchanged(load(mcc, ".mcc", "01:00:00;00"), ".mcc", ".scc", "00:00:00;00", NOW)

    kept = [one for one in words(STRANGE, "00:00:00;00") if one[1] != FILLER]
    assert words(back, "00:00:00;00") == kept
    assert [word for _frame, word in read_mcc(mcc).field_1] == [word for _frame, word in kept]


def test_what_an_scc_cannot_carry_of_an_mcc_is_named() -> None:
    both = write_mcc([(100, 0x9420)], start_frame=0, drop_frame=True, field=1, created_at=NOW)
    other = write_mcc([(100, 0x1520)], start_frame=0, drop_frame=True, field=2, created_at=NOW)
    lines = [line for line in other.splitlines() if "\t" in line]

    _, findings = unchanged(
        load(both + "\n".join(lines) + "\n", ".mcc", "00:00:00;00"), ".mcc", ".scc", "00:00:00;00", NOW
    )

    assert [(finding.code, finding.message) for finding in findings] == [
        ("other_field", "The captions of field 2 are not in this file; choose them with channel CC3.")
    ]


def test_an_mcc_under_its_own_label_is_itself_and_under_another_says_what_is_left_out() -> None:
    mcc = write_mcc(words(STRANGE, "00:00:00;00"), start_frame=0, drop_frame=True, created_at=NOW)
    loaded = load(mcc, ".mcc", "00:00:00;00")

    same, told = unchanged(loaded, ".mcc", ".mcc", "00:00:00;00", NOW)
    moved, left_out = unchanged(loaded, ".mcc", ".mcc", "01:00:00;00", NOW)

    assert (same, told) == (mcc, ())
    assert [word for _frame, word in read_mcc(moved).field_1] == [word for _frame, word in read_mcc(mcc).field_1]
    assert [finding.code for finding in left_out] == ["no_708"]


def test_a_load_ahead_of_the_first_label_waits_for_it() -> None:
    early = STRANGE.replace("00:00:02;00", "00:59:58;00").replace("00:00:0", "01:00:0")

    text, findings = unchanged(load(early, ".scc"), ".scc", ".scc", "00:00:00;00", NOW)

    assert [finding.code for finding in findings] == ["before_start"]
    assert [word for _frame, word in words(text, "00:00:00;00")] == [
        word for _frame, word in words(STRANGE, "00:00:00;00")
    ]
    assert words(text, "00:00:00;00")[0][0] == 0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 900), st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=9)), min_size=1))
def test_any_words_at_all_come_through_both_formats(lines: list[tuple[int, list[int]]]) -> None:
    text, at = "Scenarist_SCC V1.0\n", 0
    for pause, sent in lines:
        at += pause + 10
        text += (
            f"\n00:{at // 1800 % 60:02}:{at // 30 % 60:02}:{at % 30:02}\t{' '.join(f'{word:04x}' for word in sent)}\n"
        )
    loaded = load(text, ".scc", "00:00:00:00")

    scc, _ = unchanged(loaded, ".scc", ".scc", "00:00:00:00", NOW)
    mcc, _ = unchanged(loaded, ".scc", ".mcc", "00:00:00:00", NOW)

    assert words(scc, "00:00:00:00") == words(text, "00:00:00:00")
    assert list(read_mcc(mcc).field_1) == [one for one in words(text, "00:00:00:00") if one[1] != FILLER]


@pytest.mark.parametrize(
    ("first", "start", "is_told"),
    [
        ("00:59:57;00", "01:00:00;00", True),
        ("10:00:00:00", "10:00:00:00", True),
        ("01:02:10:12", "01:00:00:00", True),
        ("01:37:00;02", "00:00:00;00", True),
        ("00:20:00;02", "00:00:00;00", False),
    ],
)
def test_labels_that_begin_late_are_read_from_the_full_hour_and_it_is_said(
    first: str, start: str, is_told: bool
) -> None:
    is_drop = ";" in first
    shown, cleared = (label(parse(first).frame + later, drop_frame=is_drop) for later in (90, 300))
    text = f"Scenarist_SCC V1.0\n\n{first}\t9420 9420 94ae 94ae 9470 9470 c8e9\n"
    text += f"\n{shown}\t942f 942f\n\n{cleared}\t942c 942c\n"

    loaded = load(text, ".scc")

    assert loaded.start_tc == start
    assert [finding.code for finding in loaded.findings if finding.code == "start_label"] == ["start_label"] * is_told
    assert all(cue.start >= 0 for cue in loaded.cues)
    assert "start_label" not in {finding.code for finding in load(text, ".scc", "00:00:00;00").findings}
    wrapped = write_mcc(words(text, "00:00:00:00"), start_frame=0, drop_frame=is_drop, created_at=NOW)
    assert [float(cue.start) for cue in load(wrapped, ".mcc").cues] == pytest.approx(
        [float(cue.start) for cue in loaded.cues], abs=0.04
    )


def test_a_caption_ahead_of_the_recording_is_shown_at_its_beginning() -> None:
    text = write_scc([Cue(Fraction(2), Fraction(3), ("early",)), Cue(Fraction(9), Fraction(11), ("later",))]).text

    loaded = load(text, ".scc", "00:00:05;00")

    assert [(cue.text, cue.start >= 0, cue.end > cue.start) for cue in loaded.cues] == [
        ("early", True, True),
        ("later", True, True),
    ]
    assert [finding.code for finding in loaded.findings] == ["before_start"]


@pytest.mark.parametrize(
    ("starts", "early"), [((0.5, 2), None), ((0, 2), None), ((-0.5, 2), "1 captions"), ((-3, -0.5), "2 captions")]
)
def test_only_captions_ahead_of_the_recording_are_told_and_moved(
    starts: tuple[float, float], early: str | None
) -> None:
    cues = [Cue(Fraction(start) + 10, Fraction(start) + 11, ("Aye.",)) for start in starts]

    loaded = load(write_scc(cues).text, ".scc", "00:00:10;00")

    assert [cue.text for cue in loaded.cues] == ["Aye.", "Aye."]
    assert [float(cue.start) for cue in loaded.cues] == pytest.approx([max(0, start) for start in starts], abs=0.05)
    assert [one.message.partition(" are")[0] for one in loaded.findings if one.code == "before_start"] == (
        [early] if early else []
    )
    told = "".join(one.message for one in loaded.findings)
    labels = {-0.5: "00:00:09;15 'Aye.'", -3: "00:00:07;00 'Aye.'"}
    assert [name in told for name in labels.values()] == [start in starts and start < 0 for start in labels]


def test_the_last_caption_of_an_scc_that_never_clears_it_stays_some_seconds_and_it_is_told() -> None:
    text = write_scc(
        [Cue(Fraction(2), Fraction(5), ("One",)), Cue(Fraction(5), Fraction(8), ("Two",))], SccOptions()
    ).text
    loaded = load(text[: text.rindex("\n00:00:08;00")], ".scc", "00:00:00;00")

    assert [(cue.text, round(float(cue.duration), 1)) for cue in loaded.cues] == [("One", 3.0), ("Two", 3.0)]
    assert [(finding.code, "3 seconds" in finding.message) for finding in loaded.findings] == [("not_cleared", True)]


SOON = (
    "Scenarist_SCC V1.0\n\n00:00:02;00\t9420 9420 94ae 94ae 9470 9470 c8e9\n\n"
    "00:00:03;00\t942f 942f\n\n00:00:05;00\t942c 942c\n"
)


@pytest.mark.parametrize("source", [".scc", ".mcc"])
@pytest.mark.parametrize("target", [".scc", ".mcc"])
@pytest.mark.parametrize("start_tc", ["00:00:00:00", "09:50:00;00", "23:59:57:15", "23:59:57;15", "23:59:59:00"])
def test_words_keep_their_distance_from_the_beginning_whatever_label_that_has_even_over_midnight(
    source: str, target: str, start_tc: str
) -> None:
    begin = parse(start_tc).frame
    day = 24 * 3600 * 30 - (2 * 54 * 24 if ";" in start_tc else 0)
    made = write_mcc(words(SOON, "00:00:00;00"), start_frame=0, drop_frame=True, created_at=NOW)
    loaded = load(SOON if source == ".scc" else made, source, "00:00:00;00")

    text, findings = unchanged(loaded, source, target, start_tc, NOW)

    found = words(text, start_tc) if target == ".scc" else list(read_mcc(text).field_1)
    zero = begin if target == ".mcc" else 0
    assert [((at - zero) % day, word) for at, word in found] == words(SOON, "00:00:00;00")
    assert {line[8] for line in text.splitlines() if "\t" in line} == {start_tc[8]}
    assert [one.code for one in findings] == ["no_708"] * (source == target == ".mcc" and start_tc != "00:00:00;00")
