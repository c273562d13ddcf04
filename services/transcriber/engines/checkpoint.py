"""Reads a PyTorch checkpoint without PyTorch, and without running anything that it says.

Such a file is a Python pickle, which may name any function for its reader to call. This reader knows three names: an
ordered dict, a tensor and a storage of 32-bit floats; everything else ends it. It reads the form that PyTorch wrote
before 1.6: five pickles, then the storages one after another, each with its length.
"""

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[np.float32]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_FLOATS = "FloatStorage"


class NotReadable(Exception):
    """The file is no such checkpoint, is damaged, or holds more than tensors; the text says which."""


def read_tensors(path: Path, section: str) -> dict[str, Tensor]:
    """The tensors that a checkpoint has under ``section``, by name. Raises NotReadable, or OSError."""
    with path.open("rb") as file:
        try:
            return _read(file, section)
        except NotReadable:
            raise
        except Exception as error:  # Bytes that are no pickle fail in whatever reads them first.
            raise NotReadable(f"it is damaged ({type(error).__name__})") from error


def _read(file: BinaryIO, section: str) -> dict[str, Tensor]:
    if _load(file) != _MAGIC or _load(file) != _PROTOCOL:
        raise NotReadable("it is no checkpoint of the older form")
    _load(file)  # byte order and sizes of the machine that wrote it
    content, keys = _load(file), _load(file)
    storages = {str(key): _storage(file) for key in keys}
    return {str(name): _tensor(one, storages) for name, one in content[section].items()}


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str


@dataclass(frozen=True, slots=True)
class _Described:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _described(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> _Described:
    if not isinstance(storage, _Storage):
        raise NotReadable("a tensor has no storage")
    return _Described(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _described,
    ("torch", _FLOATS): _FLOATS,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        try:
            return _KNOWN[module_name, global_name]
        except KeyError:
            raise NotReadable(f"it names {module_name}.{global_name}, which is no tensor") from None

    def persistent_load(self, pid: Any) -> _Storage:
        kind, storage, key = pid[:3]
        if kind != "storage" or storage != _FLOATS:
            raise NotReadable("it holds other things than 32-bit floats")
        return _Storage(str(key))


def _load(file: BinaryIO) -> Any:
    return _Unpickler(file).load()


def _storage(file: BinaryIO) -> Tensor:
    count = int.from_bytes(file.read(8), "little", signed=True)
    content = file.read(4 * max(count, 0))
    if len(content) != 4 * count:
        raise NotReadable("it ends in the middle of its numbers")
    return np.frombuffer(content, "<f4")


def _tensor(described: Any, storages: dict[str, Tensor]) -> Tensor:
    if not isinstance(described, _Described):
        raise NotReadable("something is no tensor")
    count = int(np.prod(described.shape, dtype=np.int64))
    # Contiguous, as all that is saved from a model's state is; anything else would be read in the wrong order.
    steps = [int(np.prod(described.shape[at + 1 :], dtype=np.int64)) for at in range(len(described.shape))]
    if list(described.strides) != steps:
        raise NotReadable("a tensor does not lie in one piece")
    values = storages[described.storage.key][described.offset : described.offset + count]
    if len(values) != count:
        raise NotReadable("a tensor reaches beyond its storage")
    return values.reshape(described.shape).astype(np.float32)
