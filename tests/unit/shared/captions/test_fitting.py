"""New captions replace one channel; others of the same field find their way between them."""

from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.captions import Cue, SccOptions, cues_of_words, words_by_frame, write_scc
from shared.captions.caption_services import Services, field_of, words_of_channel
from shared.captions.carriage import SLOT, Receiver, Sender
from shared.captions.codes import PARITY, Channel
from shared.captions.fitting import fitted
from shared.captions.scc import Mode
from shared.captions.timecode import frame, seconds
from shared.errors import Unusable

Words = list[tuple[int, int]]


def words(cues: Iterable[Cue], channel: Channel, mode: Mode = "pop-on") -> Words:
    text = write_scc(list(cues), SccOptions(channel=channel, mode=mode)).text
    return list(words_by_frame(text, start_tc="00:00:00;00"))


def cue(start: float, end: float, *rows: str) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows)


def kept(earlier: Words, channel: Channel) -> Words:
    services = Services(field_of(channel))
    return [(slot, word) for slot, word in earlier if services.of(word) != channel]


def mixed(new: Words, channel: Channel, earlier: Words, slots: int = 900) -> Words:
    """What a copy's field holds, slot by slot, when ``new`` replaces one channel of ``earlier``."""
    stay = kept(earlier, channel)
    sender = Sender([(one.slot, one.word) for one in fitted(new, stay, channel).words], stay)
    receiver = Receiver()
    found: Words = []
    for slot in range(slots):
        found += receiver.until((slot + 1) * SLOT, sender.until((slot + 1) * SLOT))
    assert sender.unsent() == 0
    assert kept(found, channel) == stay
    return found


def texts(stream: Words, channel: Channel) -> list[str]:
    return [one.text for one in cues_of_words(words_of_channel(stream, channel), channel=channel)[0]]


ENGLISH = [cue(2, 4, "The old captions,"), cue(5, 7, "in two rows", "with an É.")]
NEW = [cue(1.5, 3.5, ">> MAYOR: Good", "evening."), cue(4, 6, "Please rise."), cue(6, 9, "Thank you.")]
SPANISH = [cue(3, 5, "Buenas noches,"), cue(9, 11, "señoras y", "señores.")]


@pytest.mark.parametrize("mode", ["pop-on", "roll-up-2", "paint-on"])
@pytest.mark.parametrize(("ours", "theirs"), [("CC1", "CC2"), ("CC2", "CC1"), ("CC3", "CC4"), ("CC4", "CC3")])
def test_the_other_channel_of_the_field_keeps_its_words_in_their_frames(
    ours: Channel, theirs: Channel, mode: Mode
) -> None:
    spanish = words(SPANISH, theirs, mode)
    earlier = mixed(words(ENGLISH, ours), ours, spanish)

    field = mixed(words(NEW, ours), ours, earlier)

    assert texts(earlier, ours) == [one.text for one in ENGLISH]
    assert texts(field, ours) == texts(words(NEW, ours), ours)
    assert cues_of_words(field, channel=theirs)[0] == cues_of_words(spanish, channel=theirs)[0]


@pytest.mark.parametrize("mode", ["roll-up-2", "paint-on"])
def test_new_captions_that_roll_up_or_are_painted_find_their_way_too(mode: Mode) -> None:
    field = mixed(words(NEW, "CC1", mode), "CC1", words(SPANISH, "CC2"))

    assert " ".join(texts(field, "CC1")).split()[-2:] == ["Thank", "you."]
    assert {word for _, word in words(NEW, "CC1", mode)} <= {word for _, word in field}


captions = st.lists(
    st.tuples(st.integers(30, 90), st.integers(20, 60), st.text("ab é¿", min_size=1, max_size=30)), max_size=6
)


@given(theirs=captions, ours=captions, fields=st.sampled_from([("CC1", "CC2"), ("CC2", "CC1"), ("CC4", "CC3")]))
@settings(deadline=None)
def test_whatever_is_there_stays_and_the_new_captions_are_whole_and_told_or_refused(
    theirs: list[tuple[int, int, str]], ours: list[tuple[int, int, str]], fields: tuple[Channel, Channel]
) -> None:
    here, there = fields
    new, earlier = words(cues(ours), here), words(cues(theirs), there)
    try:
        found = fitted(new, earlier, here)
    except Unusable as refusal:
        assert refusal.code == "captions_without_room"
        return

    field = mixed(new, here, earlier, slots=2000)

    asked, seen = cues_of_words(new, channel=here)[0], cues_of_words(field, channel=here)[0]
    assert [one.rows for one in seen] == [one.rows for one in asked]
    late = [frame(one.start) - frame(other.start) for one, other in zip(seen, asked, strict=True)]
    assert min(late, default=0) >= 0
    assert sum(frames > 3 for frames in late) == sum("appears" in one.message for one in found.findings)


