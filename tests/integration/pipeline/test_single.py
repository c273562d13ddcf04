"""One file without a station: the same words and captions as the service's, and an interrupted run goes on."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.transcriber.composing.compose import CaptionChoices
from services.transcriber.decoding.plan import SliceOptions
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.engines.values import DecodeOptions
from services.transcriber.gateways.summariser import Summariser, SummariserSettings
from services.transcriber.single import SingleOrder, transcribe_file
from shared.errors import Temporary
from shared.media.ffmpeg_commands import probe_command
from shared.media.probe import read_probe
from tests.integration.pipeline.conftest import MODEL, Workshop

CAPTIONS = (".scc", ".vtt", ".srt", ".txt", "words.json", "cues.json")


def order_of(media: Path, out: Path) -> SingleOrder:
    return SingleOrder(
        media=media,
        out=out,
        spec=MODEL,
        choices=CaptionChoices(),
        slices=SliceOptions(target_ms=25_000, max_ms=37_500),
        workers=1,
        frame_rate=_frame_rate(media),
    )


def _quiet(what: str, share: float) -> None:
    """Somebody who wants to know nothing."""


def _frame_rate(media: Path) -> Fraction | None:
    return read_probe(
        subprocess.run(probe_command(str(media)), capture_output=True, text=True, check=True).stdout
    ).frame_rate


async def test_a_file_by_itself_gets_the_captions_that_the_service_would_make(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    made = await workshop.add(clip)
    await workshop.finish(workshop.worker())
    folder = Path(str((await workshop.row(made)).metadata_file_path)).parent

    await transcribe_file(order_of(clip, tmp_path / "alone"), lambda what, share: None)

    station = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.endswith(CAPTIONS)}
    alone = {path.name: path.read_bytes() for path in (tmp_path / "alone").iterdir() if path.name.endswith(CAPTIONS)}
    assert len(alone) == len(CAPTIONS)
    assert alone == station


async def test_an_interrupted_run_goes_on_where_it_was(clip: Path, tmp_path: Path) -> None:
    order = order_of(clip, tmp_path / "out")
    kept = tmp_path / "out" / ".work" / "fast" / "slice-0000.json"
    running = asyncio.create_task(transcribe_file(order, lambda what, share: None))
    async with asyncio.timeout(60):
        while not kept.exists():
            await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    before = kept.stat().st_mtime_ns
    seen = []

    def report(what: str, _: float) -> None:
        if what == "writing captions":
            seen.append(kept.stat().st_mtime_ns)

    await transcribe_file(order, report)

    assert seen == [before]
    assert sorted(path.name for path in order.out.iterdir() if path.name.startswith(".")) == []


async def test_files_that_share_a_pool_share_its_loaded_model(short_clip: Path, tmp_path: Path) -> None:
    pool = SpeechPool(MODEL, 1)
    pids = []
    try:
        for name in ("one", "two"):
            await transcribe_file(order_of(short_clip, tmp_path / name), _quiet, lent=pool)
            async with pool.engine() as child:
                pids.append(child.pid)
    finally:
        await pool.close()

    assert pids[0] is not None
    assert pids[0] == pids[1]


async def test_only_the_formats_that_are_wanted_are_written_with_the_report(short_clip: Path, tmp_path: Path) -> None:
    order = replace(order_of(short_clip, tmp_path / "out"), formats=frozenset({"srt", "txt"}))

    result = await transcribe_file(order, _quiet)

    assert set(result.files) == {"srt", "txt", "quality", "manifest"}
    assert {path.name for path in order.out.iterdir()} == {"short.srt", "short.txt", "quality.json", "manifest.json"}


async def test_a_recording_that_is_still_written_is_left_for_later(short_clip: Path, tmp_path: Path) -> None:
    media = Path(shutil.copy(short_clip, tmp_path / "growing.mp4"))
    order = order_of(media, tmp_path / "out")

    def grow(what: str, share: float) -> None:
        if what == "reading the sound" and share > 0:
            with media.open("ab") as file:
                file.write(b"more")

    with pytest.raises(Temporary) as told:
        await transcribe_file(order, grow)

    assert told.value.code == "media_changing"
    assert (await transcribe_file(order, _quiet)).notes == ()


async def test_a_recording_that_changes_after_it_was_read_is_told_of(short_clip: Path, tmp_path: Path) -> None:
    media = Path(shutil.copy(short_clip, tmp_path / "changed.mp4"))

    def change(what: str, share: float) -> None:
        if what == "writing captions":
            os.utime(media, (0, 0))

    result = await transcribe_file(order_of(media, tmp_path / "out"), change)

    assert [note[:27] for note in result.notes] == ["The recording has changed s"]


async def test_ctrl_c_while_the_sound_is_read_keeps_no_half_of_it(clip: Path, tmp_path: Path) -> None:
    order = order_of(clip, tmp_path / "out")
    reading = asyncio.Event()
    loop = asyncio.get_running_loop()

    def report(what: str, share: float) -> None:
        if what == "reading the sound":
            loop.call_soon_threadsafe(reading.set)

    running = asyncio.create_task(transcribe_file(order, report))
    await reading.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await loop.shutdown_default_executor()

    assert not (order.out / ".work" / "plan.json").exists()


async def test_a_language_models_summary_is_on_the_page_and_its_absence_is_told(clip: Path, tmp_path: Path) -> None:
    def answer(question: httpx.Request) -> httpx.Response:
        place = json.loads(question.content)["messages"][1]["content"].split("]")[0] + "]"
        return httpx.Response(200, json={"choices": [{"message": {"content": f"The council met {place}"}}]})

    async def summarised(out: Path, transport: httpx.MockTransport) -> tuple[str, tuple[str, ...]]:
        async with httpx.AsyncClient(transport=transport) as client:
            summariser = Summariser(SummariserSettings("http://127.0.0.1:9/v1", "small"), client)
            result = await transcribe_file(order_of(clip, out), _quiet, summariser=summariser)
        return result.files["summary"].read_text(), result.notes

    page, notes = await summarised(tmp_path / "answered", httpx.MockTransport(answer))
    plain, told = await summarised(tmp_path / "busy", httpx.MockTransport(lambda _: httpx.Response(503)))

    assert ("The council met" in page, notes) == (True, ())
    assert "The council met" not in plain
    assert told == (
        "The summary has the meeting's own sentences only: The summary model is busy or broken (HTTP 503).",
    )


@pytest.fixture(scope="session")
def noisy_clip(clip: Path, make_media: Callable[[str, Sequence[str]], Path]) -> Path:
    """The same in noise, where the model doubts: beams of one and of five hear other sentences, on any processor."""
    noise = "anoisesrc=color=pink:amplitude=0.02:seed=5:duration=77[n];[0:a][n]amix=inputs=2:normalize=0[a]"
    picture_and_mixed = ["-map", "0:v", "-map", "[a]", "-c:v", "copy", "-c:a", "aac"]
    return make_media("noisy.mp4", ["-i", str(clip), "-filter_complex", noise, *picture_and_mixed])


async def test_the_beam_that_was_chosen_is_the_one_that_decodes_at_a_station_and_for_one_file(
    workshop: Workshop, noisy_clip: Path, tmp_path: Path
) -> None:
    narrow = replace(MODEL, options=DecodeOptions(beam_size=1))
    said: dict[str, list[tuple[str, float]]] = {}

    for name, spec in (("narrow", narrow), ("wide", MODEL)):
        order = replace(order_of(noisy_clip, tmp_path / name), spec=spec)
        kept = order.keep / "fast"

        def keep(what: str, _: float, kept: Path = kept, name: str = name) -> None:
            if what == "writing captions":
                results = [json.loads(file.read_bytes()) for file in sorted(kept.iterdir())]
                said[name] = [one for result in results for one in _words_of(result)]

        await transcribe_file(order, keep)
    made = await workshop.add(noisy_clip)
    await workshop.finish(workshop.worker(workshop.deps(narrow)))

    pieces = await workshop.slices(made)
    assert _texts(said["narrow"]) != _texts(said["wide"])
    assert [one for piece in pieces for one in _words_of(piece.result or {})] == said["narrow"]


def _words_of(result: dict[str, Any]) -> list[tuple[str, float]]:
    return [(word["text"], word["confidence"]) for word in result["words"]]


def _texts(words: list[tuple[str, float]]) -> list[str]:
    return [text for text, _confidence in words]
