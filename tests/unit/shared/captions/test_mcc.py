"""MCC carries the words of an SCC in packets whose every byte is accounted for."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

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


def test_a_damaged_packet_is_told_and_only_its_own_words_are_lost() -> None:
    words = list(words_by_frame(write_scc(CUES).text))
    good = write_mcc(words, start_frame=0, drop_frame=True, created_at=NOW)
    damaged = good.replace("FC9420", "FC9421", 1)

    reading = read_mcc(damaged)

    assert [finding.code for finding in reading.findings] == ["packet"]
    assert len(reading.field_1) == len(words) - 1


def test_text_of_another_kind_is_told_and_not_raised() -> None:
    assert [finding.code for finding in read_mcc("WEBVTT\n").findings] == ["header"]
    assert read_mcc("").field_1 == ()


RATES = {
    "24": (24, 1, Fraction(24000, 1001)),
    "25": (25, 3, Fraction(25)),
    "30": (30, 4, Fraction(30000, 1001)),
    "50": (50, 6, Fraction(50)),
    "60": (60, 7, Fraction(60000, 1001)),
    "60DF": (60, 7, Fraction(60000, 1001)),
}


def packet(words: list[int], cdp_rate: int) -> str:
    """An ANC packet with field 1 words, by the tables of SMPTE 334-2."""
    triplets = b"".join(b"\xfc" + word.to_bytes(2, "big") for word in words) + b"\xfa\x00\x00"
    body = bytes([cdp_rate << 4 | 0xF, 0x43, 0, 0, 0x72, 0xE0 | len(triplets) // 3]) + triplets + b"\x74\x00\x00"
    body = b"\x96\x69" + bytes([len(body) + 4]) + body
    body += bytes([-sum(body) & 0xFF])
    whole = b"\x61\x01" + bytes([len(body)]) + body
    return (whole + bytes([sum(whole) & 0xFF])).hex().upper()


def stamp(frame: int, name: str) -> str:
    """The label of a frame, counted from one hour; captions of the test end before the first label left out."""
    base = RATES[name][0]
    second, ff = divmod(frame, base)
    return f"01:00:{second:02}{';' if name.endswith('DF') else ':'}{ff:02}"


@pytest.mark.parametrize("name", list(RATES))
def test_every_rate_is_read_with_its_captions_where_they_belong(name: str) -> None:
    _, cdp_rate, rate = RATES[name]
    scc = write_scc(CUES).text
    pictures: dict[int, list[int]] = {}
    for slot, word in words_by_frame(scc, start_tc="00:00:00;00"):
        pictures.setdefault(int(slot * rate * 1001 / 30000), []).append(word)
    lines = [f"{stamp(frame, name)}\t{packet(words, cdp_rate)}" for frame, words in pictures.items()]
    text = "\n".join(["File Format=MacCaption_MCC V2.0", "", f"Time Code Rate={name}", "", *lines])

    reading = read_mcc(text)
    cues, findings = cues_of_words(reading.field_1, start=reading.start_frame("01:00:00:00"))

    wanted = read_scc(scc, start_tc="00:00:00;00").cues
    assert (reading.findings, findings) == ((), ())
    assert [cue.rows for cue in cues] == [cue.rows for cue in wanted]
    for cue, one in zip(cues, wanted, strict=True):
        assert abs(cue.start - one.start) <= Fraction(1001, 30000)
        assert abs(cue.end - one.end) <= Fraction(1001, 30000)


@pytest.mark.parametrize("name", ["24", "25", "50"])
def test_a_control_code_and_its_copy_in_two_pictures_are_one_command(name: str) -> None:
    _, cdp_rate, _ = RATES[name]
    words = [word for _, word in words_by_frame(write_scc(CUES[1:]).text)]
    step = 2 if name == "50" else 1
    lines = [f"{stamp(at * step, name)}\t{packet([word], cdp_rate)}" for at, word in enumerate(words)]

    reading = read_mcc("\n".join(["File Format=MacCaption_MCC V1.0", f"Time Code Rate={name}", *lines]))
    cues, findings = cues_of_words(reading.field_1, start=reading.start_frame("01:00:00:00"))

    assert ([cue.rows for cue in cues], findings) == ([("Aye.",)], ())


@pytest.mark.parametrize(
    ("name", "label", "frame"),
    [
        ("60DF", "01:00:00;00", 107892),
        ("60DF", "01:00:00;30", 107892 + 15),
        ("60DF", "01:00:00;15.0", 107892 + 15),
        ("24", "01:00:00:00", 108000),
        ("25", "01:00:00:00", 107892),
        ("50", "00:58:00:00", 104296),
    ],
)
def test_a_label_of_any_rate_names_its_moment(name: str, label: str, frame: int) -> None:
    reading = read_mcc(f"File Format=MacCaption_MCC V1.0\nTime Code Rate={name}\n")

    assert reading.start_frame(label) == frame


def test_labels_that_drop_frame_counting_at_60_leaves_out_are_told() -> None:
    text = f"File Format=MacCaption_MCC V1.0\nTime Code Rate=60DF\n00:01:00;03\t{packet([0x9420], 7)}\n"

    assert [finding.code for finding in read_mcc(text).findings] == ["packet"]


def test_a_rate_that_does_not_exist_is_told() -> None:
    text = f"File Format=MacCaption_MCC V1.0\nTime Code Rate=17\n00:00:00:00\t{packet([0x9420], 4)}\n"

    assert [finding.code for finding in read_mcc(text).findings] == ["rate"]


@pytest.mark.parametrize("name", ["24", "25", "30", "30DF", "50", "60", "60DF"])
def test_a_frame_gets_the_label_that_leads_back_to_it(name: str) -> None:
    reading = read_mcc(f"File Format=MacCaption_MCC V1.0\nTime Code Rate={name}\n")

    for label in ("00:00:59:23", "00:10:00:00", "09:59:59:23", "23:11:02:17"):
        label = label[:8] + (";" if name.endswith("DF") else ":") + label[9:]
        back = reading.rate.label(reading.start_frame(label))
        assert abs(reading.rate.frame(back) - reading.rate.frame(label)) <= reading.rate.frames // 24


@pytest.mark.parametrize("packet", ["T", "T\x02", "61010z", "T2596W", "T0", "x" * 5])
def test_a_damaged_packet_is_told_in_a_sentence_of_its_own(packet: str) -> None:
    text = f"File Format=MacCaption_MCC V1.0\n\nTime Code Rate=30DF\n\n00:00:01;00\t{packet}\n"

    (finding,) = read_mcc(text).findings

    assert finding.message.startswith("The") or finding.code == "line_syntax"
    assert "fromhex" not in finding.message


@pytest.mark.parametrize(
    ("packet", "codes"), [("9669 0b4f c3 0000 74 0000", []), ("9669 0d4f 43 0000 72 ff fc 00", ["packet"])]
)
def test_a_packet_that_holds_less_than_it_says_stops_nobody(packet: str, codes: list[str]) -> None:
    data = bytes.fromhex(packet)
    data += bytes([-sum(data) & 0xFF])
    anc = b"\x61\x01" + bytes([len(data)]) + data

    reading = read_mcc(f"File Format=MacCaption_MCC V1.0\n\n00:00:01;00\t{anc.hex().upper()}00\n")

    assert [finding.code for finding in reading.findings] == codes


def _anc(flags: int, sections: bytes, *, rate: int = 4) -> str:
    """A packet with these sections between its header and its footer."""
    body = bytes((rate << 4 | 0xF, flags, 0, 0)) + sections + b"\x74\x00\x00"
    body = b"\x96\x69" + bytes((len(body) + 4,)) + body
    body += bytes((-sum(body) & 0xFF,))
    whole = b"\x61\x01" + bytes((len(body),)) + body
    return (whole + bytes((sum(whole) & 0xFF,))).hex().upper()


def _read(*packets: tuple[str, str], rate: str = "30DF") -> tuple[list[tuple[int, int]], list[str]]:
    lines = [f"{label}\t{packet}" for label, packet in packets]
    reading = read_mcc("\n".join(["File Format=MacCaption_MCC V1.0", f"Time Code Rate={rate}", *lines]))
    return list(reading.field_1), [finding.code for finding in reading.findings]


WORDS_608 = b"\x72\xe2\xfc\x94\x20\xfd\x15\x20"


def test_caption_words_are_found_behind_a_timecode_of_the_packet() -> None:
    timed = _anc(0xC3, b"\x71\xc0\x80\x00\x00" + WORDS_608)

    assert _read(("00:00:01;00", timed)) == ([(30, 0x9420)], [])
    assert _read(("00:00:01;00", _anc(0x43, WORDS_608))) == ([(30, 0x9420)], [])


def test_a_packet_without_caption_words_has_none() -> None:
    assert _read(("00:00:01;00", _anc(0x43, b"\x73\xf1\x00\x00\x00\x00\x00\x00\x00"))) == ([], [])


def test_only_valid_words_of_608_count() -> None:
    sections = b"\x72\xe4\xf8\x94\x2c\xfc\x94\x20\xfe\x94\x2c\xff\x94\x2c"

    words, codes = _read(("00:00:01;00", _anc(0x43, sections)))

    assert (0x9420 in {word for _, word in words}, codes) == (True, [])
    assert all(slot >= 30 for slot, _ in words)


def test_labels_go_on_past_midnight() -> None:
    packet = _anc(0x43, WORDS_608)

    words, codes = _read(("23:59:59;29", packet), ("00:00:00;00", packet), ("00:00:01;00", packet))

    day = 24 * 3600 * 30 - 2 * 54 * 24
    assert ([slot for slot, _ in words], codes) == ([day - 1, day, day + 30], [])


def test_words_of_one_picture_queue_up_and_those_of_the_next_wait_for_them() -> None:
    three = b"\x72\xe3\xfc\xc1\xc2\xfc\x43\xc4\xfc\x45\x46"
    one = b"\x72\xe1\xfc\xc7\xc8"

    words, _ = _read(("00:00:01;00", _anc(0x43, three)), ("00:00:01;01", _anc(0x43, one)))

    assert words == [(30, 0xC1C2), (31, 0x43C4), (32, 0x4546), (33, 0xC7C8)]
