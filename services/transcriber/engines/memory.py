"""How much memory a child takes with one model: read from the model's own file, or known by the model's name.

Nothing heavy is imported here and nothing is loaded: the worker and the doctor ask before any child is started.
"""

import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services.transcriber.engines.choice import choose_engine
from services.transcriber.engines.values import EngineSpec
from shared.errors import ArchivistError

MIB = 1024**2

_FRAMES = 1500  # what the encoder makes of 30 s
_TOKENS = 224  # CTranslate2 ends a window's text there; only a loop gets that far
_BEAMS_AT_LEAST = 5  # what is decoded again keeps five hypotheses, though one window at a time

_PROCESS = {"faster-whisper": 300 * MIB, "whisperx": 2000 * MIB}
"""Interpreter, libraries and the sound of a slice; for WhisperX also PyTorch and the aligner at work. Measured."""
_ON_CARD = {"faster-whisper": 700 * MIB, "whisperx": 2500 * MIB}
"""CUDA's context and cuBLAS' workspace; for WhisperX PyTorch's as well, and the aligner."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What of a model's build decides about memory."""

    width: int
    heads: int
    decoder_layers: int
    vocabulary: int
    parameters: int


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Memory of one child: what it takes by being there, and what each window of a batch adds."""

    standing_bytes: int
    window_bytes: int

    def with_batch(self, batch_size: int) -> int:
        """At its peak, with so many windows at once."""
        return self.standing_bytes + batch_size * self.window_bytes


_LARGE = ModelShape(1280, 20, 32, 51_866, 1_541_000_000)
_MEDIUM = ModelShape(1024, 16, 24, 51_865, 762_000_000)
_SMALL = ModelShape(768, 12, 12, 51_865, 241_000_000)
_KNOWN = {
    "tiny": ModelShape(384, 6, 4, 51_865, 38_000_000),
    "base": ModelShape(512, 8, 6, 51_865, 73_000_000),
    "small": _SMALL,
    "medium": _MEDIUM,
    "large-v1": _LARGE,
    "large-v2": _LARGE,
    "large-v3": _LARGE,
    "large": _LARGE,
    "large-v3-turbo": ModelShape(1280, 20, 4, 51_866, 807_000_000),
    "turbo": ModelShape(1280, 20, 4, 51_866, 807_000_000),
    "distil-small": ModelShape(768, 12, 4, 51_865, 166_000_000),
    "distil-medium": ModelShape(1024, 16, 2, 51_865, 394_000_000),
    "distil-large-v2": ModelShape(1280, 20, 2, 51_865, 756_000_000),
    "distil-large-v3": ModelShape(1280, 20, 2, 51_866, 756_000_000),
    "distil-large-v3.5": ModelShape(1280, 20, 2, 51_866, 756_000_000),
}


def memory_estimate_of(spec: EngineSpec, device: str) -> MemoryEstimate:
    """What a child of this spec takes on ``cpu`` or ``cuda``; a model nobody knows is taken for a large one."""
    engine = _engine(spec.engine)
    weight, number = _sizes_of(spec.compute_type, device)
    shape = shape_of(spec.model, Path(spec.cache_dir) if spec.cache_dir else None)
    standing = (_ON_CARD if device == "cuda" else _PROCESS)[engine]
    return MemoryEstimate(
        standing + round(shape.parameters * weight * 1.1),
        window_bytes(shape, number, max(spec.options.beam_size, _BEAMS_AT_LEAST)),
    )


def window_bytes(shape: ModelShape, number_bytes: int, beams: int) -> int:
    """What one window adds: the largest of what it takes while it is encoded, decoded, and its words are timed.

    Encoding holds the attention of every frame to every frame, and some layers' worth of frames. Decoding holds what
    every decoder layer keeps of the frames, and of the tokens of every hypothesis. Timing the words holds the first of
    these, and twice a score for every entry of the vocabulary at every token.
    """
    encoding = shape.heads * _FRAMES**2 + 5 * _FRAMES * shape.width
    of_frames = 2 * shape.decoder_layers * _FRAMES * shape.width
    of_tokens = 2 * shape.decoder_layers * _TOKENS * shape.width
    decoding = of_frames + beams * of_tokens
    timing = of_frames + of_tokens + 2 * _TOKENS * shape.vocabulary
    return number_bytes * max(encoding, decoding, timing)


def shape_of(model: str, cache_dir: Path | None = None) -> ModelShape:
    """From the model's file where it is here, else from its name."""
    known = _KNOWN.get(model.removesuffix(".en"))
    if known is not None:
        return known
    for folder in (Path(model).expanduser(), *_in_cache(model, cache_dir)):
        try:
            return read_shape(folder / "model.bin")
        except (OSError, ValueError, KeyError, struct.error):
            continue
    return _LARGE


def read_shape(model: Path) -> ModelShape:
    """From the names and sizes of a CTranslate2 model's tensors; their contents are passed over.

    Raises OSError, or ValueError for a file that is none.
    """
    with model.open("rb") as file:
        version = _number(file, "I")
        if not 4 <= version <= 6:
            raise ValueError(f"{model} has version {version} of CTranslate2's format")
        _text(file)
        file.seek(4, os.SEEK_CUR)  # the revision of that
        tensors: dict[str, tuple[int, ...]] = {}
        heads, parameters = 0, 0
        for _ in range(_number(file, "I")):
            name = _text(file)
            sizes = tuple(_number(file, "I") for _ in range(_number(file, "B")))
            file.seek(1, os.SEEK_CUR)  # the type
            length = _number(file, "I")
            if name == "encoder/num_heads":
                heads = int.from_bytes(file.read(length), "little")
                continue
            file.seek(length, os.SEEK_CUR)
            tensors[name] = sizes
            count = 1
            for size in sizes:
                count *= size
            parameters += count
    vocabulary, width = tensors["decoder/embeddings/weight"]
    layers = {name.split("/")[1] for name in tensors if re.match(r"decoder/layer_\d", name)}
    return ModelShape(width, heads, len(layers), vocabulary, parameters)


def _number(file: BinaryIO, kind: str) -> int:
    size = struct.calcsize(kind)
    (value,) = struct.unpack(f"<{kind}", file.read(size))
    return int(value)


def _text(file: BinaryIO) -> str:
    return file.read(_number(file, "H")).rstrip(b"\0").decode("utf-8")


def _in_cache(repository: str, cache_dir: Path | None) -> list[Path]:
    """Where the hub's library keeps a model that it has downloaded; asking the library itself would load it."""
    if repository.count("/") != 1:
        return []
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "huggingface"
    cache = cache_dir or Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()
    return sorted((cache / f"models--{repository.replace('/', '--')}" / "snapshots").glob("*"))


def _sizes_of(compute_type: str, device: str) -> tuple[int, int]:
    """Bytes of a weight and of a number that is worked with."""
    if compute_type in {"auto", "default", ""}:
        compute_type = "float16" if device == "cuda" else "int8"
    weight = 1 if compute_type.startswith("int8") else 2 if compute_type.endswith("16") else 4
    return weight, 2 if compute_type.endswith("16") and compute_type != "int16" else 4


def _engine(wanted: str) -> str:
    try:
        return choose_engine(wanted)
    except ArchivistError:  # said by whoever loads it
        return "faster-whisper"
