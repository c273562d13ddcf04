# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""How the process of an engine lives and ends: killed, cancelled, replaced, short of memory, and what it may see."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from services.transcriber.decoding.plan import SliceOptions, plan_slices
from services.transcriber.engines import EngineChild
from services.transcriber.engines.memory import memory_estimate_of
from services.transcriber.engines.pipes import ChildProcess
from shared.errors import Temporary

MINUTE = SliceOptions(target_ms=60_000, max_ms=90_000)


async def test_a_killed_child_is_a_reason_and_the_next_request_gets_a_fresh_one(child, meeting, request_for) -> None:
    one = plan_slices(meeting.heard.speech, meeting.heard.duration_ms, MINUTE)[0]
    await child.start()
    first = child.pid

    def kill(done_ms: int, of_ms: int) -> None:
        if child.pid == first and child.pid is not None:
            os.kill(child.pid, signal.SIGSEGV)

    with pytest.raises(Temporary) as crashed:
        await child.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=60, on_progress=kill)

    assert crashed.value.code == "engine_crashed"
    again = await child.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=60)
    assert len(again.words) > 20
    assert child.pid != first


async def test_cancel_ends_the_work_within_a_second(child, meeting, request_for) -> None:
    one = plan_slices(meeting.heard.speech, meeting.heard.duration_ms)[0]
    await child.start()
    pid, loop = child.pid, asyncio.get_running_loop()
    work = asyncio.create_task(child.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=60))
    await asyncio.sleep(0.1)

    asked_at = loop.time()
    await child.cancel()
    with pytest.raises(Temporary) as cancelled:
        await work

    assert cancelled.value.code == "cancelled"
    assert loop.time() - asked_at < 1.0
    assert not psutil.pid_exists(pid)


async def test_whoever_is_cancelled_while_a_child_starts_leaves_no_child_behind() -> None:
    before = asyncio.all_tasks()
    program = "services.transcriber.engines.offer"

    for turns in range(30):  # somewhere in each of the steps that starting takes
        spawning = asyncio.create_task(ChildProcess.spawn(program, {}))
        for _ in range(turns):
            await asyncio.sleep(0)
        spawning.cancel()
        await asyncio.wait({spawning})
        if not spawning.cancelled():
            await spawning.result().kill()

    def left():
        processes = psutil.process_iter(["ppid", "cmdline"])
        return [one for one in processes if one.info["ppid"] == os.getpid() and program in (one.info["cmdline"] or ())]

    async with asyncio.timeout(10):
        while left():
            await asyncio.sleep(0.05)
    assert asyncio.all_tasks() == before


async def test_a_child_is_gone_when_whoever_ends_it_is_told_to_hurry() -> None:
    before = asyncio.all_tasks()
    child = await ChildProcess.spawn("services.transcriber.engines.offer", {})
    ending = asyncio.create_task(child.kill())
    await asyncio.sleep(0)

    ending.cancel()
    await asyncio.wait({ending})

    assert ending.cancelled()
    assert child.process.returncode is not None
    assert asyncio.all_tasks() == before


async def test_a_request_that_takes_too_long_is_ended(child, meeting, request_for) -> None:
    one = plan_slices(meeting.heard.speech, meeting.heard.duration_ms)[0]
    await child.start()
    pid = child.pid

    with pytest.raises(Temporary) as late:
        await child.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=0.05)

    assert late.value.code == "engine_timeout"
    assert not psutil.pid_exists(pid)


async def test_a_child_is_replaced_after_so_many_slices(demonstration, meeting, request_for) -> None:
    child = EngineChild(demonstration, recycle_after=1)
    one = plan_slices(meeting.heard.speech, meeting.heard.duration_ms, SliceOptions(20_000, 30_000))[0]
    pids = []
    for _ in range(2):
        await child.start()
        pids.append(child.pid)
        await child.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=60)
        assert child.pid is None

    assert pids[0] != pids[1]


