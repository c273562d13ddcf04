"""Words with times that cannot be: the order of the text stands, and times come from their neighbours."""

import pytest

from shared.captions.model import Sound, SoundKind, Word
from shared.captions.profiles import PROFILES
from shared.captions.tokens import forms_of, in_order, name_of, short_name, tokens_of


def starts(*given: int) -> list[int]:
    words = [Word(f"word{number}", start, start + 100) for number, start in enumerate(given)]
    found = in_order(words)
    assert [word.text for word in found] == [word.text for word in words]
    assert all(word.end_ms - word.start_ms <= 100 for word in found)
    return [word.start_ms for word in found]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ((1000, 2000, 3000), [1000, 2000, 3000]),
        ((1000, 2000, 2000), [1000, 2000, 2000]),
        ((1000, 2000, 90_000, 80, 5000, 6000), [1000, 2000, 3000, 4000, 5000, 6000]),
        ((9000, 2000, 3000, 80), [2000, 2000, 3000, 3000]),
        ((1000, 90_000, 3000, 4000), [1000, 2000, 3000, 4000]),
        ((-500, 1000), [0, 1000]),
    ],
)
def test_a_time_that_contradicts_its_neighbours_is_set_evenly_between_them(
    given: tuple[int, ...], found: list[int]
) -> None:
    assert starts(*given) == found


A, B = SoundKind.APPLAUSE, SoundKind.LAUGHTER


@pytest.mark.parametrize(
    ("sounds", "tags"),
    [
        ([(A, 0, 1000), (A, 2000, 3000)], [(0, A)]),
        ([(A, 0, 1000), (A, 2001, 3000)], [(0, A), (2001, A)]),
        ([(A, 0, 5000), (A, 1000, 2000), (A, 5900, 6000)], [(0, A)]),
        ([(A, 0, 1000), (B, 1200, 1200), (A, 1500, 2500), (A, 3400, 3500)], [(0, A), (1200, B)]),
        ([(B, 4000, 5000), (A, 1000, 2000)], [(1000, A), (4000, B)]),
        ([(A, -500, 1000)], [(0, A)]),
        # One that ends before it begins has its moment all the same.
        ([(A, 3000, 1000), (A, 3900, 4500)], [(3000, A)]),
        ([(SoundKind.MUSIC, 0, 121_501)], [(0, "m"), (60_000, "m"), (120_000, "m")]),
        ([(SoundKind.MUSIC, 0, 121_500)], [(0, "m"), (60_000, "m")]),
        ([(A, 0, 300_000)], [(0, A)]),
    ],
)
def test_a_sound_is_told_once_and_a_lasting_one_once_a_minute(
    sounds: list[tuple[SoundKind, int, int]], tags: list[tuple[int, str]]
) -> None:
    rules = PROFILES["fcc"]
    assert rules.good_ms == 1500

    tokens = tokens_of([], [Sound(*one) for one in sounds], rules)

    shown = {"m": "\u266a [music] \u266a"}
    pieces: dict[int, list[str]] = {}
    for start, piece in zip(tokens.start, tokens.run.pieces, strict=True):
        pieces.setdefault(start, []).append(piece)
    assert [(start, " ".join(words)) for start, words in pieces.items()] == [
        (start, shown.get(tag, f"[{tag}]")) for start, tag in tags
    ]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Mayor Ana Lee-Ng", "Mayor Ana Lee-Ng"),  # 16 letters are not long
        ("Mayor Lee, City of Maplewood", "Mayor Lee"),
        ("Councilmember Li, Ward 2", "Councilmember Li"),
        ("Councilmember Lee, Ward 2", "Lee"),
        ("Mayor Elizabeth Johnson", "Elizabeth Johnson"),
        (", City of Maplewood Council", ", City of Maplewood Council"),
    ],
)
def test_a_long_name_loses_what_follows_a_comma_and_then_its_titles(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a" * 32, ["a" * 32]),
        ("a" * 33, ["a" * 32, "a"]),
        ("a" * 30 + "\u00e3", ["a" * 30 + "\u00e3"]),
        # A row with a character of the extended set has to stay clear of the last column.
        ("a" * 31 + "\u00e3", ["a" * 31, "\u00e3"]),
        ("Good  evening", ["Good", "evening"]),
    ],
)
def test_a_word_wider_than_a_row_is_cut_and_takes_its_time_by_its_letters(text: str, pieces: list[str]) -> None:
    tokens = tokens_of([Word(text, 1000, 2000)], [], PROFILES["fcc"])

    assert tokens.run.pieces == pieces
    assert tokens.run.glued == [False] + [" " not in text] * (len(pieces) - 1)
    letters = [len(piece) for piece in pieces]
    ends = [1000 + 1000 * sum(letters[: number + 1]) // sum(letters) for number in range(len(pieces))]
    assert (tokens.start, tokens.end) == ([1000, *ends[:-1]], ends)


def test_a_name_wider_than_a_row_is_cut_like_a_word() -> None:
    tokens = tokens_of([Word("Aye.", 1000, 2000, "A" * 40)], [], PROFILES["fcc"])

    assert tokens.run.pieces == [">>", "A" * 32, "A" * 8 + ":", "Aye."]
    assert tokens.run.glued == [False, False, True, False]
    assert tokens.turn == [True, False, False, False]
    assert tokens.label == [True, True, True, False]
    assert (tokens.start, tokens.end) == ([1000] * 4, [1000, 1000, 1000, 2000])


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Bo", ["Bo"]),
        ("Pat Lee", ["Pat Lee"]),  # three letters might be anything, as Jr. might
        ("Pat Ford", ["Pat Ford", "Ford"]),
        ("Mayor Pat Reed", ["Mayor Pat Reed", "Pat Reed", "Reed"]),
        ("Dr. Pat Okafor, Jr.", ["Dr. Pat Okafor, Jr.", "Dr. Pat Okafor", "Pat Okafor", "Okafor"]),
        ("District Seven", ["District Seven"]),
        ("Mayor", ["Mayor"]),
        (",", [","]),
    ],
)
def test_a_speaker_is_called_by_the_name_and_by_what_is_left_of_it(name: str, forms: list[str]) -> None:
    assert forms_of(name) == forms


@pytest.mark.parametrize(
    "label", ["S1", "s 2", "SPEAKER_03", "Speaker b", "unknown", "channel-1", "person #4", "7", "X"]
)
def test_a_number_of_a_voice_is_no_name(label: str) -> None:
    assert name_of(label) is None
    assert name_of(f"  {label}  Reed ") == f"{label} Reed"
