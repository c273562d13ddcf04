"""Speech in another language than that of the recording: when it is believed, and what is written there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transcriber.decoding.other_languages import (
    DEFAULT_BOUNDS,
    HeardPiece,
    other_language,
    runs_of_others,
)
from services.transcriber.decoding.slice import transcribe_slice
from services.transcriber.engines.values import (
    DecodedWindow,
    DecodeOptions,
    Effort,
    EngineInfo,
    OtherLanguages,
    Segment,
    SliceRequest,
    SliceResult,
)
from services.transcriber.hearing.samples import RATE, Floats
from shared.captions.model import SoundKind, Word
from shared.quality.spans import Span, clipped

ENGLISH = {"en": 0.97, "cy": 0.02}
SPANISH = {"es": 0.9, "la": 0.06, "en": 0.02}


def pieces(*heard: tuple[float, Mapping[str, float]]) -> list[HeardPiece]:
    """Each so many seconds long, one after the other."""
    made: list[HeardPiece] = []
    at = 0
    for seconds, languages in heard:
        length = round(seconds * 1000)
        made.append(HeardPiece(Span(at, at + length), length, languages))
        at += length
    return made


def test_seconds_in_a_row_that_are_surely_not_in_the_own_language_are_a_stretch() -> None:
    heard = pieces((8, ENGLISH), (4, SPANISH), (3, SPANISH), (8, ENGLISH))

    assert runs_of_others(heard, "en") == [Span(8000, 15_000)]
    assert runs_of_others(heard, "es") == [Span(0, 8000), Span(15_000, 23_000)]


def test_a_short_word_of_thanks_is_none() -> None:
    assert runs_of_others(pieces((8, ENGLISH), (3, SPANISH), (8, ENGLISH), (2.9, SPANISH)), "en") == []


def test_a_sentence_that_is_in_its_own_language_parts_two_stretches() -> None:
    assert runs_of_others(pieces((5, SPANISH), (2, ENGLISH), (5, SPANISH)), "en") == []


def test_a_stretch_that_wavers_is_none() -> None:
    wavering = {"es": 0.6, "en": 0.25}

    assert runs_of_others(pieces((8, wavering), (8, wavering)), "en") == []
    assert runs_of_others(pieces((2, wavering), (14, SPANISH)), "en") == [Span(0, 16_000)]


def test_the_language_is_the_one_that_pieces_and_windows_agree_on() -> None:
    whole = pieces((16, {"es": 0.7, "it": 0.1, "la": 0.1}))

    assert other_language(pieces((8, SPANISH), (8, {"it": 0.5, "es": 0.4})), whole, "en") == ("es", 0.7)
    assert other_language(pieces((16, {"it": 0.9})), whole, "en") == ("", 0.0)


def test_what_is_english_as_a_whole_is_english_whatever_its_pieces_sound_like() -> None:
    heard = pieces((8, SPANISH), (8, SPANISH))

    assert other_language(heard, pieces((16, {"en": 0.1, "es": 0.8})), "en") == ("es", 0.8)
    assert other_language(heard, pieces((16, {"en": 0.11, "es": 0.8})), "en") is None


@pytest.mark.parametrize("heard", [{"la": 0.7, "es": 0.1}, {"ru": 0.3, "mn": 0.3, "ka": 0.2}, {"cy": 0.95}, {}])
def test_a_language_that_nobody_can_tell_has_no_name(heard: dict[str, float]) -> None:
    own = {**heard, "en": 0.04}

    assert other_language(pieces((8, own), (8, own)), pieces((16, own)), "en") == ("", 0.04)
    assert other_language(pieces((8, own)), pieces((8, own)), "en") is None


@given(st.lists(st.tuples(st.floats(0.1, 9), st.floats(0, 1)), max_size=12))
def test_no_piece_that_may_be_in_the_own_language_lies_in_a_stretch(heard: list[tuple[float, float]]) -> None:
    made = pieces(*((seconds, {"en": own, "es": 1 - own}) for seconds, own in heard))

    for run in runs_of_others(made, "en"):
        inside = [one for one in made if run.start_ms <= one.span.start_ms < run.end_ms]
        assert all(one.languages["en"] <= DEFAULT_BOUNDS.foreign for one in inside)
        assert run.length_ms >= DEFAULT_BOUNDS.least_ms


@dataclass
class Interpreter:
    """Knows from the sound what is spoken: 0.1 is English, 1 the other language. Each second is a word of its own."""

    other: str = "es"
    is_multilingual: bool = True
    tells_languages: bool = True
    logprob: float = -0.3
    """Of the other language."""
    misses: tuple[Span, ...] = ()
    """Where the first decode has no words."""
    asked: list[tuple[str, Span]] = field(default_factory=list)
    """Language and place of each decode."""
    heard_ms: list[int] = field(default_factory=list)
    """How much was listened to for its language, each time."""

    def describe(self) -> EngineInfo:
        return EngineInfo("twin", "0", "base", "cpu", "int8", 1, 1, is_multilingual=self.is_multilingual)

    def hear_language(self, audio: Floats) -> dict[str, float]:
        self.heard_ms.append(len(audio) * 1000 // RATE)
        return self._languages(audio)

    def _languages(self, audio: Floats) -> dict[str, float]:
        share = float(np.mean(audio > 0.5)) ** 2  # a model hears little of what is spoken for the shorter time
        return {self.other: round(0.95 * share, 4), "en": round(0.95 * (1 - share), 4)}

    def warnings(self, language: str) -> tuple[str, ...]:
        return (f"Nobody timed {language}.",) if language != "en" else ()

    def decode(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> Iterator[DecodedWindow]:
        for window in windows:
            first = not any(place.start_ms <= window.start_ms < place.end_ms for place in self.misses)
            self.asked.append((options.language, window))
            sound = audio[window.start_ms * RATE // 1000 : window.end_ms * RATE // 1000]
            spoken = [
                Word(f"{options.language}{at // 1000}.", at, min(at + 900, window.end_ms), confidence=0.9)
                for at in range(-(-window.start_ms // 1000) * 1000, window.end_ms, 1000)
                if not (
                    first and options.effort is Effort.FAST and any(p.start_ms <= at < p.end_ms for p in self.misses)
                )
            ]
            logprob = -0.3 if options.language == "en" else self.logprob
            segments = tuple(
                Segment(word.start_ms, word.end_ms, word.text, (word,), logprob, 0.01, 1.0) for word in spoken
            )
            yield DecodedWindow(window, segments, self._languages(sound) if self.tells_languages else {})


def order(**changed: object) -> SliceRequest:
    """Two minutes of sentences of four seconds, with pauses of half a second."""
    sentences = tuple(Span(at, at + 3500) for at in range(0, 120_000, 4000))
    return replace(SliceRequest(sentences, DecodeOptions()), **changed)  # type: ignore[arg-type]


def sound(*others: tuple[int, int]) -> Floats:
    """English, but for these seconds."""
    made = np.full(RATE * 120, 0.1, np.float32)
    for start_s, end_s in others:
        made[start_s * RATE : end_s * RATE] = 1.0
    return made


def said(result: SliceResult) -> dict[int, str]:
    """The language of the word of every second."""
    return {int(word.text[2:-1]): word.text[:2] for word in result.words}


def test_a_stretch_is_written_in_its_own_language_and_the_rest_as_before() -> None:
    result = transcribe_slice(Interpreter(), sound((40, 72)), order())

    assert [(one.start_ms, one.end_ms, one.language, one.has_words) for one in result.other_languages] == [
        (40_000, 71_500, "es", True)
    ]
    words = said(result)
    assert {words[second] for second in range(40, 71)} == {"es"}
    assert {language for second, language in words.items() if not 40 <= second < 72} == {"en"}
    assert words.keys() >= set(range(119)) - set(range(3, 120, 4))
    assert result.warnings == ("Nobody timed es.",)
    assert result.sounds == ()


def test_a_stretch_can_be_tagged_instead_and_nothing_more_is_sought_in_it() -> None:
    engine = Interpreter()

    result = transcribe_slice(engine, sound((40, 72)), order(other_languages=OtherLanguages.LABEL))

    tag = result.sounds[0]
    assert (tag.kind, tag.text, tag.start_ms, tag.end_ms) == (
        SoundKind.SPEAKING,
        "speaking Spanish",
        40_000,
        71_500,
    )
    assert not any(40 <= second < 71 for second in said(result))
    assert {language for language, _ in engine.asked} == {"en"}
    assert [one.has_words for one in result.other_languages] == [False]
    assert result.covered_ms == result.speech_ms
    assert result.doubts == ()


def test_a_short_sentence_changes_nothing() -> None:
    quiet, plain = Interpreter(), Interpreter()

    result = transcribe_slice(quiet, sound((40, 44)), order())

    assert result.other_languages == ()
    assert result.words == transcribe_slice(plain, sound(), order()).words
    assert {language for language, _ in quiet.asked} == {"en"}


def test_plain_speech_is_listened_to_only_while_it_is_decoded() -> None:
    engine = Interpreter()

    transcribe_slice(engine, sound(), order())

    assert engine.heard_ms == []


def test_the_window_beside_another_language_is_heard_in_pieces_too() -> None:
    # The first window ends at 23.5 s, and hardly sounds like Spanish for its last sentence.
    result = transcribe_slice(Interpreter(), sound((20, 44)), order())

    assert [(one.start_ms, one.end_ms) for one in result.other_languages] == [(20_000, 43_500)]


def test_half_a_window_in_another_language_is_enough() -> None:
    result = transcribe_slice(Interpreter(), sound((8, 20)), order())

    assert [(one.start_ms, one.end_ms) for one in result.other_languages] == [(8000, 19_500)]
    assert said(result)[4] == said(result)[21] == "en"


@pytest.mark.parametrize(
    ("engine", "name"),
    [(Interpreter(other="vi"), "speaking Vietnamese"), (Interpreter(logprob=-1.5), "speaking Spanish")],
    ids=["letters that CEA-608 lacks", "words that were guessed"],
)
def test_what_cannot_be_written_is_tagged(engine: Interpreter, name: str) -> None:
    result = transcribe_slice(engine, sound((40, 72)), order())

    assert [tag.text for tag in result.sounds] == [name]
    assert not any(40 <= second < 71 for second in said(result))


def test_a_language_that_is_named_by_nobody_keeps_its_words_and_is_told() -> None:
    result = transcribe_slice(Interpreter(other="la"), sound((40, 72)), order())

    assert [(one.language, one.has_words) for one in result.other_languages] == [("", False)]
    assert set(said(result).values()) == {"en"}
    assert result.sounds == ()


def test_english_in_a_spanish_recording_is_found_as_well() -> None:
    spanish = order(options=DecodeOptions(language="es"))

    result = transcribe_slice(Interpreter(), sound((0, 40), (72, 120)), spanish)

    assert [(one.start_ms, one.end_ms, one.language) for one in result.other_languages] == [(40_000, 71_500, "en")]
    assert said(result)[50] == "en"


def test_a_model_of_one_language_is_asked_for_none() -> None:
    engine = Interpreter(is_multilingual=False, tells_languages=False)

    result = transcribe_slice(engine, sound((40, 72)), order())

    assert engine.heard_ms == []
    assert result.other_languages == ()


def test_a_careful_decode_finds_the_same_although_it_tells_no_languages() -> None:
    careful = order(options=DecodeOptions(effort=Effort.CAREFUL))

    result = transcribe_slice(Interpreter(tells_languages=False), sound((40, 72)), careful)

    assert [(one.start_ms, one.end_ms, one.language) for one in result.other_languages] == [(40_000, 71_500, "es")]


def test_what_was_missed_in_another_language_is_sought_in_that_language() -> None:
    engine = Interpreter(misses=(Span(51_900, 56_000),))

    result = transcribe_slice(engine, sound((40, 72)), order())

    assert said(result)[53] == "es"


def test_a_first_decode_that_is_measured_alone_is_asked_for_nothing() -> None:
    assert transcribe_slice(Interpreter(), sound((40, 72)), order(second_looks=False)).other_languages == ()


def test_it_survives_its_checkpoint_and_moves_into_media_time() -> None:
    result = transcribe_slice(Interpreter(), sound((40, 72)), order(other_languages=OtherLanguages.LABEL))

    assert SliceResult.from_json(result.to_json()) == result
    assert result.shifted(600_000).other_languages[0].start_ms == 640_000
    assert result.shifted(600_000).sounds[0].text == "speaking Spanish"


def test_a_checkpoint_of_the_release_before_has_none() -> None:
    kept = transcribe_slice(Interpreter(), sound(), order()).to_json().replace(',"other_languages":[]', "")

    assert "other_languages" not in kept
    assert SliceResult.from_json(kept).other_languages == ()


def test_no_window_is_heard_beyond_its_speech() -> None:
    engine = Interpreter()

    transcribe_slice(engine, sound((40, 72)), order())

    speech = order().speech
    assert all(clipped(speech, place.start_ms, place.end_ms) for _, place in engine.asked)
    assert max(engine.heard_ms) <= 25_000
