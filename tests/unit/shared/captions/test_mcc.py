"""MCC carries the words of an SCC in packets whose every byte is accounted for."""

from datetime import UTC, datetime
from fractions import Fraction

from shared.captions import Cue, SccOptions, cues_of_words, read_mcc, read_scc, words_by_frame, write_mcc, write_scc

NOW = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
CUES = [Cue(Fraction(2), Fraction(4), ("Good evening,", "Müller.")), Cue(Fraction(5), Fraction(7), ("Aye.",))]


def test_words_come_back_on_their_frames() -> None:
    options = SccOptions(start_tc="01:00:00;00")
    scc = write_scc(CUES, options)
    words = list(words_by_frame(scc.text, start_tc=options.start_tc))

    text = write_mcc(words, start_frame=options.start, drop_frame=True, created_at=NOW)
    reading = read_mcc(text)

    assert [(frame - options.start, word) for frame, word in reading.field_1] == words
    assert (reading.field_2, reading.drop_frame, reading.findings) == ((), True, ())
    assert cues_of_words(reading.field_1, start=options.start) == (read_scc(scc.text, start_tc="01:00:00;00").cues, ())


def test_a_line_is_one_packet_with_the_known_bytes() -> None:
    text = write_mcc([(0, 0x9420)], start_frame=0, drop_frame=True, created_at=NOW)

    # 61 01 count 49: 96 69 length 49 rate 4F flags 43 sequence 0; 72 F4: FC 94 20, FD 80 80, 18 empty; 74 0 sum; sum.
    line = text.splitlines()[-1]
    assert line.startswith("00:00:00;00\tT49S494F43ZZ72F4FC9420ROO74ZZ")
    assert "Time Code Rate=30DF" in text
    assert "Creation Date=Friday, November 20, 2026" in text


def test_field_two_carries_a_second_language() -> None:
    options = SccOptions(channel="CC3", drop_frame=False)
    words = list(words_by_frame(write_scc(CUES, options).text))

    reading = read_mcc(write_mcc(words, start_frame=0, drop_frame=False, field=2, created_at=NOW))

    assert (reading.field_1, list(reading.field_2), reading.drop_frame) == ((), words, False)


def test_a_damaged_packet_is_told_and_costs_only_itself() -> None:
    words = list(words_by_frame(write_scc(CUES).text))
    good = write_mcc(words, start_frame=0, drop_frame=True, created_at=NOW)
    damaged = good.replace("FC9420", "FC9421", 1)

    reading = read_mcc(damaged)

    assert [finding.code for finding in reading.findings] == ["packet"]
    assert len(reading.field_1) == len(words) - 1


def test_text_of_another_kind_is_told_and_not_raised() -> None:
    assert [finding.code for finding in read_mcc("WEBVTT\n").findings] == ["header"]
    assert read_mcc("").field_1 == ()
