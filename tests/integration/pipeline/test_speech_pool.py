"""Engines lent to slices: loaded models are large, so there are never more of them than slots."""

from dataclasses import replace
from pathlib import Path

from services.transcriber.engines.memory import MIB
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.engines.sizing import EngineSlot
from tests.integration.pipeline.conftest import MODEL, ROOT


async def test_models_nobody_asks_for_give_way_so_that_never_more_are_loaded_than_slots(tmp_path: Path) -> None:
    for city in ("a", "b", "c"):
        (tmp_path / city).symlink_to(ROOT / "demo" / "model")
    pool = SpeechPool(MODEL, 2)
    pids: dict[str, int | None] = {}
    try:
        async with pool.engine() as station, pool.engine(str(tmp_path / "a")) as one:
            await station.start()
            await one.start()
            pids |= {"station": station.pid, "a": one.pid}
        async with pool.engine() as again:
            assert again.pid == pids["station"]  # an engine with the wanted model is lent as it is
        async with pool.engine(str(tmp_path / "b")) as two, pool.engine(str(tmp_path / "c")) as three:
            await two.start()
            await three.start()
            pids |= {"b": two.pid, "c": three.pid}
            alive = {name for name, pid in pids.items() if pid is not None and Path(f"/proc/{pid}").exists()}
    finally:
        await pool.close()

    assert alive == {"b", "c"}
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids.values())


def _card_of(pid: int | None) -> str:
    entries = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return next(entry for entry in entries if entry.startswith("CUDA_VISIBLE_DEVICES=")).partition("=")[2]


async def test_every_child_has_a_card_to_itself_and_another_model_takes_the_card_with_the_seat(tmp_path: Path) -> None:
    (tmp_path / "city").symlink_to(ROOT / "demo" / "model")
    slots = (EngineSlot(4, "GPU-a", 2048 * MIB, 16), EngineSlot(2, "GPU-b", 400 * MIB, 16))
    pool = SpeechPool(replace(MODEL, batch_size=0), 2, slots=slots)
    told: list[tuple[str, int]] = []
    try:
        for model in (None, str(tmp_path / "city")):
            async with pool.engine(model) as one, pool.engine(model) as two:
                for child in (one, two):
                    info = await child.start()
                    told.append((_card_of(child.pid), info.batch_size))
    finally:
        await pool.close()

    # The station's model was fitted to the slot beforehand; another one is when it comes.
    assert sorted(told[:2]) == [("GPU-a", 4), ("GPU-b", 2)]
    assert sorted(told[2:]) == [("GPU-a", 16), ("GPU-b", 2)]


async def test_a_batch_chosen_by_hand_is_taken_in_every_seat() -> None:
    pool = SpeechPool(MODEL, 1, slots=(EngineSlot(4, room_bytes=1),))
    try:
        async with pool.engine() as child:
            assert (await child.start()).batch_size == MODEL.batch_size == 8
    finally:
        await pool.close()
