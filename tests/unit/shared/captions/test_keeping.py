"""New captions replace one channel; others of the same field find their way between them."""

from collections.abc import Iterable
from fractions import Fraction

import pytest

from shared.captions import Cue, SccOptions, cues_of_words, words_by_frame, write_scc
from shared.captions.carriage import SLOT, Receiver, Sender
from shared.captions.codes import PARITY, Channel
from shared.captions.keeping import Keeper
from shared.captions.scc import Mode
from shared.captions.sei import NULL_WORD

Words = list[tuple[int, int]]


def words(cues: Iterable[Cue], channel: Channel, mode: Mode = "pop-on") -> Words:
    text = write_scc(list(cues), SccOptions(channel=channel, mode=mode)).text
    return list(words_by_frame(text, start_tc="00:00:00;00"))


def cue(start: float, end: float, *rows: str) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows)


def mixed(new: Words, keeper: Keeper, earlier: Words, slots: int = 900) -> Words:
    """What a copy's field holds, slot by slot, when ``new`` replaces one channel of ``earlier``."""
    sender, receiver = Sender(new, keeper.queue), Receiver()
    found: Words = []
    by_slot = dict(earlier)
    for slot in range(slots):
        if slot in by_slot:
            keeper.take(slot, by_slot[slot])
        keeper.finish() if slot == slots - 1 else None
        found += receiver.until((slot + 1) * SLOT, sender.until((slot + 1) * SLOT))
    assert sender.unsent() == sender.unsent_kept() == 0
    return found


def texts(stream: Words, channel: Channel) -> list[str]:
    return [one.text for one in cues_of_words(stream, channel=channel)[0]]


ENGLISH = [cue(2, 4, "The old captions,"), cue(5, 7, "in two rows", "with an É.")]
NEW = [cue(1.5, 3.5, ">> MAYOR: Good", "evening."), cue(4, 6, "Please rise."), cue(6, 9, "Thank you.")]
SPANISH = [cue(3, 5, "Buenas noches,"), cue(9, 11, "señoras y", "señores.")]


@pytest.mark.parametrize("mode", ["pop-on", "roll-up-2", "paint-on"])
@pytest.mark.parametrize(("ours", "theirs"), [("CC1", "CC2"), ("CC2", "CC1"), ("CC3", "CC4"), ("CC4", "CC3")])
def test_the_other_channel_of_the_field_keeps_its_text(ours: Channel, theirs: Channel, mode: Mode) -> None:
    spanish = words(SPANISH, theirs, mode)
    earlier = mixed(words(ENGLISH, ours), Keeper(ours), spanish)
    keeper = Keeper(ours)

    field = mixed(words(NEW, ours), keeper, earlier)

    assert texts(earlier, ours) == [one.text for one in ENGLISH]
    assert cues_of_words(field, channel=ours)[0] == cues_of_words(words(NEW, ours), channel=ours)[0]
    assert " ".join(texts(field, theirs)).split() == " ".join(texts(spanish, theirs)).split()
    assert keeper.words[ours] == len(words(ENGLISH, ours))


def test_new_captions_go_out_on_their_own_frames_whatever_is_kept() -> None:
    new = words(NEW, "CC1")

    field = mixed(new, Keeper("CC1"), [(slot, word) for slot, word in words(SPANISH, "CC2")])

    assert [pair for pair in field if pair in set(new)] == new


def test_text_that_was_interrupted_says_first_whose_it_is() -> None:
    spanish = words([cue(2, 4, "Buenas noches a todos ustedes,")], "CC2")
    begin = spanish[0][0]
    # New captions that act in the middle of the load.
    new = [(begin + 10, 0x942C), (begin + 11, 0x942C)]

    field = mixed(new, Keeper("CC1"), spanish)

    assert texts(field, "CC2") == ["Buenas noches a todos ustedes,"]
    assert {finding.code for finding in cues_of_words(field, channel="CC2")[1]} == {"other_channel"}


def test_programme_data_is_kept_whole() -> None:
    def word(first: int, second: int) -> int:
        return PARITY[first] << 8 | PARITY[second]

    data = [word(0x01, 0x03), word(ord("N"), ord("e")), word(ord("w"), ord("s")), word(0x0F, 0x1D)]
    earlier = [(45 + at, one) for at, one in enumerate(data)]

    field = [one for _, one in mixed(words(NEW, "CC3"), Keeper("CC3"), earlier)]

    start = field.index(data[0])
    assert field[start : start + 4] == data


def test_nothing_is_kept_when_that_is_wanted() -> None:
    keeper = Keeper("CC1", keeps=False)

    field = mixed(words(NEW, "CC1"), keeper, words(SPANISH, "CC2"))

    assert [word for _, word in field] == [word for _, word in words(NEW, "CC1") if word != NULL_WORD]
    assert keeper.words["CC2"] > 0
