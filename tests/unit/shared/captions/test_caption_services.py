"""Every word of line 21 is somebody's: a channel's, text's or XDS."""

from fractions import Fraction

import pytest

from shared.captions import Cue, SccOptions, words_by_frame, write_scc
from shared.captions.caption_services import Services, Services708, main_channel, words_of_channel
from shared.captions.codes import CHANNELS, PARITY, Channel

CUES = [Cue(Fraction(2), Fraction(4), ("Good evening,", "Müller.")), Cue(Fraction(5), Fraction(7), ("Aye. ♪",))]


def words(channel: Channel) -> list[tuple[int, int]]:
    return list(words_by_frame(write_scc(CUES, SccOptions(channel=channel)).text, start_tc="00:00:00;00"))


def word(first: int, second: int) -> int:
    return PARITY[first] << 8 | PARITY[second]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_file_of_one_channel_is_known_and_wholly_of_that_channel(channel: Channel) -> None:
    own = words(channel)

    assert main_channel(word for _, word in own) == channel
    assert list(words_of_channel(own, channel)) == own


@pytest.mark.parametrize(("one", "two"), [("CC1", "CC2"), ("CC3", "CC4")])
def test_two_channels_of_a_field_are_told_apart(one: Channel, two: Channel) -> None:
    first = words(one)
    second = [(slot + 300, word) for slot, word in words(two)]
    both = sorted(first + second)

    assert list(words_of_channel(both, one)) == first
    assert list(words_of_channel(both, two)) == second


def test_programme_data_in_field_2_is_no_caption() -> None:
    services = Services(2)
    data = [word(0x01, 0x03), word(ord("N"), ord("e")), word(0x0F, 0x1D)]

    assert [services.of(one) for one in data] == ["XDS"] * 3
    assert services.of(word(0x15, 0x2C)) == "CC3"
    assert services.of(word(ord("A"), ord("y"))) == "CC3"


def test_captions_go_on_after_programme_data_that_interrupted_them() -> None:
    services = Services(2)
    stream = [word(0x15, 0x20), word(0x01, 0x03), word(ord("N"), ord("e")), word(0x0F, 0x1D), word(ord("A"), ord("y"))]

    assert [services.of(one) for one in stream] == ["CC3", "XDS", "XDS", "XDS", "CC3"]


def test_text_mode_is_a_service_of_its_own() -> None:
    services = Services(1)
    stream = [word(0x14, 0x2B), word(ord("W"), ord("x")), word(0x14, 0x20), word(ord("A"), ord("y"))]

    assert [services.of(one) for one in stream] == ["T1", "T1", "CC1", "CC1"]


def test_no_word_belongs_to_no_channel() -> None:
    assert main_channel([]) is None
    assert main_channel([word(ord("A"), ord("y"))]) is None


def test_services_of_708_are_read_from_their_blocks() -> None:
    services = Services708()
    # A packet of 6 bytes: service 1 with 2 bytes, extended service 9 with 1 byte.
    packet = bytes([0x04, 1 << 5 | 2, 0x41, 0x42, 7 << 5 | 1, 9, 0x43, 0])
    for at in range(0, len(packet), 2):
        services.feed(3 if at == 0 else 2, packet[at : at + 2])
    services.close()

    assert services.found == {1, 9}
