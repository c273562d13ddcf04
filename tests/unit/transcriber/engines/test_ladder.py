from services.transcriber.engines.ladder import next_rung
from services.transcriber.engines.values import EngineInfo, EngineSpec


def running(batch: int, compute: str = "float16", device: str = "cuda") -> EngineInfo:
    return EngineInfo("faster-whisper", "1", "m", device, compute, batch, 1)


def test_memory_is_saved_by_batch_then_arithmetic_then_model_then_device() -> None:
    spec, info, given_up = EngineSpec(model="large-v3", device="cuda"), running(16), []
    for _ in range(20):
        rung = next_rung(spec, info)
        if rung is None:
            break
        spec, what = rung
        given_up.append(what.removesuffix(": out of memory"))
        info = running(spec.batch_size, "int8" if spec.compute_type == "int8" else "float16", spec.device)
        info = running(info.batch_size, info.compute_type, "cpu" if spec.device == "cpu" else "cuda")

    assert given_up == [
        "batch size 16 -> 4",
        "batch size 4 -> 1",
        "compute type float16 -> int8",
        "model large-v3 -> large-v3-turbo",
        "model large-v3-turbo -> medium",
        "model medium -> small",
        "model small -> base",
        "model base -> tiny",
        "device cuda -> cpu",
    ]


def test_a_model_in_a_folder_has_no_smaller_sibling() -> None:
    assert next_rung(EngineSpec(model="/models/mine", device="cpu"), running(1, "int8_float32", "cpu")) is None


def test_a_model_that_did_not_even_load_gives_up_arithmetic_first() -> None:
    _, what = next_rung(EngineSpec(model="small.en", compute_type="float32"), None) or (None, "")

    assert what.startswith("compute type float32 -> int8")
    assert next_rung(EngineSpec(model="small.en", compute_type="int8"), None) == (
        EngineSpec(model="base.en", compute_type="int8", batch_size=1),
        "model small.en -> base.en: out of memory",
    )
