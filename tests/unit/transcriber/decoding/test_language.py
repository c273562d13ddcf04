"""Where a recording is listened to for its language, and what is made of what is heard there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transcriber.decoding.language import find_language, most_probable, places_to_listen
from services.transcriber.decoding.plan import windows
from services.transcriber.decoding.prepare import Prepared, plan_as_json, plan_from_json
from services.transcriber.engines.values import EngineInfo
from services.transcriber.hearing.audio import DecodedAudio
from services.transcriber.hearing.levels import AudioLevels
from services.transcriber.hearing.listen import Heard
from services.transcriber.hearing.probing import rank_audio_streams
from shared.quality.spans import Span

PLANNED = Prepared(
    DecodedAudio(10_000, 10_000, 0, 0, AudioLevels(-3.0, -20.0, -60.0, 0.0, 0.1)), Heard(10_000, (), ()), ()
)


def every_minute(count: int, length_ms: int = 20_000) -> tuple[Span, ...]:
    return tuple(Span(minute * 60_000, minute * 60_000 + length_ms) for minute in range(count))


def test_the_beginning_is_passed_over_and_each_third_is_heard_once() -> None:
    places = places_to_listen(every_minute(60))

    assert len(places) == 3
    assert places[0].start_ms >= 30_000
    assert [place.start_ms // 60_000 * 3 // 60 for place in places] == [0, 1, 2]


def test_the_longest_speech_of_a_third_is_heard() -> None:
    speech = [*every_minute(9, 2_000)]
    speech[5] = Span(300_000, 325_000)

    assert Span(300_000, 325_000) in places_to_listen(speech)


def test_a_short_recording_is_heard_where_there_is_something_to_hear() -> None:
    assert places_to_listen([Span(500, 9_000)]) == (Span(500, 9_000),)
    assert places_to_listen([]) == ()
    # Of one window after the beginning nobody could tell whether the others agree.
    assert len(places_to_listen(every_minute(2))) == 2


@given(
    st.lists(st.tuples(st.integers(1, 60_000), st.integers(1, 28_000)), max_size=40).map(
        lambda pairs: tuple(
            Span(before + gap, before + gap + length)
            for at, (gap, length) in enumerate(pairs)
            for before in [sum(map(sum, pairs[:at]))]
        )
    )
)
def test_places_are_windows_of_speech_in_time_order(speech: tuple[Span, ...]) -> None:
    places = places_to_listen(speech)

    assert len(places) == min(3, len(windows(speech)))
    assert list(places) == sorted(set(places), key=lambda place: place.start_ms)
    assert all(place.end_ms - place.start_ms <= 30_000 for place in places)


def test_two_places_that_agree_outvote_the_greeting_in_another_language() -> None:
    places = every_minute(3)

    found = most_probable(places, [{"es": 0.9, "en": 0.1}, {"es": 0.95, "en": 0.05}, {"en": 0.8, "es": 0.2}])

    assert (found.code, found.probability) == ("es", 0.683)
    assert [(place.code, place.probability) for place in found.places] == [("es", 0.9), ("es", 0.95), ("en", 0.8)]


@dataclass
class Listener:
    """Hears what it was told to, and remembers where it was asked to listen."""

    is_multilingual: bool = True
    asked: list[Span] = field(default_factory=list)

    async def start(self) -> EngineInfo:
        return EngineInfo("twin", "0", "small", "cpu", "int8", 1, 1, is_multilingual=self.is_multilingual)

    async def hear_languages(self, flac: Path, spans: Sequence[Span], *, timeout_s: float) -> list[dict[str, float]]:
        self.asked += spans
        return [{"es": 0.97, "pt": 0.03} for _ in spans]


async def test_a_recording_with_speech_is_listened_to() -> None:
    listener = Listener()

    found = await find_language(listener, Path("sound.flac"), every_minute(30))

    assert found is not None
    assert (found.code, found.probability) == ("es", 0.97)
    assert [(place.start_ms, place.end_ms) for place in found.places] == [
        (s.start_ms, s.end_ms) for s in listener.asked
    ]


@pytest.mark.parametrize(("multilingual", "speech"), [(False, every_minute(3)), (True, ())])
async def test_nobody_is_asked_where_nothing_can_be_found(multilingual: bool, speech: tuple[Span, ...]) -> None:
    listener = Listener(multilingual)

    assert await find_language(listener, Path("sound.flac"), speech) is None
    assert listener.asked == []


def test_what_was_found_survives_in_the_plan() -> None:
    found = most_probable(every_minute(3), [{"es": 0.9}, {"es": 0.8}, {"es": 0.7}])
    before = {name: value for name, value in plan_as_json(PLANNED).items() if name != "language"}

    assert plan_from_json(plan_as_json(PLANNED.in_language(found))).heard.language == found
    assert plan_from_json(plan_as_json(PLANNED)).heard.language is None
    assert plan_from_json(before).heard.language is None  # of an earlier release


@pytest.mark.parametrize(
    ("language", "order"), [("es", [2, 3, 1]), ("en", [1, 3, 2]), ("fr", [3, 1, 2]), ("auto", [1, 2, 3])]
)
def test_the_sound_track_of_the_language_is_taken(language: str, order: list[int]) -> None:
    streams = [
        {"codec_type": "audio", "codec_name": "aac", "index": index, "tags": {"language": tag}}
        for index, tag in enumerate(["eng", "spa", "und"], 1)
    ]
    streams[0]["disposition"] = {"default": 1}

    assert rank_audio_streams(streams, language) == order
