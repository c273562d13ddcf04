"""Speakers at words, and captions that name them."""

from services.transcriber.composing.assemble import Transcript
from services.transcriber.composing.telling_apart import not_told_apart, speakers_of, with_speakers
from services.transcriber.engines.voice_cast import Cast, Turn
from shared.captions import profile, segment
from shared.captions.model import Word
from shared.speaker_cast import Naming

CAST = Cast((Turn(0, 2000, "S1"), Turn(2000, 4000, "S2"), Turn(6000, 7000, "S1")), {"S1": (1.0, 0.0)})
WORDS = (Word("Call", 100, 600), Word("the", 700, 1000), Word("roll.", 1100, 1800), Word("Here.", 2500, 3500))
TRANSCRIPT = Transcript(7000, WORDS, (), (), (), (), (), None)


def rows(transcript: Transcript) -> list[str]:
    return [row for cue in segment(transcript.words, profile("fcc")) for row in cue.rows]


def test_everybody_heard_is_kept_with_the_length_of_their_speech() -> None:
    speakers = speakers_of(CAST, "a model")

    assert [(one.label, one.speech_ms, one.first_ms) for one in speakers.speakers] == [
        ("S1", 3000, 0),
        ("S2", 2000, 2000),
    ]
    assert speakers.voices == {"S1": (1.0, 0.0)}


def test_a_voice_without_a_name_is_a_mark_in_captions() -> None:
    told = with_speakers(TRANSCRIPT, speakers_of(CAST, "a model"))

    assert rows(told) == [">> Call the roll.", ">> Here."]


def test_a_confirmed_name_stands_before_the_words() -> None:
    speakers = speakers_of(CAST, "a model").with_name("S1", "Mayor", Naming(by="ana", status="completed"))

    assert rows(with_speakers(TRANSCRIPT, speakers)) == [">> MAYOR: Call the roll.", ">> Here."]


def test_a_failure_costs_no_word_and_is_said() -> None:
    told = with_speakers(TRANSCRIPT, not_told_apart("the model is missing."))

    assert told.words == WORDS
    assert told.warnings == ("The speakers were not told apart: the model is missing.",)
