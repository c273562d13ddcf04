"""ATSC A/53 captions in H.264 and MPEG-2 pictures, byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions.sei import (
    H264,
    MAX_TRIPLETS,
    Carried,
    Mpeg2,
    carried,
    carried_by_track,
    escape,
    unescape,
    user_data,
    words_of,
)

EOC = [0x942F, 0x942F]
SPS, PPS, AUD = b"\x67\x42\x00\x1f", b"\x68\xce\x3c\x80", b"\x09\xf0"
IDR, SLICE = b"\x65\x88\x84\x00", b"\x41\x9a\x01\x02"
OTHER_SEI = b"\x06\x01\x04\x0a\x0b\x0c\x0d\x80"
CAPTIONS_SEI = bytes.fromhex("06 04 11 b50031 47413934 03 c2ff fc942f fc942f ff 80")

DATA = user_data(EOC)

words = st.integers(0, 0xFFFF)
zeros_often = st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 0x80, 0xFF]), max_size=60).map(bytes) | st.binary()


def mp4(*units: bytes, size: int = 4) -> bytes:
    return b"".join(len(unit).to_bytes(size) + unit for unit in units)


def annex_b(*units: bytes) -> bytes:
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


def test_user_data_is_what_atsc_a53_writes_down() -> None:
    data = user_data([0x9420], [0x8080])

    assert data == b"GA94\x03" + bytes.fromhex("c2 ff fc9420 fd8080 ff")


def test_user_data_is_padded_with_invalid_triplets_to_the_count_of_the_picture_rate() -> None:
    data = user_data([0x9420], triplets=3)

    assert data == b"GA94\x03" + bytes.fromhex("c3 ff fc9420 fa0000 fa0000 ff")


def test_more_words_than_five_bits_can_count_are_refused() -> None:
    assert words_of(user_data([0x9420] * MAX_TRIPLETS)) == [0x9420] * MAX_TRIPLETS
    with pytest.raises(ValueError, match="at most 31"):
        user_data([0x9420] * (MAX_TRIPLETS + 1))


@given(st.lists(words, max_size=15), st.lists(words, max_size=15), st.integers(0, 31))
def test_words_come_out_of_user_data_by_field(first: list[int], second: list[int], triplets: int) -> None:
    data = user_data(first, second, triplets=triplets)

    assert (words_of(data, 1), words_of(data, 2)) == (first, second)


@pytest.mark.parametrize(
    "data", [b"", b"GA94", b"GA94\x03", b"GA94\x06\xc1\xff\xfc\x94\x20\xff", b"DTG1\x41", DATA[:8]]
)
def test_other_or_broken_user_data_has_no_words(data: bytes) -> None:
    assert words_of(data) == []


@given(zeros_often)
def test_escaped_bytes_hold_no_start_code_and_come_back(payload: bytes) -> None:
    escaped = escape(payload)

    assert all(code not in escaped for code in (b"\x00\x00\x00", b"\x00\x00\x01", b"\x00\x00\x02"))
    assert unescape(escaped) == payload


def test_a_message_that_stays_is_escaped_again_when_its_neighbour_goes() -> None:
    kept = b"\x05\x05" + b"\xaa\x00\x00\x03\x01\xbb"  # five bytes AA 00 00 01 BB, escaped
    stored = mp4(b"\x06" + kept + CAPTIONS_SEI[1:], IDR)

    unit = H264(4).with_captions(stored, DATA)

    assert unit == mp4(b"\x06" + kept + b"\x80", CAPTIONS_SEI, IDR)


def test_captions_stand_before_the_first_slice_and_after_the_parameter_sets() -> None:
    unit = H264(4).with_captions(mp4(AUD, SPS, PPS, OTHER_SEI, IDR, SLICE), DATA)

    assert unit == mp4(AUD, SPS, PPS, OTHER_SEI, CAPTIONS_SEI, IDR, SLICE)


def test_start_codes_of_a_transport_stream_are_kept_as_they_were() -> None:
    stored = annex_b(AUD, SPS, PPS) + b"\x00\x00\x01" + OTHER_SEI + annex_b(IDR) + b"\x00\x00\x01" + SLICE

    unit = H264(None).with_captions(stored, DATA)

    assert unit == annex_b(AUD, SPS, PPS) + b"\x00\x00\x01" + OTHER_SEI + annex_b(CAPTIONS_SEI, IDR) + (
        b"\x00\x00\x01" + SLICE
    )


@pytest.mark.parametrize("framing", [H264(None), H264(4), H264(2)])
def test_captions_already_there_are_replaced_and_other_messages_stay(framing: H264) -> None:
    join = annex_b if framing.length_size is None else lambda *units: mp4(*units, size=framing.length_size or 4)
    mixed = OTHER_SEI[:-1] + CAPTIONS_SEI[1:]  # two messages in one unit
    stored = join(AUD, mixed, CAPTIONS_SEI, IDR)

    unit = framing.with_captions(stored, user_data([0x942C]))

    assert [words_of(data) for data in framing.captions(stored)] == [EOC, EOC]
    assert [words_of(data) for data in framing.captions(unit)] == [[0x942C]]
    assert join(AUD, OTHER_SEI) == unit[: len(join(AUD, OTHER_SEI))]
    assert unit.endswith(join(IDR))


def test_a_message_longer_than_254_bytes_is_read_past() -> None:
    long_message = b"\x06\x05\xff\x10" + b"\x41" * 271 + CAPTIONS_SEI[1:]

    assert [words_of(data) for data in H264(4).captions(mp4(long_message, IDR))] == [EOC]


def test_the_length_size_is_read_off_the_decoder_configuration() -> None:
    assert H264.of(bytes.fromhex("01 64001f ff e1 0004 67640000")) == H264(4)
    assert H264.of(bytes.fromhex("01 64001f fd e1 0004 67640000")) == H264(2)
    assert H264.of(annex_b(SPS, PPS)) == H264(None)
    assert H264.of(None) == H264(None)


@given(st.binary(max_size=80), st.sampled_from([None, 1, 2, 4]))
def test_any_bytes_can_be_looked_at(unit: bytes, size: int | None) -> None:
    framing = H264(size)

    found = framing.captions(framing.with_captions(unit, DATA))

    assert all(data.startswith(b"GA94\x03") for data in found)


PICTURE = bytes.fromhex("00000100 000ffff8")
CODING_EXTENSION = bytes.fromhex("000001b5 8ffff34180")
MPEG2_SLICES = bytes.fromhex("00000101 13fd00 00000102 22fe")
SEQUENCE = bytes.fromhex("000001b3 1400f024ffffe018 000001b5 148a00010000 000001b8 00080040")
HEAD = b"\x00\x00\x01\xb2" + DATA
QUANT_EXTENSION = bytes.fromhex("000001b5 30aabb")


def test_mpeg2_captions_follow_the_picture_coding_extension() -> None:
    unit = Mpeg2().with_captions(SEQUENCE + PICTURE + CODING_EXTENSION + QUANT_EXTENSION + MPEG2_SLICES, DATA)

    assert unit == (SEQUENCE + PICTURE + CODING_EXTENSION + b"\x00\x00\x01\xb2" + DATA + QUANT_EXTENSION + MPEG2_SLICES)
    assert [words_of(data) for data in Mpeg2().captions(unit)] == [EOC]


def test_mpeg2_captions_are_replaced_and_other_user_data_stays() -> None:
    other = bytes.fromhex("000001b2 44544731 41f8")  # active format description
    old = b"\x00\x00\x01\xb2" + user_data([0x942C])

    unit = Mpeg2().with_captions(PICTURE + CODING_EXTENSION + old + other + MPEG2_SLICES, DATA)

    assert unit == PICTURE + CODING_EXTENSION + b"\x00\x00\x01\xb2" + DATA + other + MPEG2_SLICES


@given(st.binary(max_size=80))
def test_mpeg2_bytes_without_a_picture_come_out_unchanged(unit: bytes) -> None:
    if b"\x00\x00\x01\x00" not in unit:
        assert Mpeg2().with_captions(unit, DATA) == unit


def test_zeros_behind_a_unit_are_no_message() -> None:
    stored = mp4(CAPTIONS_SEI + b"\x00\x00", IDR)

    assert [words_of(data) for data in H264(4).captions(stored)] == [EOC]
    assert H264(4).with_captions(stored, DATA) == mp4(CAPTIONS_SEI, IDR)


@pytest.mark.parametrize("length", [1, 254, 255, 256, 509, 510, 511, 1021])
def test_messages_of_any_length_stay_as_they_are_beside_captions(length: int) -> None:
    sizes = b"\xff" * (length // 255) + bytes((length % 255,))
    first, second = b"\x05" + sizes + b"\x41" * length, b"\xff\x10\x02\x42\x43"  # kinds 5 and 271
    stored = mp4(b"\x06" + first + CAPTIONS_SEI[1:-1] + second + b"\x80", IDR)

    unit = H264(4).with_captions(stored, DATA)

    assert unit == mp4(b"\x06" + first + second + b"\x80", CAPTIONS_SEI, IDR)


@pytest.mark.parametrize("first", [0, 1, 5, 6, 7, 9, 12])
def test_captions_stand_before_a_coded_slice_and_nothing_else(first: int) -> None:
    other, slice_ = bytes((first, 0x10)), bytes((0x20 | 5, 0x88))
    is_slice = 1 <= first <= 5

    unit = H264(4).with_captions(mp4(other, slice_), DATA)

    assert unit == (mp4(CAPTIONS_SEI, other, slice_) if is_slice else mp4(other, CAPTIONS_SEI, slice_))


def test_a_picture_without_slices_gets_no_captions() -> None:
    assert H264(4).with_captions(mp4(SPS, PPS), DATA) == mp4(SPS, PPS)


def test_mpeg2_captions_stand_before_the_slices_of_a_picture_without_extension() -> None:
    head = b"\x00\x00\x01\xb2" + DATA

    assert Mpeg2().with_captions(SEQUENCE + PICTURE + MPEG2_SLICES, DATA) == SEQUENCE + PICTURE + head + MPEG2_SLICES
    both = PICTURE + QUANT_EXTENSION + CODING_EXTENSION + MPEG2_SLICES
    assert Mpeg2().with_captions(both, DATA) == PICTURE + QUANT_EXTENSION + CODING_EXTENSION + head + MPEG2_SLICES


def test_mpeg2_captions_ahead_of_the_picture_are_somebody_elses() -> None:
    early = b"\x00\x00\x01\xb2" + user_data([0x942C])

    unit = Mpeg2().with_captions(SEQUENCE + early + PICTURE + CODING_EXTENSION + MPEG2_SLICES, DATA)

    assert unit == SEQUENCE + early + PICTURE + CODING_EXTENSION + b"\x00\x00\x01\xb2" + DATA + MPEG2_SLICES


CODE = b"\x00\x00\x01"


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (CODE + IDR, annex_b(CAPTIONS_SEI) + CODE + IDR),
        (b"\x00" + CODE + IDR, annex_b(CAPTIONS_SEI) + b"\x00" + CODE + IDR),
        (b"\x00\x00\x00" + CODE + IDR, annex_b(CAPTIONS_SEI) + b"\x00\x00\x00" + CODE + IDR),
        (CODE + AUD + b"\x00" + CODE + IDR, CODE + AUD + annex_b(CAPTIONS_SEI) + b"\x00" + CODE + IDR),
        (CODE + CODE + IDR, CODE + annex_b(CAPTIONS_SEI) + CODE + IDR),
        (CODE + b"\x09" + CODE + IDR + CODE, CODE + b"\x09" + annex_b(CAPTIONS_SEI) + CODE + IDR + CODE),
        (CODE + CAPTIONS_SEI + CODE + IDR, annex_b(CAPTIONS_SEI) + CODE + IDR),
        (b"\x00" + CODE + CAPTIONS_SEI + b"\x00" + CODE + IDR, annex_b(CAPTIONS_SEI) + b"\x00" + CODE + IDR),
        (CODE + SPS + CODE + PPS, CODE + SPS + CODE + PPS),
        (b"no code", b"no code"),
        (b"", b""),
    ],
)
def test_start_codes_may_stand_anywhere_in_h264(stored: bytes, expected: bytes) -> None:
    assert H264(None).with_captions(stored, DATA) == expected
    assert len(H264(None).captions(expected)) == int(IDR in stored)


@given(st.lists(st.sampled_from([b"\x00", b"\x01", b"\x05", b"\x09", b"\x61"]), max_size=24).map(b"".join))
def test_no_byte_of_a_stream_gets_lost_beside_captions(stored: bytes) -> None:
    assert H264(None).with_captions(stored, DATA).replace(annex_b(CAPTIONS_SEI), b"", 1) == stored


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (b"\x00" + PICTURE + CODING_EXTENSION, b"\x00" + PICTURE + CODING_EXTENSION + HEAD),
        (b"\x00\x00" + PICTURE + CODING_EXTENSION, b"\x00\x00" + PICTURE + CODING_EXTENSION + HEAD),
        (b"\xff" + PICTURE + MPEG2_SLICES, b"\xff" + PICTURE + HEAD + MPEG2_SLICES),
        (PICTURE + CODING_EXTENSION + CODE + b"\x01", PICTURE + CODING_EXTENSION + HEAD + CODE + b"\x01"),
        (PICTURE + CODE + MPEG2_SLICES, PICTURE + HEAD + CODE + MPEG2_SLICES),
        (PICTURE + CODE + b"\xb5", PICTURE + CODE + b"\xb5"),
        (PICTURE + CODE + b"\xb5" + MPEG2_SLICES, PICTURE + CODE + b"\xb5" + HEAD + MPEG2_SLICES),
        (PICTURE, PICTURE),
        (PICTURE + CODE + b"\x00", PICTURE + CODE + b"\x00"),
        (CODE + b"\xb2" + PICTURE + CODING_EXTENSION, CODE + b"\xb2" + PICTURE + CODING_EXTENSION + HEAD),
        (PICTURE + HEAD, PICTURE),
        (PICTURE + HEAD[:-1] + CODING_EXTENSION + HEAD, PICTURE + CODING_EXTENSION + HEAD),
        (b"", b""),
    ],
)
def test_start_codes_may_stand_anywhere_in_mpeg2(stored: bytes, expected: bytes) -> None:
    assert Mpeg2().with_captions(stored, DATA) == expected


def test_mpeg2_captions_are_read_from_wherever_they_stand() -> None:
    first, second = user_data([0x9420]), user_data([0x942C])
    other = CODE + b"\xb2" + b"DTG1\x41\xf8"

    stored = CODE + b"\xb2" + first + other + b"\x00" + PICTURE + CODE + b"\xb2" + second

    assert Mpeg2().captions(stored) == [first, second]
    assert Mpeg2().captions(b"\x00" + CODE + b"\xb2" + second) == [second]


def test_every_kind_of_triplet_is_told_apart() -> None:
    triplets = bytes.fromhex("fc9420 fd9421 fe1234 ff5678 f89422 fa0000 04942c 05942d 069999")
    cc_data = b"GA94\x03" + bytes((0x40 | 9, 0xFF)) + triplets + b"\xff"
    found = Carried((0x9420, 0x942C), (0x9421, 0x942D), (triplets[6:9], triplets[9:12], triplets[24:]))

    assert carried([cc_data]) == carried_by_track(triplets) == found
    assert (found.field(1), found.field(2)) == ((0x9420, 0x942C), (0x9421, 0x942D))
    assert (words_of(cc_data), words_of(cc_data, 2)) == ([0x9420, 0x942C], [0x9421, 0x942D])
    assert carried_by_track(triplets[:5]) == Carried((0x9420,))
    assert carried([cc_data[:5] + b"\x09" + cc_data[6:]]) == Carried()
    assert carried([cc_data[:10], cc_data[:15]]) == Carried((0x9420, 0x9420), (0x9421,))
    assert user_data([0x9420], [0x9421], dtvcc=[triplets[6:9]], triplets=5) == b"GA94\x03" + bytes.fromhex(
        "c5 ff fc9420 fd9421 fe1234 fa0000 fa0000 ff"
    )


@pytest.mark.parametrize(
    ("extradata", "size"),
    [("01 640000 00 00 00", 1), ("01 64001f fc e1", None), ("01 64001f fc e1 00", 1), ("00 64001f fc e1 00", None)],
)
def test_only_a_whole_decoder_configuration_tells_the_framing(extradata: str, size: int | None) -> None:
    assert H264.of(bytes.fromhex(extradata)) == H264(size)


@pytest.mark.parametrize("rest", [b"\x00", b"\x00\x00\x00", b"\x00\x00\x00\x09\x09\xf0"])
def test_what_is_too_short_for_its_length_stays_at_the_end(rest: bytes) -> None:
    assert H264(4).with_captions(mp4(IDR) + rest, DATA) == mp4(CAPTIONS_SEI, IDR) + rest
