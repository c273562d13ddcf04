# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import pytest

from services.transcriber.engines.values import DecodedWindow
from services.transcriber.guards import Suspicion, is_hopeless, line_cycles, suspicions, suspicious_segments
from services.transcriber.vad import SpeechSpan


@pytest.fixture
def window(say):
    def build(*segments):
        return DecodedWindow(SpeechSpan(0, 30_000), segments)

    return build


@pytest.mark.parametrize(
    "text",
    [
        "I move to approve the consent agenda as presented.",
        "Aye. Aye. Aye. Aye. Aye. Aye. Aye. Aye. Aye.",
        "Thank you.",
        "Thank you very much, thank you all for coming tonight.",
    ],
)
def test_what_councils_say_is_not_suspicious(say, window, text) -> None:
    assert suspicions(window(say(text))) == ()


def test_a_window_without_text_is_not_suspicious(window) -> None:
    assert suspicions(window()) == ()


@pytest.mark.parametrize("period", [1, 2, 3, 4])
def test_words_that_go_round_in_circles_are_a_loop(say, window, period) -> None:
    cycle = ["budget", "road", "water", "park"][:period]

    assert Suspicion.LOOP in suspicions(window(say(" ".join(cycle * (24 // period)))))


@pytest.mark.parametrize("period", [1, 2, 3, 4])
def test_lines_that_take_turns_are_a_loop(say, period) -> None:
    lines = ["we will see you", "I am not sure", "that is all right", "let us go on"][:period]
    segments = [say(line, 2000 * n) for n, line in enumerate(lines * 4)]

    assert line_cycles(segments) == set(range(4 * period))
    assert line_cycles(segments[:-1]) == set()


def test_a_loop_is_found_only_where_it_is(say, window) -> None:
    decoded = window(
        say("The meeting will come to order."), say("no no no no " * 6, 3000), say("All in favor.", 20_000)
    )

    assert suspicious_segments(decoded) == {1: (Suspicion.LOOP,)}


@pytest.mark.parametrize(
    ("logprob", "no_speech", "expected"),
    [
        (-0.3, 0.95, ()),
        (-1.2, 0.1, (Suspicion.LOW_CONFIDENCE,)),
        (-1.2, 0.95, (Suspicion.LOW_CONFIDENCE, Suspicion.NO_SPEECH)),
    ],
)
def test_no_speech_counts_only_together_with_low_confidence(say, window, logprob, no_speech, expected) -> None:
    assert suspicions(window(say("the motion carries", logprob=logprob, no_speech=no_speech))) == expected


@pytest.mark.parametrize(
    "text", ["Thanks for watching!", "Subtitles by the Amara.org community", "Please subscribe to our channel."]
)
def test_phrases_from_video_sites_are_never_speech_of_a_meeting(say, window, text) -> None:
    assert Suspicion.STOCK_PHRASE in suspicions(window(say(text)))


def test_a_thank_you_that_the_engine_doubts_is_a_stock_phrase(say, window) -> None:
    assert Suspicion.STOCK_PHRASE in suspicions(window(say("Thank you.", no_speech=0.8)))


def test_nobody_speaks_ten_words_a_second(say, window) -> None:
    assert suspicions(window(say("one two three four five six seven eight", ms_per_word=90))) == (Suspicion.TOO_FAST,)


def test_text_that_compresses_too_well_is_repetitive_unless_it_is_short(say, window) -> None:
    assert suspicions(window(say("aye aye aye", compression=2.9))) == ()
    assert suspicions(window(say("a b c d e f g h i j k l m", compression=2.9))) == (Suspicion.REPETITIVE,)


def test_the_vocabulary_printed_as_text_is_a_leak(say, window) -> None:
    vocabulary = ("Alvarez", "Okafor", "Maple Street", "Planning Commission", "Lindqvist")

    leaked = window(say("Alvarez, Okafor, Maple Street, Planning Commission"))
    spoken = window(say("Councilmember Okafor asked the Planning Commission about Maple Street."))

    assert suspicions(leaked, vocabulary) == (Suspicion.VOCABULARY_LEAK,)
    assert suspicions(spoken, vocabulary) == ()


def test_doubt_alone_does_not_hide_words(say) -> None:
    assert not is_hopeless(say("hard to hear", logprob=-1.2), (Suspicion.LOW_CONFIDENCE,))
    assert is_hopeless(say("hard to hear", logprob=-2.0), (Suspicion.LOW_CONFIDENCE,))
    assert is_hopeless(say("no no no"), (Suspicion.LOOP,))
