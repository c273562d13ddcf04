import numpy as np
import pytest

from services.transcriber.engines.voice_clusters import BLOCK, Labels, Pieces, cluster, likeness_of


def heard(people: int, pieces: int, *, seed: int = 1, weight: float = 2.0) -> tuple[Pieces, Labels]:
    """Pieces of some voices in a made-up order, each a little off; and whose they are."""
    rng = np.random.default_rng(seed)
    voices = rng.normal(0, 1, (people, 64))
    voices /= np.linalg.norm(voices, axis=1, keepdims=True)
    whose = np.concatenate([np.arange(people), rng.integers(0, people, pieces - people)])
    means = voices[whose] * 0.84 + rng.normal(0, 0.03, (pieces, 64))
    weights = np.full(pieces, weight)
    return Pieces(means * weights[:, None], weights), whose


def by_appearance(whose: Labels) -> list[int]:
    order: dict[int, int] = {}
    return [order.setdefault(one, len(order)) for one in whose.tolist()]


def test_each_voice_is_one_label_in_the_order_of_appearance() -> None:
    pieces, whose = heard(5, 60)

    assert cluster(pieces, likeness=0.83).tolist() == by_appearance(whose)


def test_one_voice_is_one_person() -> None:
    pieces, _ = heard(1, 40)

    assert set(cluster(pieces, likeness=0.83).tolist()) == {0}


def test_nothing_heard_is_nobody() -> None:
    assert cluster(Pieces(np.zeros((0, 64)), np.zeros(0)), likeness=0.83).tolist() == []


@pytest.mark.parametrize(("at_least", "at_most", "people"), [(0, 3, 3), (7, 0, 7), (0, 0, 5), (5, 5, 5), (90, 0, 60)])
def test_a_known_number_of_people_is_kept(at_least: int, at_most: int, people: int) -> None:
    pieces, _ = heard(5, 60)

    assert len(set(cluster(pieces, likeness=0.83, at_least=at_least, at_most=at_most).tolist())) == people


def test_a_recording_of_many_hours_is_clustered_a_block_at_a_time_and_comes_to_the_same() -> None:
    pieces, whose = heard(12, BLOCK + 700)

    assert cluster(pieces, likeness=0.83).tolist() == by_appearance(whose)


def test_the_noise_of_short_pieces_is_reckoned_out() -> None:
    rng = np.random.default_rng(2)
    voice = np.zeros(256)
    voice[0] = 1
    windows = voice * 0.843 + rng.normal(0, 0.538 / 16, (400, 256))
    one, many = windows[:1], windows[1:]
    plain = float(one[0] @ many.mean(axis=0) / np.linalg.norm(one[0]) / np.linalg.norm(many.mean(axis=0)))

    reckoned = likeness_of(one, np.ones(1), many.sum(axis=0)[None, :], np.array([399.0]))[0, 0]

    assert plain < 0.87
    assert reckoned == pytest.approx(1.0, abs=0.04)
