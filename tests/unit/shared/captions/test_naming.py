"""Names of speakers in rows, for formats that have no field for them."""

from fractions import Fraction

from shared.captions import PROFILES
from shared.captions.model import ITALIC, Cue, Styled
from shared.captions.naming import named

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
