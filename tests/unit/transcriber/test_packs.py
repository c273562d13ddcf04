import numpy as np

from services.transcriber.engines.values import Segment
from services.transcriber.packs import pack
from shared.captions.model import Word
from shared.quality.spans import Span

RATE = 16_000


def sentence(text: str, start_ms: int, end_ms: int) -> Segment:
    return Segment(start_ms, end_ms, text, (Word(text, start_ms, end_ms),), -0.2, 0.0, 1.0)


def test_short_stretches_share_a_window_with_pauses_between_them() -> None:
    (only,) = pack([Span(5_000, 6_000), Span(20_000, 21_000)], 60_000)

    assert [piece.heard for piece in only.pieces] == [Span(4_750, 6_250), Span(19_750, 21_250)]
    assert [piece.at_ms for piece in only.pieces] == [0, 2_000]
    assert only.duration_ms == 3_500


def test_a_long_stretch_keeps_a_window_to_itself() -> None:
    packs = pack([Span(0, 1_000), Span(5_000, 15_000), Span(20_000, 21_000)], 60_000)

    assert [len(one.pieces) for one in packs] == [1, 1, 1]


def test_no_pack_is_longer_than_a_window_of_the_model() -> None:
    packs = pack([Span(at, at + 4_000) for at in range(0, 200_000, 6_000)], 200_000)

    assert sum(len(one.pieces) for one in packs) == 34
    assert max(one.duration_ms for one in packs) <= 30_000


def test_the_sound_of_a_pack_is_its_pieces_and_silence() -> None:
    samples = np.arange(10 * RATE, dtype=np.float32)
    (only,) = pack([Span(1_000, 2_000), Span(9_000, 10_000)], 10_000)

    sound = only.audio(samples)

    assert sound[0] == 0.75 * RATE
    assert set(sound[int(1.5 * RATE) : 2 * RATE]) == {0.0}
    assert sound[-1] == 10 * RATE - 1


def test_every_sentence_returns_to_the_place_it_was_said_at() -> None:
    (only,) = pack([Span(5_000, 6_000), Span(20_000, 21_000)], 60_000)

    first, second = only.unpacked([sentence("Aye.", 300, 900), sentence("Nay.", 1_900, 3_000)])

    assert (first.window, first.words) == (Span(5_000, 6_000), (Word("Aye.", 5_050, 5_650),))
    # Its time had strayed into the pause.
    assert (second.window, second.words) == (Span(20_000, 21_000), (Word("Nay.", 19_750, 20_750),))


def test_a_sentence_across_a_pause_was_not_said() -> None:
    (only,) = pack([Span(5_000, 6_000), Span(20_000, 21_000)], 60_000)

    assert [window.words for window in only.unpacked([sentence("The police answered", 100, 3_300)])] == [(), ()]


def test_of_a_piece_by_itself_the_neighbours_words_are_left_out() -> None:
    (only,) = pack([Span(5_000, 6_000)], 60_000)

    (window,) = only.unpacked([sentence("before", 0, 240), sentence("here", 400, 900), sentence("after", 1_260, 1_480)])

    assert [word.text for word in window.words] == ["here"]
