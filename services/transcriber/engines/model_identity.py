"""Tells models apart by what is in their files: two folders of one name may hold two models, two names the same one.

Cheap enough to ask at every load: small files are read whole, of large ones the size and sixteen samples.
"""

import hashlib
from pathlib import Path

from services.transcriber.engines.companions import align_models_of
from services.transcriber.engines.speech_models import MARKER
from services.transcriber.engines.values import EngineSpec

_SPEECH = (
    "config.json",
    "preprocessor_config.json",
    "model.bin",
    "tokenizer.json",
    "vocabulary.*",
    MARKER,
)
_ALIGN = ("config.json", "preprocessor_config.json", "vocab.json", "*.safetensors", "pytorch_model.bin")
_WHOLE = 4 * 2**20
_SAMPLES, _SAMPLE_BYTES = 16, 2**16


def engine_identity(engine: str, folder: Path, spec: EngineSpec) -> str:
    """Short and the same for everybody who decodes with the same models; libraries and devices are not part of it."""
    speech = folder_identity(folder, _SPEECH)
    if engine != "whisperx":
        return speech
    times = {
        language: folder_identity(Path(aligner), _ALIGN) if Path(aligner).is_dir() else aligner
        for language, aligner in sorted(align_models_of(spec).items())
    }
    return hashlib.sha256(f"{speech} {times}".encode()).hexdigest()[:16]


def folder_identity(folder: Path, patterns: tuple[str, ...]) -> str:
    """Of the files that match; what else lies beside them says nothing about the model."""
    digest = hashlib.sha256()
    for file in sorted({file for pattern in patterns for file in folder.glob(pattern) if file.is_file()}):
        size = file.stat().st_size
        digest.update(f"{file.name} {size}\n".encode())
        with file.open("rb") as handle:
            if size <= _WHOLE:
                digest.update(handle.read())
                continue
            for sample in range(_SAMPLES):
                handle.seek((size - _SAMPLE_BYTES) * sample // (_SAMPLES - 1))
                digest.update(handle.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:16]
