"""Which CUDA devices there are, asked without loading the library that would use them, and who may see them."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.transcriber.engines.hardware import (
    Card,
    cards_of,
    count_cuda_devices,
    cuda_devices,
    environment_for,
    load_cublas,
)
from shared.errors import Unusable

ASK = """
import sys
from services.transcriber.engines.hardware import count_cuda_devices
print(count_cuda_devices(), "ctranslate2" in sys.modules)
"""


def _asked(folder: Path | None = None) -> str:
    environment = {"PYTHONPATH": ".", "PATH": "/usr/bin:/bin"} | ({"LD_LIBRARY_PATH": str(folder)} if folder else {})
    return subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_answer_is_the_one_that_the_engine_will_get_and_nothing_is_loaded_for_it() -> None:
    assert _asked() == f"{cuda_devices()} False"


def test_where_the_library_is_loaded_already_it_is_asked_directly() -> None:
    import ctranslate2  # noqa: F401

    assert count_cuda_devices() == cuda_devices()


def test_a_driver_that_does_not_work_is_as_good_as_none(tmp_path: Path) -> None:
    another = next(path for path in Path("/lib").rglob("libm.so.6"))
    (tmp_path / "libcuda.so.1").symlink_to(another)

    assert _asked(tmp_path) == "0 False"


def test_a_wheel_of_cublas_without_its_library_is_named_before_a_recording_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nvidia" / "cublas" / "lib").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == "nvidia"]:
        monkeypatch.delitem(sys.modules, name)

    with pytest.raises(Unusable, match="nvidia-cublas-cu12") as error:
        load_cublas()

    assert error.value.code == "cublas_missing"


GIB = 1024**3
LISTED = """GPU-aaaa-1, 24576, NVIDIA L4
GPU-aabb-2, 81920, NVIDIA A100, 80GB
GPU-cccc-3, [N/A], NVIDIA Thor
"""
FIRST, SECOND = Card("GPU-aaaa-1", 24 * GIB, "NVIDIA L4"), Card("GPU-aabb-2", 80 * GIB, "NVIDIA A100, 80GB")
THIRD = Card("GPU-cccc-3", 0, "NVIDIA Thor")


@pytest.fixture
def three_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver's tool, as it answers on a machine with three cards."""
    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\ncat <<'END'\n{LISTED}END\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@pytest.mark.usefixtures("three_cards")
@pytest.mark.parametrize(
    ("chosen", "seen"),
    [
        (None, (FIRST, SECOND, THIRD)),
        ("1,0", (SECOND, FIRST)),
        ("2", (THIRD,)),
        ("GPU-aabb", (SECOND,)),
        ("GPU-aa", ()),  # names two
        ("0,7,1", (FIRST,)),  # CUDA looks no further than the entry that names none
        ("MIG-1234,1", (Card("MIG-1234", name="part of a card"), SECOND)),
        ("-1", ()),
        ("", ()),
    ],
)
def test_cards_are_seen_as_cuda_sees_them(chosen: str | None, seen: tuple[Card, ...]) -> None:
    assert cards_of({} if chosen is None else {"CUDA_VISIBLE_DEVICES": chosen}) == seen


def test_a_tool_that_fails_lists_no_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'\nexit 9\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    assert cards_of({}) == ()


def test_a_child_of_one_card_sees_that_card_alone() -> None:
    assert environment_for("GPU-aabb-2")["CUDA_VISIBLE_DEVICES"] == "GPU-aabb-2"
    assert environment_for("") == {}
