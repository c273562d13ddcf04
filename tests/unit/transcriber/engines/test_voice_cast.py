import numpy as np
import pytest

from services.transcriber.engines.diarize import DiarizationSpec
from services.transcriber.engines.voice_cast import Cast, Turn, WindowOfTurns, give_speakers, join_windows
from shared.captions.model import Word

MAYOR, CLERK, CITIZEN = (1.0, 0.1, 0.0), (0.0, 1.0, 0.1), (0.1, 0.0, 1.0)


def window(at_ms: int, **voices: tuple[float, ...]) -> WindowOfTurns:
    turns = tuple(Turn(at_ms + 1000 * n, at_ms + 1000 * n + 900, name) for n, name in enumerate(voices))
    return WindowOfTurns(turns, voices)


def speakers(cast: Cast) -> list[str]:
    return [turn.speaker for turn in cast.turns]


def test_a_voice_keeps_its_name_from_window_to_window() -> None:
    cast = join_windows([window(0, a=MAYOR, b=CLERK), window(10_000, a=CLERK, b=MAYOR, c=CITIZEN)])

    assert speakers(cast) == ["S1", "S2", "S2", "S1", "S3"]
    assert set(cast.voices) == {"S1", "S2", "S3"}
    assert np.linalg.norm(cast.voices["S1"]) == pytest.approx(1, abs=1e-4)


def test_two_voices_of_one_window_are_never_made_one() -> None:
    alike = (0.99, 0.12, 0.0)

    cast = join_windows([window(0, a=MAYOR), window(10_000, a=MAYOR, b=alike)])

    assert speakers(cast) == ["S1", "S1", "S2"]


def test_a_voice_too_short_for_an_embedding_is_a_speaker_of_its_own() -> None:
    short = WindowOfTurns((Turn(20_000, 20_300, "x"),), {"x": (float("nan"),) * 3})

    cast = join_windows([window(0, a=MAYOR), short])

    assert speakers(cast) == ["S1", "S2"]
    assert "S2" not in cast.voices


def test_an_empty_meeting_has_no_cast() -> None:
    assert join_windows([]) == Cast((), {})
    assert join_windows([WindowOfTurns((), {})]) == Cast((), {})


def test_forty_voices_over_twenty_four_windows_stay_forty() -> None:
    rng = np.random.default_rng(4)
    people = rng.normal(0, 1, (40, 128))
    windows = []
    for number in range(24):
        here = sorted(rng.choice(40, 8, replace=False))
        voices = {f"v{n}": tuple(people[who] + rng.normal(0, 0.25, 128)) for n, who in enumerate(here)}
        turns = tuple(Turn(number * 600_000 + n * 1000, number * 600_000 + n * 1000 + 900, f"v{n}") for n in range(8))
        windows.append(WindowOfTurns(turns, voices))

    assert len(join_windows(windows).voices) == 40


def test_words_get_the_speaker_whose_turn_holds_most_of_them() -> None:
    turns = [Turn(0, 1000, "S1"), Turn(1000, 2000, "S2")]
    words = [Word("a", 100, 300), Word("b", 900, 1300), Word("c", 2200, 2400), Word("d", 9000, 9100, "Clerk")]

    assert [word.speaker for word in give_speakers(words, turns)] == ["S1", "S2", "S2", "Clerk"]


def test_without_turns_the_words_stay_as_they_are() -> None:
    words = (Word("a", 100, 300), Word("b", 900, 1300, "Mayor"))

    assert give_speakers(words, []) == words


def of_people(count: int, noise: float, windows: int = 12) -> list[WindowOfTurns]:
    """Two of them in each window, heard with so much noise."""
    rng = np.random.default_rng(5)
    people = rng.normal(0, 1, (count, 64))
    heard = []
    for number in range(windows):
        here = rng.choice(count, 2, replace=False)
        voices = {f"v{n}": tuple(people[who] + rng.normal(0, noise, 64)) for n, who in enumerate(here)}
        turns = tuple(Turn(number * 600_000 + n * 1000, number * 600_000 + n * 1000 + 900, f"v{n}") for n in range(2))
        heard.append(WindowOfTurns(turns, voices))
    return heard


def people(cast: Cast) -> int:
    return len({turn.speaker for turn in cast.turns})


def test_no_more_people_are_told_apart_than_there_are() -> None:
    hoarse = of_people(4, noise=1.2)

    assert people(join_windows(hoarse)) > 4
    assert people(join_windows(hoarse, at_most=4)) <= 4
    assert people(join_windows(hoarse, at_most=1)) == 2  # who were told apart within a window stay two


def test_people_who_sound_alike_are_told_apart_where_there_must_be_more() -> None:
    alike = [(1.0, 0.0, 0.0), (0.75, 0.66, 0.0)]
    heard = [window(600_000 * number, a=alike[number % 2]) for number in range(6)]

    assert people(join_windows(heard)) == 1
    assert people(join_windows(heard, at_least=2)) == 2
    # Nobody makes ten people of one voice.
    assert people(join_windows([window(600_000 * n, a=MAYOR) for n in range(6)], at_least=10)) == 1


def test_a_bound_that_is_met_anyway_changes_nothing() -> None:
    clear = of_people(5, noise=0.2)

    assert join_windows(clear, at_least=2, at_most=9) == join_windows(clear)


@pytest.mark.parametrize(
    ("station", "city", "meant"),
    [
        ((0, 0), (None, None), (0, 0)),
        ((2, 9), (None, None), (2, 9)),
        ((2, 9), (5, 7), (5, 7)),
        ((0, 9), (12, None), (12, 0)),
        ((5, 0), (None, 3), (0, 3)),
        ((5, 9), (12, 14), (12, 14)),
    ],
)
def test_a_city_knows_better_how_many_speak(
    station: tuple[int, int], city: tuple[int | None, int | None], meant: tuple[int, int]
) -> None:
    spec = DiarizationSpec("model", min_speakers=station[0], max_speakers=station[1]).for_city(*city)

    assert (spec.min_speakers, spec.max_speakers) == meant
