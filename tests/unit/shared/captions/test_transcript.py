"""The transcript that people read."""

import time
from fractions import Fraction

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
