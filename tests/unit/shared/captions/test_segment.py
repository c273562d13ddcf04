"""Words become cues a viewer can read."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.captions import PROFILES, profile, segment
from shared.captions.model import Cue, Sound, SoundKind, Word
from shared.captions.timecode import FRAME_RATE

FCC = profile("fcc")
Speak = Callable[..., list[Word]]


def rows(cues: Sequence[Cue]) -> list[tuple[str, ...]]:
    return [cue.rows for cue in cues]


def letters(text: str) -> str:
    return "".join(text.split())


def test_no_words_and_no_sounds_make_no_cues() -> None:
    assert segment([], FCC) == ()


def test_one_word_makes_one_cue_that_stays_long_enough_to_read() -> None:
    (cue,) = segment([Word("Aye.", 2000, 2300)], FCC)

    assert cue.rows == ("Aye.",)
    assert cue.duration >= 1
    assert 0 <= Fraction(2) - cue.start < 1 / FRAME_RATE


def test_the_end_of_a_sentence_ends_a_cue(speak: Speak) -> None:
    cues = segment(speak("The motion carries five to two. We now move on to the consent agenda."), FCC)

    assert rows(cues) == [("The motion carries five to two.",), ("We now move on", "to the consent agenda.")]


def test_short_sentences_said_in_one_breath_share_a_cue(speak: Speak) -> None:
    cues = segment(speak("Yes. No. Maybe.", pause_ms=60), FCC)

    assert rows(cues) == [("Yes. No. Maybe.",)]


@pytest.mark.parametrize(
    "pair",
    [
        "Mayor Lee",
        "Mr. Smith",
        "Jane Doe",
        "J. Smith",
        "U.S. Senate",
        "twenty five",
        "1 000",
        "November 3rd",
        "3rd, 2024",
        "$4 million",
        "million dollars",
        "item 4B",
        "Item 12",
        "No. 5",
        "7 p.m.",
        "the budget",
        "will vote",
        "of water",
    ],
)
def test_no_row_and_no_cue_ends_inside_a_pair_the_guides_name(pair: str, speak: Speak) -> None:
    for lead in range(12):
        words = speak(" ".join(["well"] * lead) + f" so then we have {pair} coming up for us later on tonight")
        for cue in segment(words, FCC):
            assert not any(row.endswith(pair.split()[0]) for row in cue.rows), (lead, cue.rows)


def test_a_change_of_speaker_is_marked_and_named_when_the_name_is_known(speak: Speak) -> None:
    words = speak("Please call the roll for this item.", speaker="Mayor Lee")
    words += speak("I will do that right away, Madam Mayor.", start_ms=4000, speaker="SPEAKER_02")

    cues = segment(words, FCC)

    assert rows(cues) == [
        (">> MAYOR LEE: Please call", "the roll for this item."),
        (">> I will do that right away,", "Madam Mayor."),
    ]
    assert [cue.speaker for cue in cues] == ["Mayor Lee", "SPEAKER_02"]


def test_a_roll_call_stands_as_question_and_answer_in_rows_of_one_cue() -> None:
    words: list[Word] = []
    for number, name in enumerate(["Abbott", "Baker", "Cole"]):
        words.append(Word(f"{name}?", number * 2200, number * 2200 + 500, "1"))
        words.append(Word("Aye.", number * 2200 + 1000, number * 2200 + 1300, "2"))

    cues = segment(words, FCC)

    assert rows(cues) == [(">> Abbott?", ">> Aye."), (">> Baker?", ">> Aye."), (">> Cole?", ">> Aye.")]
    assert [cue.speaker for cue in cues] == [None, None, None]


def test_three_or_four_rows_are_used_only_when_speakers_change_too_fast() -> None:
    rapid = [Word("Aye." if n % 2 else "Abbott?", n * 350, n * 350 + 300, str(n % 2)) for n in range(12)]

    crowded = segment(rapid, FCC)

    assert max(len(cue.rows) for cue in crowded) in {3, 4}


def test_words_without_a_speaker_belong_to_whoever_spoke_before() -> None:
    words = [Word("I", 0, 200, "Lee"), Word("move.", 250, 600, None), Word("Thanks.", 700, 1100, "Lee")]

    (cue,) = segment(words, FCC)

    assert cue.speaker == "Lee"
    assert cue.text.count(">>") == 1


def test_a_long_pause_is_never_bridged() -> None:
    cues = segment([Word("I", 0, 200), Word("second", 9000, 9400), Word("it.", 9450, 9700)], FCC)

    assert rows(cues) == [("I",), ("second it.",)]
    assert cues[0].end < 3
    assert float(cues[1].start) == pytest.approx(9.0, abs=0.034)


def test_a_small_gap_is_closed_and_a_large_one_is_left_open(speak: Speak) -> None:
    first = speak("The motion carries.", start_ms=0)
    soon = speak("Next is the consent agenda.", start_ms=first[-1].end_ms + 900)
    late = speak("All in favor say aye.", start_ms=soon[-1].end_ms + 4000)

    cues = segment([*first, *soon, *late], FCC)

    assert cues[0].end == cues[1].start
    assert cues[2].start - cues[1].end > 1


def test_netflix_leaves_two_frames_where_it_closes_a_gap(speak: Speak) -> None:
    first = speak("The motion carries.", start_ms=0)
    cues = segment(
        [*first, *speak("Next is the consent agenda.", start_ms=first[-1].end_ms + 900)], PROFILES["netflix"]
    )

    assert (cues[1].start - cues[0].end) * FRAME_RATE == 2


@pytest.mark.parametrize(("name", "expected"), [("fcc", "[applause]"), ("netflix", "[applause]"), ("bbc", "APPLAUSE")])
def test_a_sound_in_a_pause_is_a_cue_of_its_own(name: str, expected: str, speak: Speak) -> None:
    before = speak("Thank you all for coming.", start_ms=0)
    after = speak("Let us go on.", start_ms=9000)
    sound = Sound(SoundKind.APPLAUSE, before[-1].end_ms + 300, 8000)

    cues = segment([*before, *after], PROFILES[name], [sound])

    assert rows(cues) == [("Thank you all for coming.",), (expected,), ("Let us go on.",)]


def test_a_sound_without_room_of_its_own_is_a_row_of_the_cue_beside_it(speak: Speak) -> None:
    words = speak("Order, please.", start_ms=600)

    (cue,) = segment(words, FCC, [Sound(SoundKind.GAVEL, 300, 600)])

    assert cue.rows == ("[gavel bangs]", "Order, please.")


def test_a_sound_amid_speech_waits_for_the_end_of_the_sentence(speak: Speak) -> None:
    words = speak("We thank the volunteers. They did good work.", start_ms=0)

    cues = segment(words, FCC, [Sound(SoundKind.APPLAUSE, words[2].start_ms, words[-1].end_ms)])

    flat = [row for cue in cues for row in cue.rows]
    assert flat.index("[applause]") == flat.index("We thank the volunteers.") + 1


def test_something_inaudible_stands_in_the_line_of_speech() -> None:
    words = [Word("I", 0, 200), Word("live", 220, 500), Word("there.", 1400, 1800)]

    (cue,) = segment(words, FCC, [Sound(SoundKind.INAUDIBLE, 600, 1300)])

    assert cue.rows == ("I live [inaudible] there.",)


def test_music_that_lasts_is_named_once_a_minute() -> None:
    cues = segment([], FCC, [Sound(SoundKind.MUSIC, 0, 150_000)])

    assert rows(cues) == [("♪ [music] ♪",)] * 3
    assert [round(cue.start) for cue in cues] == [0, 60, 120]


def test_a_language_that_lasts_is_named_once_a_minute_and_beside_another_one() -> None:
    spoken = [Sound(SoundKind.SPEAKING, 0, 90_000, "Spanish"), Sound(SoundKind.SPEAKING, 90_500, 100_000, "Vietnamese")]

    cues = segment([], FCC, [*spoken, Sound(SoundKind.SPEAKING, 120_000, 130_000)])

    assert rows(cues) == [
        ("[speaking Spanish]",),
        ("[speaking Spanish]",),
        ("[speaking Vietnamese]",),
        ("[speaking another language]",),
    ]
    assert [round(cue.start) for cue in cues][:2] == [0, 60]


def test_a_web_address_wider_than_a_row_is_cut_after_a_slash_and_stays_whole() -> None:
    address = "https://www.example.org/agendas/2024/november/council-meeting-packet-final.pdf"

    cues = segment([Word(address, 0, 6000)], FCC)

    assert "".join(row for cue in cues for row in cue.rows) == address
    assert cues[0].rows[0].endswith("/")


def test_a_speaker_name_wider_than_a_row_does_not_break_the_grid() -> None:
    name = "Councilmember Maximiliano Rodriguez-Hernandez-Featherstonehaugh the Third"

    cues = segment([Word("Aye.", 0, 400, name)], FCC)

    full = letters(f">>{name.upper()}:Aye.").replace("COUNCILMEMBER", "")  # a label wider than a row loses its titles
    assert letters("".join(cue.text for cue in cues)) == full
    assert all(len(row) <= 32 for cue in cues for row in cue.rows)


def test_one_word_with_an_impossible_time_does_not_move_the_others(speak: Speak) -> None:
    words = speak("We will now hear from the public on this item tonight.", start_ms=1000)
    broken = [*words[:4], Word(words[4].text, 90_000_000, 90_000_100), *words[5:]]

    assert rows(segment(broken, FCC)) == rows(segment(words, FCC))
    assert segment(broken, FCC)[-1].end == segment(words, FCC)[-1].end


def test_a_word_stretched_over_a_silence_does_not_hold_its_cue() -> None:
    (first, _second) = segment([Word("Adjourned.", 0, 60_000), Word("Goodnight.", 60_100, 60_500)], FCC)

    assert first.end < 6


TEXTS = st.text(max_size=50)
SENSIBLE = st.sampled_from(
    [
        "the",
        "Mayor",
        "Lee",
        "$4",
        "million",
        "item",
        "4B",
        "November",
        "3rd,",
        "2024",
        "and",
        "of",
        "vote.",
        "Aye.",
        "Abbott?",
        "1",
        "000",
    ]
)
WORDS = st.lists(
    st.builds(
        Word,
        TEXTS | SENSIBLE,
        st.integers(-5_000, 30_000) | st.integers(-10, 10**10),
        st.integers(-5_000, 30_000) | st.integers(-10, 10**10),
        st.none() | st.sampled_from(["A", "Mayor Lee", "SPEAKER_01"]),
    ),
    max_size=40,
)
SOUNDS = st.lists(
    st.builds(Sound, st.sampled_from(SoundKind), st.integers(-100, 40_000), st.integers(-100, 200_000)), max_size=4
)


@settings(deadline=None)
@given(WORDS, SOUNDS, st.sampled_from(sorted(PROFILES)), st.booleans())
def test_whatever_the_words_are_cues_fit_the_screen_in_order_without_overlap(
    words: list[Word], sounds: list[Sound], name: str, is_web: bool
) -> None:
    rules = PROFILES[name].for_web() if is_web else PROFILES[name]

    cues = segment(words, rules, sounds)

    assert all(1 <= len(cue.rows) <= rules.crowd_rows for cue in cues)
    assert all(0 < len(row) <= rules.columns for cue in cues for row in cue.rows)
    assert all(cue.end > cue.start >= 0 for cue in cues)
    assert all(one.end <= two.start for one, two in pairwise(cues))
    assert all((cue.start * FRAME_RATE).denominator == (cue.end * FRAME_RATE).denominator == 1 for cue in cues)


@settings(deadline=None)
@given(WORDS, st.sampled_from(sorted(PROFILES)))
def test_every_word_appears_exactly_once_and_in_order(words: list[Word], name: str) -> None:
    plain = [Word(word.text, word.start_ms, word.end_ms) for word in words]

    cues = segment(plain, PROFILES[name])

    assert letters("".join(cue.text for cue in cues)) == letters("".join(word.text for word in words))


@settings(deadline=None)
@given(
    st.lists(st.tuples(SENSIBLE, st.integers(80, 700), st.integers(0, 3000)), min_size=1, max_size=60),
    st.sampled_from(sorted(PROFILES)),
)
def test_with_sane_times_cues_start_on_their_first_word_and_never_stay_too_long(
    spoken: list[tuple[str, int, int]], name: str
) -> None:
    rules = PROFILES[name]
    words, at = [], 0
    for text, length, pause in spoken:
        words.append(Word(text, at, at + length))
        at += length + pause + 200  # two words never begin within less than six frames

    cues = segment(words, rules)

    position = 0
    for cue in cues:
        first = words[position]
        assert 0 <= Fraction(first.start_ms, 1000) - cue.start < 1 / FRAME_RATE
        assert cue.duration <= Fraction(rules.max_ms, 1000) + 3 / FRAME_RATE
        position += len(cue.text.split())
    for one, two in pairwise(cues):
        assert one.end == two.start or (two.start - one.end) * FRAME_RATE >= rules.gap_frames
