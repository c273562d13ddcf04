# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""How much memory a model takes, held against what was measured and against the library's own list of names."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from services.transcriber.engines.memory import ModelShape, memory_estimate_of, read_shape, shape_of, window_bytes
from services.transcriber.engines.speech_models import known_models
from services.transcriber.engines.values import EngineSpec

DEMONSTRATION = Path(__file__).parents[4] / "demo" / "model"
SPEC = EngineSpec("faster-whisper", "small", "cpu")
SMALL = ModelShape(768, 12, 12, 51_865, 241_727_651)
TINY = ModelShape(384, 6, 4, 51_865, 37_804_451)


def test_a_models_build_is_read_from_its_file() -> None:
    assert read_shape(DEMONSTRATION / "model.bin") == ModelShape(192, 3, 3, 2537, 4_596_147)


@pytest.mark.parametrize("content", [b"", b"no model at all, but long enough to be read", b"\6\0\0\0"])
def test_a_file_that_is_no_model_is_taken_for_a_large_one(tmp_path, content) -> None:
    (tmp_path / "model.bin").write_bytes(content)

    assert shape_of(str(tmp_path)) == shape_of("large-v3")
    assert shape_of("/nowhere") == shape_of("large-v3")


def test_every_name_that_can_be_chosen_is_known() -> None:
    sizes = {name: memory_estimate_of(replace(SPEC, model=name), "cpu").with_batch(8) for name in known_models()}

    assert sizes["tiny"] < sizes["base"] < sizes["small"] < sizes["medium"] < sizes["large-v3"]
    assert sizes["large-v3-turbo"] < sizes["large-v3"]
    taken_for_large = {name for name in known_models() if shape_of(name) == shape_of("nobody knows")}
    assert taken_for_large == {"large", "large-v1", "large-v2", "large-v3"}


def test_a_model_of_the_hub_is_looked_for_where_a_download_puts_it(tmp_path) -> None:
    folder = tmp_path / "models--somebody--our-model" / "snapshots" / "0123"
    folder.mkdir(parents=True)
    shutil.copy(DEMONSTRATION / "model.bin", folder)

    assert shape_of("somebody/our-model", tmp_path).width == 192
    assert shape_of("somebody/other-model", tmp_path) == shape_of("large-v3")


# Peak resident memory of a child that decoded windows of 30 s, each to its last token, MB: by windows at once.
MEASURED = {
    "demonstration": (ModelShape(192, 3, 3, 2537, 4_596_147), {1: 313, 8: 511, 16: 779}),
    "tiny": (TINY, {1: 339, 4: 648, 8: 1095, 16: 2003}),
    "small": (SMALL, {1: 769, 4: 1396, 8: 2184, 16: 3857}),
}


@pytest.mark.parametrize(
    ("name", "batch", "megabytes"),
    [(name, batch, peak) for name, (_, peaks) in MEASURED.items() for batch, peak in peaks.items()],
)
def test_the_formula_holds_what_was_measured_and_not_much_more(name, batch, megabytes) -> None:
    shape, _ = MEASURED[name]
    model = str(DEMONSTRATION) if name == "demonstration" else name

    told = memory_estimate_of(replace(SPEC, model=model), "cpu").with_batch(batch) / 1e6

    assert shape_of(model).width == shape.width
    assert megabytes <= told <= megabytes * 1.15 + 120


def test_a_window_of_a_model_costs_what_its_build_says() -> None:
    # Between 8 and 16 windows 209 MB each were measured for small, 114 for tiny.
    assert 205e6 < window_bytes(SMALL, 4, 5) < 225e6
    assert 110e6 < window_bytes(TINY, 4, 5) < 120e6
    assert window_bytes(SMALL, 2, 5) == window_bytes(SMALL, 4, 5) // 2
    assert window_bytes(SMALL, 4, 20) > window_bytes(SMALL, 4, 5)


def test_arithmetic_decides_about_weights_and_about_what_is_worked_with() -> None:
    def taken(compute_type: str, device: str) -> tuple[int, int]:
        found = memory_estimate_of(replace(SPEC, compute_type=compute_type), device)
        return found.standing_bytes, found.window_bytes

    assert taken("auto", "cpu") == taken("int8", "cpu") == taken("int8_float32", "cpu")
    assert taken("auto", "cuda") == taken("float16", "cuda")
    assert taken("int8_float16", "cuda")[0] < taken("float16", "cuda")[0] < taken("float32", "cuda")[0]
    assert taken("int8_float16", "cuda")[1] == taken("float16", "cuda")[1] == taken("float32", "cuda")[1] // 2
