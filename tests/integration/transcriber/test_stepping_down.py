# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""Memory that runs out on a machine without a network, in real child processes under a real limit."""

import asyncio
import os
import signal
from dataclasses import replace

import psutil
import pytest

from services.transcriber.decoding.plan import SliceOptions, plan_slices
from services.transcriber.engines import EngineChild
from services.transcriber.engines.pool import SpeechPool
from shared import metrics
from shared.errors import RanShort, Temporary, Unusable
from shared.quality.spans import Span
from tests.integration.transcriber.conftest import keep_in_cache

MB = 1_000_000
LEFT, TOO_LARGE = 500 * MB, 800 * MB
"""What a child may take besides what it takes at once, and what a model needs that is too large for it."""


@pytest.fixture(scope="session")
def loaded_bytes(demonstration) -> int:
    """What the limit counts of a child with the demonstration model; it differs by machine."""

    async def ask() -> int:
        child = EngineChild(demonstration)
        await child.start()
        try:
            return int(psutil.Process(child.pid).memory_info().data)
        finally:
            await child.close()

    return asyncio.run(ask())


@pytest.fixture
def scarce(demonstration, loaded_bytes, tmp_path):
    """A model by its name, offline, in a process that gets little memory."""
    return replace(
        demonstration,
        model="small.en",
        batch_size=2,
        cache_dir=str(tmp_path),
        offline=True,
        memory_limit_bytes=loaded_bytes + LEFT,
    )


@pytest.fixture
def ask(meeting, request_for):
    """One short slice of the meeting, by whoever is to hear it."""
    one = plan_slices(meeting.heard.speech, meeting.heard.duration_ms, SliceOptions(20_000, 30_000))[0]

    async def transcribe(child: EngineChild):
        result = await child.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=100)
        return result, one.end_ms - one.start_ms

    return transcribe


def restarts(reason: str) -> float:
    return float(metrics.ENGINE_RESTARTS.labels(reason)._value.get())


async def test_a_smaller_model_that_is_not_here_is_passed_over(scarce, ask, tmp_path) -> None:
    keep_in_cache(tmp_path, "small.en", ballast_bytes=TOO_LARGE)
    keep_in_cache(tmp_path, "tiny.en")
    child = EngineChild(scarce)

    try:
        result, length_ms = await ask(child)
    finally:
        await child.close()

    assert result.degradations == ("model small.en -> tiny.en: out of memory",)
    assert result.smaller_model == (Span(0, length_ms),)
    assert result.engine.model == "tiny.en"
    assert len(result.words) > 10


async def test_where_no_smaller_model_is_here_one_slice_fails_and_the_next_may_do_better(scarce, ask, tmp_path) -> None:
    keep_in_cache(tmp_path, "small.en", ballast_bytes=TOO_LARGE)
    pool = SpeechPool(scarce, 1)

    try:
        async with pool.engine() as child:
            with pytest.raises(RanShort) as failed:
                await ask(child)
        keep_in_cache(tmp_path, "small.en")  # memory suffices again
        async with pool.engine() as again:
            result, _ = await ask(again)
    finally:
        await pool.close()

    assert failed.value.code == "engine_out_of_memory"
    assert "base.en or tiny.en" in failed.value.message
    assert again is child
    assert (result.engine.model, result.degradations, result.smaller_model) == ("small.en", (), ())


async def test_a_model_that_was_wanted_and_is_not_here_is_said_and_no_smaller_one_is_taken(scarce, tmp_path) -> None:
    keep_in_cache(tmp_path, "tiny.en")

    with pytest.raises(Unusable) as refused:
        await EngineChild(scarce).start()

    assert refused.value.code == "model_not_here"


async def test_after_some_slices_the_wanted_model_is_tried_again_and_ever_less_often(scarce, ask, tmp_path) -> None:
    keep_in_cache(tmp_path, "small.en", ballast_bytes=TOO_LARGE)
    keep_in_cache(tmp_path, "tiny.en")
    child = EngineChild(scarce, retry_slices=1)
    before = restarts("all_wanted_again")

    try:
        models, pids = [], []
        for _ in range(4):
            result, _ = await ask(child)
            models.append(result.engine.model)
            pids.append(child.pid)
        keep_in_cache(tmp_path, "small.en")
        for _ in range(3):
            result, _ = await ask(child)
            models.append(result.engine.model)
    finally:
        await child.close()

    # In vain before the second and the fourth slice; before the eighth it would be tried once more.
    assert pids[0] != pids[1] == pids[2] != pids[3]
    assert restarts("all_wanted_again") == before + 2
    assert models == ["tiny.en"] * 7


async def test_after_a_quiet_while_the_wanted_model_is_tried_again(scarce, ask, tmp_path) -> None:
    keep_in_cache(tmp_path, "small.en", ballast_bytes=TOO_LARGE)
    keep_in_cache(tmp_path, "tiny.en")
    child = EngineChild(scarce, retry_idle_s=0)

    try:
        first, _ = await ask(child)
        keep_in_cache(tmp_path, "small.en")
        second, _ = await ask(child)
    finally:
        await child.close()

    assert [first.engine.model, second.engine.model] == ["tiny.en", "small.en"]
    assert second.degradations == ()


async def test_every_new_start_of_a_process_is_counted_by_its_reason(demonstration, ask) -> None:
    reasons = ("engine_crashed", "recycled")
    before = [restarts(reason) for reason in reasons]
    child = EngineChild(demonstration, recycle_after=1)

    try:
        await child.start()
        assert child.pid is not None
        os.kill(child.pid, signal.SIGSEGV)
        with pytest.raises(Temporary):
            await ask(child)
        after_crash = [restarts(reason) for reason in reasons]
        await ask(child)  # the second process
        await ask(child)  # the third
    finally:
        await child.close()

    assert after_crash == before
    assert [restarts(reason) for reason in reasons] == [before[0] + 1, before[1] + 1]
