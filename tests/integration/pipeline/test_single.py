"""One file without a station: the same words and captions as the service's, and an interrupted run goes on."""

import asyncio
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from services.transcriber.compose import Choices
from services.transcriber.plan import SliceOptions
from services.transcriber.single import SingleOrder, transcribe_file
from shared.media.commands import probe_command
from shared.media.probe import read_probe
from tests.integration.pipeline.conftest import MODEL, Workshop

CAPTIONS = (".scc", ".vtt", ".srt", ".txt", "words.json", "cues.json")


def _order(media: Path, out: Path) -> SingleOrder:
    return SingleOrder(
        media=media,
        out=out,
        spec=MODEL,
        choices=Choices(),
        slices=SliceOptions(target_ms=25_000, max_ms=37_500),
        workers=1,
        frame_rate=_frame_rate(media),
    )


def _frame_rate(media: Path) -> Fraction | None:
    return read_probe(
        subprocess.run(probe_command(str(media)), capture_output=True, text=True, check=True).stdout
    ).frame_rate


async def test_a_file_by_itself_gets_the_captions_that_the_service_would_make(
    workshop: Workshop, clip: Path, tmp_path: Path
) -> None:
    made = await workshop.add(clip)
    await workshop.finish(workshop.worker())
    folder = Path(str((await workshop.row(made)).output_directory))

    await transcribe_file(_order(clip, tmp_path / "alone"), lambda what, share: None)

    station = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.endswith(CAPTIONS)}
    alone = {path.name: path.read_bytes() for path in (tmp_path / "alone").iterdir() if path.name.endswith(CAPTIONS)}
    assert len(alone) == len(CAPTIONS)
    assert alone == station


async def test_an_interrupted_run_goes_on_where_it_was(clip: Path, tmp_path: Path) -> None:
    order = _order(clip, tmp_path / "out")
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