def cues(captions: list[tuple[int, int, str]]) -> list[Cue]:
    found, at = [], 30
    for wait, length, text in captions:
        found.append(Cue(seconds(at + wait), seconds(at + wait + length), (text,)))
        at += wait + length
    return found


def test_a_load_goes_out_earlier_when_its_frames_are_taken() -> None:
    earlier = words([cue(3, 5, "Buenas noches a todos,")], "CC2")
    new = words([cue(3.2, 5, "Good evening to you,")], "CC1")

    result = fitted(new, earlier, "CC1")

    assert result.words[0].slot < new[0][0]
    assert [one.slot for one in result.words if one.word == 0x942F] == [slot for slot, word in new if word == 0x942F]
    assert result.findings == []


def test_new_text_that_was_interrupted_says_first_whose_it_is() -> None:
    spanish = words([cue(2, 4, "Buenas noches a todos ustedes,")], "CC2")
    begin = spanish[0][0]
    # Captions that act in the middle of the load.
    earlier = [(begin + 12, 0x942C), (begin + 13, 0x942C)]

    field = mixed(spanish, "CC2", earlier)

    assert texts(field, "CC2") == ["Buenas noches a todos ustedes,"]
    assert {finding.code for finding in cues_of_words(field, channel="CC2")[1]} == {"other_channel"}


@pytest.mark.parametrize("begin", [45, 60, 75])
def test_programme_data_is_kept_whole_in_its_frames(begin: int) -> None:
    def word(first: int, second: int) -> int:
        return PARITY[first] << 8 | PARITY[second]

    data = [word(0x01, 0x03), word(ord("N"), ord("e")), word(ord("w"), ord("s")), word(0x0F, 0x1D)]
    earlier = [(begin + 2 * at, one) for at, one in enumerate(data)]

    field = mixed(words(NEW, "CC3"), "CC3", earlier)

    assert texts(field, "CC3") == [one.text for one in NEW]


def test_text_service_of_the_same_codes_stays_a_text_service() -> None:
    text = (
        [(40, 0x94AB), (41, 0x94AB)]
        + [(at, 0x6162) for at in (42, 43, 80, 81, 130)]
        + [(200, 0x94AB), (201, 0x94AB), (202, 0x6162)]
    )

    field = mixed(words([cue(3, 5, "Good evening."), cue(8, 9, "Aye.")], "CC1"), "CC1", text)

    assert texts(field, "CC1") == ["Good evening.", "Aye."]


@pytest.mark.parametrize("code", [0x94AD, 0x942D, 0x94A8, 0x9470, 0x97A1])
def test_a_code_in_the_middle_of_a_text_service_stays_with_its_text(code: int) -> None:
    text = [
        (40, 0x94AB),
        (41, 0x94AB),
        (42, 0x6162),
        (100, code),
        (101, code),
        (102, 0x6162),
        (400, 0x94AB),
        (401, 0x94AB),
    ]

    field = mixed(words([cue(3, 5, "Good evening."), cue(16, 17, "Aye.")], "CC1"), "CC1", text)

    assert texts(field, "CC1") == ["Good evening.", "Aye."]


def test_a_load_that_nothing_shows_finds_its_place_whole() -> None:
    shown = words(NEW, "CC1")
    last = max(at for at, (_, word) in enumerate(shown) if word == 0x942F)
    loaded = shown[: last - 1]  # up to the text of the last caption, without its EOC

    result = fitted(loaded, words(SPANISH, "CC2"), "CC1")

    assert [one.word for one in result.words if one.asked == loaded[-1][0]] == [loaded[-1][1]]
    assert {word for _, word in loaded} <= {one.word for one in result.words}
    assert len(result.words) >= len(loaded)


@pytest.mark.parametrize("mode", ["pop-on", "roll-up-2", "paint-on"])
@pytest.mark.parametrize("elsewhere", [2, 60])
@pytest.mark.parametrize("copies", [1, 2])
def test_captions_of_another_time_move_no_word_and_add_none(mode: Mode, elsewhere: float, copies: int) -> None:
    # The erase of each caption stands in the middle of the load of the next.
    rows = [(f"row {n} of thirty characters, yes", "and more") for n in range(6)]
    new = words([cue(20 + 3 * n, 22.5 + 3 * n, *rows[n]) for n in range(6)], "CC1", mode)
    if copies == 1:
        new = [one for at, one in enumerate(new) if not at or one != (new[at - 1][0] + 1, new[at - 1][1])]

    result = fitted(new, words([cue(elsewhere, elsewhere + 1, "Buenas noches")], "CC2"), "CC1")

    if copies == 2:
        assert [(one.slot, one.word) for one in result.words] == new
    # Loads have no holes where copies are left out; what acts keeps its frame.
    assert sorted(one.word for one in result.words) == sorted(word for _, word in new)
    acting = (0x942F, 0x942C)
    assert [(one.slot, one.word) for one in result.words if one.word in acting] == [
        one for one in new if one[1] in acting
    ]
    assert result.findings == []
