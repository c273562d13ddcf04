# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

from dataclasses import replace

import pytest

from services.transcriber.engines.hardware import Card
from services.transcriber.engines.memory import MemoryEstimate
from services.transcriber.engines.sizing import GIB, EngineSlot, Machine, completed, fit, this_machine
from services.transcriber.engines.values import EngineSpec
from shared.errors import Unusable

TINY = EngineSpec("faster-whisper", "tiny.en", "cpu")
SMALL = replace(TINY, model="small.en")
LARGE = replace(TINY, model="large-v3")


def cards(*sizes_gib: int) -> tuple[Card, ...]:
    return tuple(Card(f"GPU-{number}", size * GIB, "NVIDIA L4") for number, size in enumerate(sizes_gib))


def machine(*sizes_gib: int, cores: int = 16, memory_gib: int = 64) -> Machine:
    return Machine(cores, memory_gib * GIB, cards(*sizes_gib), has_cuda=bool(sizes_gib))


@pytest.mark.parametrize(("memory", "batch"), [(4, 8), (15.5, 16), (16, 16), (31.2, 32), (64, 32)])
def test_the_batch_grows_with_memory(memory, batch) -> None:
    assert fit(TINY, machine=Machine(1, int(memory * GIB))).batch_sizes == (batch,)


@pytest.mark.parametrize(("memory", "batch"), [(4, 8), (8, 16), (16, 32), (80, 32)])
def test_a_card_counts_its_own_memory(memory, batch) -> None:
    fitted = fit(replace(TINY, device="cuda"), machine=machine(memory, memory_gib=8))

    assert (fitted.batch_sizes, fitted.concurrency) == ((batch,), 1)


@pytest.mark.parametrize(
    ("model", "memory_gib", "slices", "batch"),
    [
        ("tiny.en", 8, 4, 8),
        ("small.en", 8, 4, 4),  # rather than fewer children with more windows each
        ("small.en", 16, 4, 8),
        ("medium", 16, 3, 4),
        ("large-v3", 16, 2, 4),
        ("large-v3", 64, 4, 8),
        ("large-v3", 6, 1, 2),
        ("large-v3", 4, 1, 1),
    ],
)
def test_a_larger_model_leaves_room_for_fewer_windows_and_fewer_children(model, memory_gib, slices, batch) -> None:
    fitted = fit(replace(TINY, model=model), machine=machine(cores=4, memory_gib=memory_gib))

    assert (fitted.concurrency, fitted.batch_sizes) == (slices, (batch,))
    assert fitted.concurrency * fitted.child_bytes <= memory_gib * GIB
    assert fitted.spec.threads == 4 // slices


def test_the_reason_tells_what_a_child_takes_and_all_of_them() -> None:
    reason = fit(SMALL, machine=machine(cores=2, memory_gib=16)).reason

    assert reason == "2 cores, 16 GiB; about 3.8 GiB for each, 7.6 GiB in all"


def test_a_large_model_takes_a_smaller_batch_on_a_small_card() -> None:
    fitted = fit(replace(LARGE, device="cuda"), machine=machine(8))

    assert fitted.batch_sizes == (4,)
    assert fitted.child_bytes < 8 * GIB


@pytest.mark.parametrize(("concurrency", "threads"), [(1, 8), (2, 4), (3, 2), (8, 1), (16, 1)])
def test_cores_are_shared_by_as_many_as_were_asked_for(concurrency, threads) -> None:
    fitted = fit(TINY, concurrency=concurrency, machine=machine(cores=8))

    assert (fitted.concurrency, fitted.spec.threads) == (concurrency, threads)


def test_what_was_chosen_by_hand_stays() -> None:
    fitted = fit(replace(LARGE, threads=3, batch_size=12), machine=machine(cores=8, memory_gib=16))

    assert (fitted.spec.threads, fitted.batch_sizes, fitted.slots[0].batch_size) == (3, (12,), 12)


def test_auto_is_sized_for_the_device_that_the_engine_will_settle_on() -> None:
    auto = replace(TINY, device="auto")
    usable, unusable = machine(80), replace(machine(80), has_cuda=False)

    assert (fit(auto, machine=usable).spec.device, fit(auto, machine=unusable).spec.device) == ("cuda", "cpu")
    assert fit(auto, machine=unusable) == fit(TINY, machine=unusable)


def test_every_card_gets_one_child_with_the_batch_that_it_has_room_for() -> None:
    fitted = fit(replace(LARGE, device="cuda"), machine=machine(80, 8, 80))

    assert [(slot.card, slot.batch_size) for slot in fitted.slots] == [("GPU-0", 32), ("GPU-1", 4), ("GPU-2", 32)]
    assert fitted.batch_sizes == (32, 4)
    assert fitted.spec.threads == 4
    assert fitted.roomiest_card in {"GPU-0", "GPU-2"}


def test_more_children_than_cards_share_them_and_their_memory() -> None:
    fitted = fit(replace(LARGE, device="cuda"), concurrency=3, machine=machine(24, 24))

    assert [slot.card for slot in fitted.slots] == ["GPU-0", "GPU-1", "GPU-0"]
    assert {slot.batch_size for slot in fitted.slots} == {8}  # of 24 GiB alone, 32 windows


def test_one_card_can_be_named() -> None:
    fitted = fit(replace(TINY, device="cuda:1"), machine=machine(80, 8))

    assert [(slot.card, slot.batch_size) for slot in fitted.slots] == [("GPU-1", 16)]
    assert fitted.spec.device == "cuda"


@pytest.mark.parametrize(
    ("device", "sizes", "code", "says"),
    [
        ("cuda", (), "no_cuda", "no CUDA device can be used here"),
        ("cuda:0", (), "no_cuda", "no CUDA device can be used here"),
        ("cuda:2", (80, 8), "no_such_card", "there are cuda:0 (NVIDIA L4 80 GiB), cuda:1 (NVIDIA L4 8 GiB)"),
        ("gpu", (80,), "unknown_device", "auto, cpu, cuda or one card"),
        ("cpu:1", (80,), "unknown_device", "auto, cpu, cuda or one card"),
    ],
)
def test_a_device_that_is_not_here_is_one_sentence(device, sizes, code, says) -> None:
    with pytest.raises(Unusable) as refused:
        fit(replace(TINY, device=device), machine=machine(*sizes))

    assert refused.value.code == code
    assert says in refused.value.message


def test_a_card_that_does_not_tell_its_memory_gets_a_usual_batch() -> None:
    silent = Machine(4, 16 * GIB, (Card("0"),), has_cuda=True)

    fitted = fit(replace(SMALL, device="cuda"), machine=silent)

    assert fitted.batch_sizes == (8,)
    assert "card of unknown memory" in fitted.reason


def test_a_slot_gives_another_model_the_batch_that_fits_there() -> None:
    slot = EngineSlot(16, room_bytes=6 * GIB, most=16)

    assert slot.batch_for(MemoryEstimate(GIB, GIB // 10)) == 16
    assert slot.batch_for(MemoryEstimate(GIB, GIB)) == 4
    assert slot.batch_for(MemoryEstimate(8 * GIB, GIB)) == 1


def test_a_child_that_nobody_has_fitted_is_alone_on_the_machine() -> None:
    alone = completed(TINY)

    assert alone.threads == this_machine("cpu").cores
    assert alone.batch_size >= 1
    assert completed(replace(TINY, batch_size=3, threads=2)) == replace(TINY, batch_size=3, threads=2)


def test_this_machine_has_cores_and_memory() -> None:
    found = this_machine()

    assert found.cores >= 1
    assert found.memory_bytes > GIB // 2
