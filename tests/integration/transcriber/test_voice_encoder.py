"""Telling voices apart with the real weights, which come with the normal packages: child process, sound and all."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from services.transcriber.composing.telling_apart import try_speakers
from services.transcriber.engines import DiarizationSpec, find_speakers
from services.transcriber.engines.voice_cast import give_speakers
from services.transcriber.engines.voice_encoder import WEIGHTS, packaged_folder
from shared.captions.model import Word
from shared.errors import RanShort
from tests.integration.transcriber.conftest import Meeting

SPEC = DiarizationSpec("resemblyzer", likeness=0.83)


def speech(meeting: Meeting) -> list[tuple[int, int]]:
    return [(span.start_ms, span.end_ms) for span in meeting.heard.speech]


def _ms(seconds: object) -> int:
    return round(float(str(seconds)) * 1000)


async def test_the_voices_of_the_demonstration_are_told_apart(meeting: Meeting) -> None:
    told: list[int] = []

    cast = await find_speakers(
        meeting.flac, SPEC, timeout_s=250, speech=speech(meeting), on_progress=lambda done, _: told.append(done)
    )

    spoken = [(str(one["speaker"]), _ms(one["start_s"]), _ms(one["end_s"])) for one in meeting.utterances]
    middles = [((start + end) // 2, who) for who, start, end in spoken if end - start >= 1600]
    given = give_speakers([Word("x", at - 50, at + 50) for at, _ in middles], cast.turns)
    labels = {
        who: {word.speaker for word, (_, one) in zip(given, middles, strict=True) if one == who} for _, who in middles
    }
    assert told == sorted(told)
    assert told[-1] == meeting.heard.duration_ms
    # To the network the variants of one synthesizer are one voice, a man's or a woman's; the other has two voices.
    together = {frozenset(who for who in labels if labels[who] == {label}) for own in labels.values() for label in own}
    assert together == {
        frozenset({"Mayor Whitfield", "Council Member Bennett", "Hector Navarro"}),
        frozenset({"Council Member Alvarez", "Council Member Okafor", "Rosa Delgado"}),
        frozenset({"City Clerk"}),
        frozenset({"Daniel Foster, Public Works"}),
    }


async def test_the_same_sound_gives_the_same_turns(meeting: Meeting) -> None:
    minute = [span for span in speech(meeting) if span[1] < 60_000]

    one, other = [await find_speakers(meeting.flac, SPEC, timeout_s=250, speech=minute) for _ in range(2)]

    assert one == other
    assert one.turns


async def test_damaged_weights_are_a_sentence_and_cost_no_caption(meeting: Meeting, tmp_path: Path) -> None:
    whole = packaged_folder()
    assert whole is not None
    (tmp_path / WEIGHTS).write_bytes((whole / WEIGHTS).read_bytes()[:1_000_000])

    found = await try_speakers(
        meeting.flac, replace(SPEC, model=str(tmp_path)), timeout_s=250, speech=speech(meeting)[:3]
    )

    assert found.turns == ()
    assert f"The voice encoder in {tmp_path} cannot be loaded: " in str(found.warning)


async def test_it_ends_when_its_time_is_over(meeting: Meeting) -> None:
    with pytest.raises(RanShort) as late:
        await find_speakers(meeting.flac, SPEC, timeout_s=0.05, speech=speech(meeting))

    assert late.value.code == "diarization_timeout"
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
