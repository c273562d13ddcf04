# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import pytest

from services.transcriber.sizing import GIB, Machine, suggest, this_machine


@pytest.mark.parametrize(("memory", "batch"), [(4, 8), (15.5, 16), (16, 16), (31.2, 32), (64, 32)])
def test_the_batch_grows_with_memory(memory, batch) -> None:
    assert suggest("cpu", Machine(8, int(memory * GIB))).batch_size == batch


@pytest.mark.parametrize(("memory", "batch"), [(4, 8), (8, 16), (16, 32), (80, 32)])
def test_a_gpu_counts_its_own_memory_and_works_alone(memory, batch) -> None:
    sizing = suggest("cuda", Machine(16, 8 * GIB, memory * GIB))

    assert (sizing.batch_size, sizing.concurrency) == (batch, 1)


def test_with_memory_enough_every_core_gets_a_one_thread_model() -> None:
    sizing = suggest("cpu", Machine(4, 32 * GIB))

    assert (sizing.threads, sizing.concurrency) == (1, 4)


def test_with_little_memory_fewer_models_share_the_cores() -> None:
    sizing = suggest("cpu", Machine(8, 6 * GIB), model_bytes=GIB)

    assert sizing.concurrency == 1
    assert sizing.threads == 8
    assert "8 cores, 6 GiB" in sizing.reason


def test_this_machine_has_cores_and_memory() -> None:
    machine = this_machine()

    assert machine.cores >= 1
    assert machine.memory_bytes > GIB // 2
