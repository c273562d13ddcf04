"""Knowing a voice again from one meeting to the next."""

import math

import pytest

from shared.meetings import KnownVoice, learn_voice, match_voices

MAYOR = KnownVoice("Mayor Reed", (1.0, 0.0, 0.0))
CLERK = KnownVoice("Clerk Ortiz", (0.0, 1.0, 0.0))


def test_a_voice_like_a_known_one_is_matched_with_its_cosine() -> None:
    (match,) = match_voices({"S1": (0.8, 0.0, 0.6), "S2": (0.0, 0.0, 1.0)}, [MAYOR, CLERK])

    assert (match.label, match.name, match.likeness) == ("S1", "Mayor Reed", 0.8)


def test_a_known_voice_is_only_one_of_this_meetings_voices_and_the_most_alike_gets_it() -> None:
    matches = match_voices({"S1": (0.8, 0.6, 0.0), "S2": (0.96, 0.28, 0.0)}, [MAYOR, CLERK])

    assert [(match.label, match.name) for match in matches] == [("S2", "Mayor Reed"), ("S1", "Clerk Ortiz")]


def test_just_below_the_bound_nobody_is_matched() -> None:
    off = math.acos(0.59)

    assert match_voices({"S1": (math.cos(off), math.sin(off), 0.0)}, [MAYOR]) == ()


def test_embeddings_of_another_model_say_nothing() -> None:
    assert match_voices({"S1": (1.0, 0.0)}, [MAYOR]) == ()


def test_how_loud_an_embedding_is_does_not_matter() -> None:
    (match,) = match_voices({"S1": (50.0, 0.0, 0.0)}, [KnownVoice("Mayor Reed", (0.1, 0.0, 0.0))])

    assert match.likeness == 1.0


def test_a_voice_confirmed_again_becomes_the_mean_of_its_meetings() -> None:
    once = learn_voice("Mayor Reed", (2.0, 0.0))
    twice = learn_voice("Mayor Reed", (0.0, 2.0), once)

    assert (once.embedding, once.samples) == ((1.0, 0.0), 1)
    assert twice.samples == 2
    assert twice.embedding == pytest.approx((math.sqrt(0.5), math.sqrt(0.5)), abs=1e-5)


def test_a_voice_of_many_meetings_still_follows_a_new_microphone() -> None:
    voice = KnownVoice("Mayor Reed", (1.0, 0.0), samples=500)
    for _ in range(60):
        voice = learn_voice("Mayor Reed", (0.0, 1.0), voice)

    assert voice.embedding[1] > 0.9
