"""Checkpoints written byte by byte, as PyTorch wrote them before 1.6: no PyTorch is needed to write one either."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.transcriber.engines.checkpoint import NotReadable, read_tensors

NUMBERS = np.arange(12, dtype="<f4") / 8


def dumped(value: Any) -> bytes:
    """A plain value as it stands inside a pickle."""
    return pickle.dumps(value, 2)[2:-1]


def tensor(offset: int, shape: tuple[int, ...], strides: tuple[int, ...], storage: bytes = b"FloatStorage") -> bytes:
    place = (
        b"(" + dumped("storage") + b"ctorch\n" + storage + b"\n" + dumped("k1") + dumped("cpu") + dumped(12) + b"NtQ"
    )
    rest = dumped(offset) + dumped(shape) + dumped(strides) + dumped(False) + b"ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + place + rest + b"tR"


def checkpoint(path: Path, content: bytes, numbers: bytes = NUMBERS.tobytes()) -> Path:
    """``content`` is what stands under ``state``, by the name of ``layer``."""
    head = [0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}]
    state = b"}" + dumped("state") + b"ccollections\nOrderedDict\n)R" + dumped("layer") + content + b"ss"
    written = b"".join(pickle.dumps(one, 2) for one in head)
    written += b"\x80\x02" + state + b"." + pickle.dumps(["k1"], 2) + (12).to_bytes(8, "little") + numbers
    path.write_bytes(written)
    return path


def test_tensors_are_read_in_their_shape(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "c.pt", tensor(2, (2, 5), (5, 1)))

    found = read_tensors(path, "state")

    assert list(found) == ["layer"]
    assert found["layer"].tolist() == NUMBERS[2:].reshape(2, 5).tolist()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"cposix\nsystem\n(" + dumped("touch broken-into") + b"tR", "names posix.system"),
        (b"cbuiltins\neval\n(" + dumped("1") + b"tR", "names builtins.eval"),
        (tensor(0, (2,), (1,), b"LongStorage"), "names torch.LongStorage"),
        (tensor(8, (2, 5), (5, 1)), "reaches beyond its storage"),
        (tensor(0, (2, 5), (1, 2)), "does not lie in one piece"),
        (dumped("a text"), "is no tensor"),
    ],
)
def test_what_is_no_tensor_is_refused_and_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = checkpoint(tmp_path / "c.pt", content)

    with pytest.raises(NotReadable, match=what):
        read_tensors(path, "state")
    assert [file.name for file in tmp_path.iterdir()] == ["c.pt"]


def test_a_file_that_ends_early_or_is_none_is_refused(tmp_path: Path) -> None:
    short = checkpoint(tmp_path / "short.pt", tensor(0, (2,), (1,)), NUMBERS.tobytes()[:-3])
    other = tmp_path / "other.pt"
    other.write_bytes(b"PK\x03\x04 a newer one")

    with pytest.raises(NotReadable, match="ends in the middle"):
        read_tensors(short, "state")
    with pytest.raises(NotReadable, match="damaged"):
        read_tensors(other, "state")
    with pytest.raises(NotReadable, match="damaged"):
        read_tensors(checkpoint(tmp_path / "c.pt", tensor(0, (2,), (1,))), "elsewhere")
