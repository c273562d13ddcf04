import numpy as np

from services.transcriber.engines.faster_whisper import (
    apart,
    closed,
    padded_alike,
    padded_frames,
    sentences_of,
    words_from_pieces,
)
from services.transcriber.engines.speech_models import Padding
from services.transcriber.engines.values import Segment
from shared.captions.model import Word
from shared.quality.spans import Span

WINDOW = Span(10_000, 20_000)


def test_pieces_become_words_in_the_time_of_the_audio() -> None:
    words = words_from_pieces([(" I", 0.5, 0.7, 0.91), (" move.", 0.7, 1.2, 0.8)], 10_000, WINDOW)

    assert words == (Word("I", 10_500, 10_700, confidence=0.91), Word("move.", 10_700, 11_200, confidence=0.8))


def test_pieces_that_no_space_parts_are_one_word_with_the_lower_confidence() -> None:
    words = words_from_pieces([(" $5,", 11, 11.4, 0.9), ("000", 11.4, 11.9, 0.6), (" is", 12, 12.1, 0.9)], 0, WINDOW)

    assert [word.text for word in words] == ["$5,000", "is"]
    assert (words[0].start_ms, words[0].end_ms, words[0].confidence) == (11_000, 11_900, 0.6)


def test_words_stay_inside_their_window_and_in_order() -> None:
    words = words_from_pieces(
        [(" a", 9, 9.5, 1), (" b", 9.2, 9.1, 1), (" c", 19.9, 21, 1), (" d", 21, 22, 1)], 0, WINDOW
    )

    assert all(10_000 <= word.start_ms < word.end_ms <= 20_001 for word in words)
    assert [word.start_ms for word in words] == sorted(word.start_ms for word in words)


def test_empty_pieces_are_left_out() -> None:
    assert words_from_pieces([(" ", 11, 12, 1), ("", 11, 12, 1)], 0, WINDOW) == ()


def test_the_last_sentence_of_a_window_gets_the_end_that_the_model_left_out() -> None:
    mark = 1000  # from here on tokens are time marks of 20 ms

    assert closed([mark, 5, mark + 50, mark + 60, 7, 8], mark, 2.5) == [mark, 5, mark + 50, mark + 60, 7, 8, mark + 125]
    assert closed([mark, 5, mark + 50, mark + 60, 7, 8], mark, 1.0)[-1] == mark + 60


def test_a_window_that_ends_as_it_should_is_left_alone() -> None:
    mark = 1000

    for tokens in ([], [mark, 5, mark + 50], [mark, 5, mark + 50, mark + 60], [mark, 5, 6], [5, 6]):
        assert closed(tokens, mark, 30.0) == tokens


def test_a_stretch_of_text_is_divided_into_its_sentences_and_loses_no_word() -> None:
    texts = ["So", "moved.", "(Any", "opposed?)", "Item", "4.5", "is", "\u201cnext.\u201d", "Then", "we"]
    words = tuple(Word(text, 100 * at, 100 * at + 90) for at, text in enumerate(texts, 1))
    whole = Segment(100, 1090, " ".join(texts), words, -0.3, 0.1, 1.2)

    found = sentences_of(whole)

    assert [one.text for one in found] == ["So moved.", "(Any opposed?)", "Item 4.5 is \u201cnext.\u201d", "Then we"]
    assert [(one.start_ms, one.end_ms) for one in found] == [(100, 290), (300, 490), (500, 890), (900, 1090)]
    assert tuple(word for one in found for word in one.words) == words
    assert {(one.avg_logprob, one.no_speech_prob, one.compression_ratio) for one in found} == {(-0.3, 0.1, 1.2)}


def test_what_has_no_words_has_no_sentences() -> None:
    one = Segment(0, 500, "So moved.", (Word("So", 0, 200), Word("moved.", 200, 500)), -0.3, 0.1, 1.2)
    dots = Segment(0, 500, ". . ?", (Word(".", 0, 200), Word(".", 200, 300), Word("?", 300, 500)), -1.7, 0.9, 1.2)
    none = Segment(0, 500, "", (), -0.3, 0.1, 1.2)

    assert sentences_of(one) == [one]
    assert sentences_of(dots) == sentences_of(none) == []


def test_a_window_is_followed_by_its_own_silence_and_no_more_of_it_than_it_takes() -> None:
    """The library follows it with 0.0, which is a sound, and up to 30 s: a base model then lost one word in six."""
    features = np.zeros((2, 80, 3000), np.float32)
    features[0, :, :1000], features[1, :, :940] = -0.3, 0.9
    features[0, 5, 7], features[1, 8, 9] = -0.8, -0.6

    padded = padded_alike(features, [10.0, 9.4], Padding.SILENCE)

    assert padded.shape == (2, 80, 1600)
    assert np.array_equal(padded[0, :, :1000], features[0, :, :1000])
    assert set(padded[0, :, 1000:].ravel()) == {np.float32(-0.8)}
    assert set(padded[1, :, 940:].ravel()) == {np.float32(-0.6)}
    assert padded_alike(features, [30.0, 28.0], Padding.SILENCE).shape == (2, 80, 3000)


def test_a_model_that_was_trained_with_zeros_gets_them() -> None:
    features = np.full((1, 80, 3000), -0.3, np.float32)
    features[0, :, 400:] = 0.0

    assert np.array_equal(padded_alike(features, [4.0], Padding.ZEROS), features)
    assert padded_frames(4.0, Padding.ZEROS) == 3000


def test_every_window_has_three_seconds_to_end_in_and_seven_at_most() -> None:
    widths = [(length, padded_frames(length / 10, Padding.SILENCE)) for length in range(1, 270)]

    assert all(300 <= width - 10 * length < 700 for length, width in widths)
    assert {width for _, width in widths} == {400, 800, 1200, 1600, 2000, 2400, 2800, 3000}
    assert padded_frames(25.0, Padding.SILENCE) == 2800  # the longest window that is planned
    assert padded_frames(29.5, Padding.SILENCE) == 3000


def test_windows_that_begin_at_once_are_told_apart() -> None:
    assert apart([0, 0, 1_234, 5, 1_239, 2_000]) == [0, 10, 1_234, 25, 1_249, 2_000]
