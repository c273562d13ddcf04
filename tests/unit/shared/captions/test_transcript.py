"""The transcript that people read."""

import time
from fractions import Fraction

import pytest

from shared.captions import write_text
from shared.captions.model import Cue


def cue(start: int, end: int, *rows: str) -> Cue:
    return Cue(Fraction(start), Fraction(end), rows)


MEETING = (
    cue(0, 3, "[gavel bangs]", ">> MAYOR: Good evening", "and welcome."),
    cue(3, 5, "Please see https://example.org/", "agenda.pdf tonight."),
    cue(5, 7, ">> Abbott?", ">> ABBOTT: Aye."),
    cue(20, 22, "A new thought."),
    cue(22, 24, "♪ [music] ♪"),
    cue(3700, 3702, ">> The question: who pays?"),
)


def test_speakers_sounds_and_pauses_begin_paragraphs() -> None:
    assert write_text(MEETING) == (
        "[gavel bangs]\n\n"
        "MAYOR: Good evening and welcome. Please see https://example.org/agenda.pdf tonight.\n\n"
        "Abbott?\n\n"
        "ABBOTT: Aye.\n\n"
        "A new thought.\n\n"
        "♪ [music] ♪\n\n"
        "The question: who pays?\n"
    )


def test_paragraphs_can_be_found_in_the_recording() -> None:
    assert write_text(MEETING, timestamps=True).splitlines()[-1] == "[01:01:40] The question: who pays?"


def test_a_long_speech_is_divided_at_the_ends_of_sentences() -> None:
    speech = [cue(2 * n, 2 * n + 2, f"This is sentence number {n} of it.") for n in range(60)]

    paragraphs = write_text(speech).strip().split("\n\n")

    assert len(paragraphs) > 1
    assert all(paragraph.endswith(".") and len(paragraph) < 800 for paragraph in paragraphs)


def test_nothing_said_is_an_empty_transcript() -> None:
    assert write_text([]) == ""


def test_a_speech_without_a_single_full_stop_costs_no_more_than_its_length() -> None:
    def seconds(cues: int) -> float:
        speech = [cue(2 * n, 2 * n + 2, "and then they said", "that it was so and") for n in range(cues)]
        spent = []
        for _ in range(3):
            began = time.thread_time()
            write_text(speech)
            spent.append(time.thread_time() - began)
        return min(spent)

    assert seconds(4000) < 9 * seconds(1000)  # what is quadratic takes sixteen times as long


def test_only_the_mark_at_the_beginning_of_a_row_tells_of_a_speaker() -> None:
    rows = cue(0, 3, "Press > or >> to go on", ">>> News of the day", ">> MAYOR:   Good evening")

    assert write_text([rows]) == "Press > or >> to go on\n\nNews of the day\n\nMAYOR: Good evening\n"


def test_a_sound_between_rows_parts_what_is_said() -> None:
    assert write_text([cue(0, 3, "Thank you.", "[applause]", "Please sit.")]) == (
        "Thank you.\n\n[applause]\n\nPlease sit.\n"
    )
    assert write_text([cue(0, 3, "[a long", "sound tag]", "Please sit.")]) == "[a long sound tag]\n\nPlease sit.\n"


@pytest.mark.parametrize(
    ("pause", "ending", "parts"), [(3, ".", 2), (3, "", 1), (2, ".", 1), (3, '?"', 2), (3, ",", 1)]
)
def test_a_pause_begins_a_paragraph_where_a_sentence_has_ended(pause: int, ending: str, parts: int) -> None:
    said = write_text([cue(0, 2, f"It is so{ending}"), cue(2 + pause, 9, "And then")])

    assert said.count("\n\n") == parts - 1


@pytest.mark.parametrize(("letters", "parts"), [(699, 1), (700, 2)])
def test_a_paragraph_of_seven_hundred_letters_is_full_at_the_end_of_its_sentence(letters: int, parts: int) -> None:
    said = write_text([cue(0, 2, "x" * (letters - 1) + "."), cue(2, 9, "And then")])

    assert said.count("\n\n") == parts - 1


def test_a_turn_that_begins_with_blanks_begins_there_and_is_no_paragraph_of_its_own() -> None:
    assert write_text([cue(0, 1, ">> ", " "), cue(1, 2, "Aye.")], timestamps=True) == "[00:00:00] Aye.\n"
