"""The models that time words for WhisperX: which one a language has, whether it is here, and getting it here.

A model may be a folder, a model of the hub, or one of torchaudio's, which is a single file. WhisperX knows one for each
language. Its libraries are imported only where their own lists are asked: that takes seconds.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.transcriber.engines.companions import Companion, find_companion
from services.transcriber.engines.values import EngineSpec
from shared.errors import Temporary, Unusable
from shared.languages import by_language, language_code, language_name

_MISSING = "align_model_missing"


@dataclass(frozen=True, slots=True)
class Aligner:
    """A model that times words, on this machine."""

    name: str
    """As it was named, or as WhisperX names the usual one of a language."""
    path: Path
    """A folder, or torchaudio's file."""

    @property
    def for_whisperx(self) -> str:
        """What WhisperX loads it by: it takes folders, and torchaudio's models by their names."""
        return str(self.path) if self.path.is_dir() else self.name


def usual_aligners() -> dict[str, str]:
    """WhisperX's model for each language that it has one for. Raises Unusable where WhisperX is not installed."""
    try:
        from whisperx.alignment import DEFAULT_ALIGN_MODELS_HF, DEFAULT_ALIGN_MODELS_TORCH
    except ImportError as error:
        raise Unusable(
            "Only WhisperX, which is not installed here, knows the models that time words.", code="engine_missing"
        ) from error
    return {**DEFAULT_ALIGN_MODELS_HF, **DEFAULT_ALIGN_MODELS_TORCH}


def usual_aligner(language: str) -> str:
    """The name of a language's model. Raises Unusable (``align_model_missing``) where WhisperX knows none."""
    code = language_code(language, may_be_auto=False)
    name = usual_aligners().get(code)
    if name is None:
        raise Unusable(f"WhisperX knows no model that times {language_name(code)} words; {_else(code)}.", code=_MISSING)
    return name


def names_a_language(wanted: str) -> bool:
    """Whether a person means a language, such as ``en`` or ``Spanish``, rather than a model or a folder."""
    return not re.search(r"[/_=.]", wanted) and not Path(wanted).is_dir()


def name_of_aligner(wanted: str) -> str:
    """``wanted`` itself where it names a model or a folder; the usual model where it is a language."""
    return usual_aligner(wanted) if names_a_language(wanted) else wanted


def find_aligner(
    name: str, *, cache_dir: Path | None = None, offline: bool = False, token: str | None = None
) -> Aligner:
    """The model of that name, downloading it only if it must and may.

    Raises Unusable (``align_model_missing``, ``model_gated``, ``model_unknown``) or Temporary
    (``model_download_failed``).
    """
    if "/" in name or Path(name).is_dir():
        return Aligner(name, find_companion(Companion.ALIGN, name, cache_dir=cache_dir, offline=offline, token=token))
    bundle = _bundle(name)
    file = _file_of(bundle, cache_dir)
    if not file.is_file():
        if offline:
            raise Unusable(
                f"The alignment model {name} is not on this machine and downloads are switched off; run `archivist "
                f"models fetch --kind align {name}` where there is a network, or set ALIGN_MODEL to a folder.",
                code=_MISSING,
            )
        _download(name, bundle, cache_dir)
    return Aligner(name, file)


def aligner_of(spec: EngineSpec, language: str) -> Aligner:
    """The one that a spec names for the language, or else the usual one; raises as :func:`find_aligner` does."""
    cache = Path(spec.cache_dir) if spec.cache_dir else None
    token = os.environ.get("HF_TOKEN")
    named = by_language(spec.align_model, spec.options.language).get(language)
    if named:
        return find_aligner(named, cache_dir=cache, offline=spec.offline, token=token)
    usual = usual_aligner(language)
    try:
        return find_aligner(usual, cache_dir=cache, offline=spec.offline, token=token)
    except Unusable as error:
        if error.code != _MISSING:
            raise
        raise Unusable(
            f"WhisperX has no model here to time {language_name(language)} words; run `archivist models fetch --kind "
            f"align {language}` where there is a network, {_else(language)}.",
            code=_MISSING,
        ) from error


def _else(language: str) -> str:
    return f"name a wav2vec2 model for it, ALIGN_MODEL={language}=FOLDER, or set WHISPER_ENGINE=faster-whisper"


def _bundle(name: str) -> Any:
    try:
        from torchaudio import pipelines
    except ImportError as error:
        raise Unusable(
            f"The alignment model {name} is torchaudio's, which comes with WhisperX and is not installed here.",
            code="engine_missing",
        ) from error
    bundle = vars(pipelines).get(name)
    if not isinstance(bundle, pipelines.Wav2Vec2ASRBundle):
        raise Unusable(
            f"There is no alignment model {name}: name a folder, a hub name like owner/model, or one of torchaudio's, "
            "such as WAV2VEC2_ASR_BASE_960H; `archivist models fetch --kind align en` takes the usual one of a "
            "language.",
            code="model_unknown",
        )
    return bundle


def _file_of(bundle: Any, cache_dir: Path | None) -> Path:
    """Where torch's own downloader keeps it; it renames a file into place when all of it is there."""
    import torch

    folder = cache_dir or Path(torch.hub.get_dir()) / "checkpoints"
    return folder / Path(bundle._path).name


def _download(name: str, bundle: Any, cache_dir: Path | None) -> None:
    """And load it, as WhisperX will."""
    if cache_dir is not None:
        cache_dir.mkdir(parents=True, exist_ok=True)
    try:
        bundle.get_model(dl_kwargs={"model_dir": str(cache_dir) if cache_dir else None, "progress": False})
    except (OSError, RuntimeError) as error:  # what the network, the disk and torch's downloader raise
        raise Temporary(
            f"The alignment model {name} could not be downloaded; check the network, or set ALIGN_MODEL to a folder.",
            code="model_download_failed",
            retry_after_s=300,
            outside=True,
        ) from error
