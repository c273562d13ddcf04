from services.transcriber.engines.fallback import fallback_steps
from services.transcriber.engines.values import EngineInfo, EngineSpec


def running(batch: int, compute: str = "float16", device: str = "cuda") -> EngineInfo:
    return EngineInfo("faster-whisper", "1", "m", device, compute, batch, 1)


def test_memory_is_saved_by_batch_then_arithmetic_then_model_then_device() -> None:
    spec, info, given_up = EngineSpec(model="large-v3", device="cuda"), running(16), []
    for _ in range(20):
        step = next(fallback_steps(spec, info), None)
        if step is None:
            break
        spec, what = step
        given_up.append(what.removesuffix(": out of memory"))
        compute = "int8" if spec.compute_type == "int8" else "float16"
        info = running(spec.batch_size, compute, "cpu" if spec.device == "cpu" else "cuda")

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


def test_where_a_step_cannot_be_taken_every_later_one_can_down_to_the_processor() -> None:
    left = list(fallback_steps(EngineSpec(model="small", device="cuda", compute_type="float16"), running(1)))

    assert [what for _, what in left] == [
        "compute type float16 -> int8: out of memory",
        "model small -> base: out of memory",
        "model small -> tiny: out of memory",
        "device cuda -> cpu: out of memory",
    ]
    assert [(spec.model, spec.compute_type, spec.device) for spec, _ in left] == [
        ("small", "int8", "cuda"),
        ("base", "float16", "cuda"),
        ("tiny", "float16", "cuda"),
        ("small", "int8", "cpu"),
    ]


def test_a_model_in_a_folder_has_no_smaller_sibling() -> None:
    folder = EngineSpec(model="/models/mine", device="cpu")

    assert list(fallback_steps(folder, running(1, "int8_float32", "cpu"))) == []


def test_a_model_that_did_not_even_load_gives_up_arithmetic_first() -> None:
    _, what = next(fallback_steps(EngineSpec(model="small.en", compute_type="float32"), None), None) or (None, "")

    assert what.startswith("compute type float32 -> int8")
    assert next(fallback_steps(EngineSpec(model="small.en", compute_type="int8"), None), None) == (
        EngineSpec(model="base.en", compute_type="int8", batch_size=1),
        "model small.en -> base.en: out of memory",
    )


def test_on_a_processor_auto_is_int8_already() -> None:
    (_, what), *_ = fallback_steps(EngineSpec(model="small.en", device="cpu"), None)

    assert what == "model small.en -> base.en: out of memory"
