"""Engines lent to slices: loaded models are large, so there are never more of them than slots."""

from pathlib import Path

from services.transcriber.speech import SpeechPool
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
