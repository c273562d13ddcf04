"""A row of question marks is no caption, however long it is; text with a foreign word in it is."""

from fractions import Fraction

import pytest

from shared.captions import Cue, check_scc, is_captioned, write_scc, write_srt
from shared.captions.cuelist import CueList
from shared.captions.interchange import check_captions, read_captions, written
from shared.captions.legible import illegible
from shared.captions.profiles import profile
from shared.errors import InvalidInput
from tests.unit.shared.captions.test_mcc import NOW

RUSSIAN = "Добрый вечер, дамы и господа."


def cues(text: str, count: int = 1) -> tuple[Cue, ...]:
    return tuple(Cue(Fraction(3 * at + 1), Fraction(3 * at + 3), (text,)) for at in range(count))


@pytest.mark.parametrize(
    "text", [RUSSIAN, "こんばんは皆様", "مساء الخير", "??????? ??????", "???", "Mayor Ли: Добрый вечер всем"]
)
def test_text_of_another_script_is_illegible(text: str) -> None:
    assert illegible([text]) is not None


@pytest.mark.parametrize(
    "text", ["What?", "Good evening to everybody, Дмитрий.", "¿Qué? ¿Quién?", "Żółć and Dvořák", "♪", "4–2…", ""]
)
def test_text_that_can_be_read_is_not(text: str) -> None:
    assert illegible([text]) is None


@pytest.mark.parametrize(
    ("text", "share"), [("Добрый день.", "10 of 10"), ("Mayor Ли: Добрый вечер всем", "17 of 22"), ("???", "3 of 3")]
)
def test_the_letters_that_are_lost_are_counted(text: str, share: str) -> None:
    found = illegible([text])

    assert found is not None
    assert f"{share} letters are" in found.message


@pytest.mark.parametrize("count", [1, 2000])
def test_such_a_file_is_told_once_and_is_not_captioned_whatever_its_length(count: int) -> None:
    text = write_scc(cues(RUSSIAN, count)).text

    assert [finding.code for finding in check_scc(text)] == ["illegible"]
    assert not is_captioned(text)


@pytest.mark.parametrize("ending", [".scc", ".mcc"])
def test_nothing_is_written_that_nobody_can_read(ending: str) -> None:
    with pytest.raises(InvalidInput, match="no captions") as refusal:
        written(CueList(cues(RUSSIAN, 2000)), ending, profile("fcc"), "pop-on", now=NOW)

    assert refusal.value.code == "illegible"


def test_subtitles_of_another_script_are_told_once_that_they_cannot_go_on_air() -> None:
    loaded = read_captions(write_srt(cues(RUSSIAN, 50)).encode(), ".srt")

    assert [finding.code for finding in check_captions(loaded, ".srt", profile("fcc"))] == ["illegible"]
    assert RUSSIAN in written(CueList(loaded.cues), ".vtt", profile("fcc"), "pop-on", now=NOW)[0]