async def test_scarce_memory_is_met_with_smaller_batches_until_the_child_is_replaced(
    child, demonstration, meeting, request_for
) -> None:
    # What a loaded child takes differs by machine. On top of it four windows at once take about 170 MiB, one takes 50.
    await child.start()
    cap = psutil.Process(child.pid).memory_info().data + 110 * 2**20
    capped = EngineChild(replace(demonstration, batch_size=4, memory_limit_bytes=cap), recycle_after=2)
    four, *_, short = (
        *plan_slices(meeting.heard.speech, meeting.heard.duration_ms, SliceOptions(110_000, 130_000)),
        *plan_slices(meeting.heard.speech, meeting.heard.duration_ms, SliceOptions(20_000, 30_000)),
    )

    try:
        scarce = await capped.transcribe(meeting.flac, four.start_ms, four.end_ms, request_for(four), timeout_s=200)
        after = await capped.transcribe(meeting.flac, short.start_ms, short.end_ms, request_for(short), timeout_s=200)
        replaced = await capped.start()
    finally:
        await capped.close()

    assert scarce.degradations == ("batch size 4 -> 1: out of memory",)
    assert scarce.engine is not None
    assert scarce.engine.batch_size == 1
    assert meeting.word_errors(scarce.words, four.start_ms, four.end_ms) <= 0.03
    assert after.degradations == scarce.degradations
    assert replaced.batch_size == 4


async def test_a_child_takes_no_more_memory_than_it_was_counted_with(demonstration, meeting, request_for) -> None:
    one = plan_slices(meeting.heard.speech, meeting.heard.duration_ms)[0]
    spec = replace(demonstration, batch_size=4)
    child = EngineChild(spec)
    ours = b"x" * 2**30  # what we hold is not the child's, though the kernel's own count says so

    try:
        result = await child.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=100)
    finally:
        await child.close()
        del ours

    counted = memory_estimate_of(spec, "cpu").with_batch(4)
    assert counted / 2 < result.peak_memory_bytes <= counted


async def test_a_child_of_one_card_sees_that_card_alone(demonstration, monkeypatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    child, other = EngineChild(replace(demonstration, card="GPU-2")), EngineChild(demonstration)

    try:
        await child.start()
        await other.start()
        seen = [_environment_of(one.pid).get("CUDA_VISIBLE_DEVICES") for one in (child, other)]
    finally:
        await child.close()
        await other.close()

    assert seen == ["GPU-2", "0,1"]


def _environment_of(pid) -> dict[str, str]:
    entries = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return {name: value for name, _, value in (entry.partition("=") for entry in entries)}


def test_a_child_dies_with_its_parent(demonstration, tmp_path) -> None:
    script = textwrap.dedent(
        """
        import asyncio, sys
        from services.transcriber.engines import EngineChild, EngineSpec

        async def main() -> None:
            child = EngineChild(EngineSpec(engine="faster-whisper", model=sys.argv[1], device="cpu"))
            await child.start()
            print(child.pid, flush=True)
            await asyncio.sleep(60)

        asyncio.run(main())
        """
    )
    root = Path(__file__).parents[3]
    parent = subprocess.Popen(
        [sys.executable, "-c", script, demonstration.model], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.wait()
    parent.stdout.close()

    child.wait(timeout=5)
    assert not child.is_running()


def test_a_child_sees_no_secret_of_ours(monkeypatch) -> None:
    from services.transcriber.engines.pipes import _environment

    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("CABLECAST_PASSWORD", "secret")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    assert "secret" not in str(_environment())
    assert _environment()["HF_HUB_OFFLINE"] == "1"


async def test_a_folder_is_meant_from_where_the_caller_stands_and_the_code_is_ours(
    demonstration, tmp_path, monkeypatch
) -> None:
    """The child stood in the project's folder, and looked there for models, for caches and for what times words."""
    (tmp_path / "weights").symlink_to(demonstration.model)
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "__init__.py").write_text("raise SystemExit('this is somebody else')")
    monkeypatch.chdir(tmp_path)
    child = EngineChild(replace(demonstration, model="./weights"))

    try:
        info = await child.start()
    finally:
        await child.close()

    assert info.is_demonstration
