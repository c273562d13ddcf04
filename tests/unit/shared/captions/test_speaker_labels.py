"""Names of speakers in rows, for formats that have no field for them."""

from fractions import Fraction

import pytest

from shared.captions import PROFILES
from shared.captions.model import ITALIC, Cue, Styled
from shared.captions.speaker_labels import named

FCC = PROFILES["fcc"]


def cue(*rows: str, speaker: str | None = None, styles: tuple[Styled, ...] = ()) -> Cue:
    return Cue(Fraction(1), Fraction(2), rows, speaker, styles=styles)


def test_a_name_stands_wherever_the_speaker_changes_and_nowhere_else() -> None:
    spoken = [cue("One.", speaker="Lee"), cue("Two.", speaker="Lee"), cue("Three."), cue("Four.", speaker="Ruiz")]

    assert [one.rows for one in named(spoken, FCC)] == [
        (">> LEE: One.",),
        ("Two.",),
        ("Three.",),
        (">> RUIZ: Four.",),
    ]


def test_rows_that_a_name_makes_too_wide_are_broken_anew_and_looks_stay_with_their_letters() -> None:
    rows = ("We now turn to the consent agenda for", "tonight, members.")

    [found] = named([cue(*rows, speaker="Mayor Elizabeth Johnson", styles=(Styled(0, 2, ITALIC),))], FCC)

    assert found.rows == (">> MAYOR ELIZABETH JOHNSON: We now turn to", "the consent agenda for tonight, members.")
    label = len(">>MAYORELIZABETHJOHNSON:")
    assert found.styles == (Styled(label, label + 2, ITALIC),)


def test_rows_that_stay_narrow_enough_stay_as_they_were_broken() -> None:
    fits = "a" * (FCC.for_web().columns - len(">> LEE: "))

    assert named([cue(fits, "so", "few", speaker="Lee")], FCC)[0].rows == (f">> LEE: {fits}", "so", "few")
    assert named([cue(fits + "a", "so", "few", speaker="Lee")], FCC)[0].rows[1:] == (f"{fits}a so few",)


def test_two_speakers_in_one_cue_leave_it_open_who_goes_on() -> None:
    spoken = [cue("One.", speaker="Lee"), cue(">> Two.", ">> Three."), cue("Four.", speaker="Ruiz")]

    assert [one.rows for one in named(spoken, FCC)] == [(">> LEE: One.",), (">> Two.", ">> Three."), ("Four.",)]


@pytest.mark.parametrize(
    ("rows", "speaker", "is_named"),
    [
        ((">> MARY: Is there a second?", ">> BOB: Second."), "Mary", True),
        ((">> MARY: Is there a second?", ">> BOB: Second."), "Bob", False),
        ((">> MAYOR LEE: Second?", ">> RUIZ: Second."), "Trustee Ruiz", False),
        ((">> MAYOR LEE: Second?", ">> MAYOR RUIZ: Second."), "Mayor Lee", True),
        (("[Mary] Second?", "[Bob] Second."), "Bob", False),
        (("[Mary] Second?", "[Bob] Second."), "Mary", True),
        ((">> MARY: Second?", ">> The question: shall we?"), "Mary", False),
    ],
)
def test_after_several_voices_the_last_one_counts(rows: tuple[str, ...], speaker: str, is_named: bool) -> None:
    before = [cue("Good evening.", speaker="Mary"), cue(*rows)]

    *_, last = named([*before, cue("It has been moved.", speaker=speaker)], FCC)

    label = f">> {speaker.upper()}: " if is_named else ""
    assert last.rows == (f"{label}It has been moved.",)


def test_after_a_voice_without_a_name_the_next_is_named_again() -> None:
    spoken = [cue("One.", speaker="Mary"), cue("Two."), cue("Three."), cue("Four.", speaker="Mary")]

    assert [one.rows for one in named(spoken, FCC)] == [
        (">> MARY: One.",),
        ("Two.",),
        ("Three.",),
        (">> MARY: Four.",),
    ]


def test_who_comes_after_unnamed_voices_is_named() -> None:
    spoken = [cue("One.", speaker="Lee"), cue(">> Two.", ">> Three."), cue("Four."), cue("Five.", speaker="Lee")]

    assert [one.rows for one in named(spoken, FCC)][2:] == [("Four.",), (">> LEE: Five.",)]


@pytest.mark.parametrize("sound", ["[applause]", "(laughter) [gavel]", "♪ [music] ♪", "♪ Oh say can you see ♪", "..."])
def test_a_sound_changes_nobody_and_is_marked_by_nothing(sound: str) -> None:
    spoken = [cue("One.", speaker="Mary"), cue(sound), cue("Two.", speaker="Mary")]

    assert [one.rows for one in named(spoken, FCC)] == [(">> MARY: One.",), (sound,), ("Two.",)]


@pytest.mark.parametrize("first", ["MARY: One.", ">> MARY: One.", "One."])
def test_a_file_without_voices_stays_as_it_is(first: str) -> None:
    spoken = (cue(first), cue("Two."))

    assert named(spoken, FCC) == spoken


def test_of_two_with_one_family_name_each_is_named() -> None:
    spoken = [cue("One.", speaker="Ruiz"), cue("Two.", speaker="Mary Ruiz")]

    assert [one.rows for one in named(spoken, FCC)] == [(">> RUIZ: One.",), (">> MARY RUIZ: Two.",)]


@pytest.mark.parametrize(
    ("first", "unnamed", "is_hers"),
    [
        ("It has been moved", "and seconded.", True),
        ("It has been moved,", "and seconded.", True),
        ("It has been moved.", "and seconded.", False),
        ("It has been moved?", "yes.", False),
        ("It has been moved", "Second.", False),
        ("It has been moved", "2 in favor.", False),
        ("It has been moved", ">> and seconded.", False),
    ],
)
def test_who_goes_on_with_a_sentence_is_the_same_speaker_and_anybody_else_is_nobody(
    first: str, unnamed: str, is_hers: bool
) -> None:
    spoken = [cue(first, speaker="Mary"), cue(unnamed), cue("[gavel bangs]"), cue("Thank you.", speaker="Mary")]

    label = "" if is_hers or unnamed.startswith(">>") else ">> MARY: "
    assert [one.rows for one in named(spoken, FCC)] == [
        (f">> MARY: {first}",),
        (unnamed,),
        ("[gavel bangs]",),
        (f"{label}Thank you.",),
    ]


def test_a_sentence_may_go_on_over_several_cues_and_behind_a_sound() -> None:
    spoken = [
        cue("It has", speaker="Mary"),
        cue("been moved"),
        cue("[applause]"),
        cue("and seconded"),
        cue("by Bob.", speaker="Mary"),
    ]

    assert [one.rows for one in named(spoken, FCC)][1:] == [(one.text,) for one in spoken[1:]]
