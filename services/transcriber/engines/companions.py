"""The models beside the speech model: one that times words (wav2vec2), and one that tells speakers apart.

They are found like speech models: a folder, a name in the cache, or fetched from the hub; each failure is one sentence.
"""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from services.transcriber.engines.hub import HubModel, cached, fetched
from services.transcriber.engines.values import EngineSpec
from services.transcriber.engines.voice_encoder import PACKAGED, WEIGHTS, packaged_folder
from shared.errors import Unusable
from shared.languages import by_language


class Companion(StrEnum):
    """What a model beside the speech model is for."""

    ALIGN = "align"
    SPEAKERS = "speakers"


@dataclass(frozen=True, slots=True)
class _CompanionKind:
    setting: str
    title: str
    missing_code: str
    needed: tuple[tuple[str, ...], ...]
    """Files, of each group at least one."""
    patterns: tuple[str, ...]


_KINDS = {
    Companion.ALIGN: _CompanionKind(
        "ALIGN_MODEL",
        "alignment model",
        "align_model_missing",
        (("config.json",), ("vocab.json",), ("preprocessor_config.json",), ("model.safetensors", "pytorch_model.bin")),
        ("*.json", "model.safetensors", "pytorch_model.bin"),
    ),
    Companion.SPEAKERS: _CompanionKind(
        "DIARIZATION_MODEL",
        "diarization model",
        "diarization_model_missing",
        (("config.yaml", WEIGHTS),),
        ("*.yaml", "*.bin", "*.npz", "*.safetensors", "*.json"),
    ),
}

USUAL_SPEAKERS = "resemblyzer"
"""Needs no account; its weights come with the other packages."""


def find_companion(
    kind: Companion, name: str, *, cache_dir: Path | None = None, offline: bool = False, token: str | None = None
) -> Path:
    """The model's complete folder, downloading it only if it must and may.

    Raises Unusable (``align_model_missing``, ``diarization_model_missing``, ``model_gated``, ``model_unknown``) or
    Temporary (``model_download_failed``).
    """
    about = _KINDS[kind]
    if kind is Companion.SPEAKERS and name == PACKAGED:
        return _packaged()
    if names_a_folder(name):
        return _complete(about, Path(name).expanduser())
    path = cached(name, cache_dir)
    if path is not None and not _missing(about, path):
        return path
    if offline:
        raise Unusable(
            f"The {about.title} {name} is not on this machine and downloads are switched off; run `archivist models "
            f"fetch --kind {kind} {name}` where there is a network, or set {about.setting} to a folder.",
            code=about.missing_code,
        )
    wanted = HubModel(name, f"{about.title} {name}", about.setting, about.patterns)
    return _complete(about, fetched(wanted, cache_dir, token))


def _packaged() -> Path:
    folder = packaged_folder()
    if folder is None:
        raise Unusable(
            f"The weights of {PACKAGED} are not installed here: `./archivist` installs requirements/voices.txt, and so "
            "does pip with --no-deps. Or set DIARIZATION_MODEL to another model.",
            code="diarization_model_missing",
        )
    return folder


def align_models_of(spec: EngineSpec) -> dict[str, str]:
    """What times WhisperX's words, by language: folders, or names of torchaudio's models. Raises as find_companion."""
    named = by_language(spec.align_model, spec.options.language)
    return {language: found for language in named if (found := align_model_of(spec, language)) is not None}


def align_model_of(spec: EngineSpec, language: str) -> str | None:
    """What times one language's words: a folder, the name of one of torchaudio's models, None for the usual one."""
    name = by_language(spec.align_model, spec.options.language).get(language)
    if not name or ("/" not in name and not Path(name).is_dir()):
        return name or None
    cache = Path(spec.cache_dir) if spec.cache_dir else None
    return str(
        find_companion(Companion.ALIGN, name, cache_dir=cache, offline=spec.offline, token=os.environ.get("HF_TOKEN"))
    )


def names_a_folder(name: str) -> bool:
    """Whether a folder is meant, rather than a model of the hub."""
    is_path = name.startswith(("/", "./", "../", "~")) or name.count("/") != 1
    return is_path or Path(name).expanduser().is_dir()


def _complete(about: _CompanionKind, folder: Path) -> Path:
    if not folder.is_dir():
        raise Unusable(
            f"The {about.title}'s folder {folder} does not exist; set {about.setting}.", code=about.missing_code
        )
    missing = _missing(about, folder)
    if missing:
        raise Unusable(
            f"The folder {folder} is no complete {about.title}: it lacks {', '.join(missing)}.",
            code=about.missing_code,
        )
    return folder


def _missing(about: _CompanionKind, folder: Path) -> list[str]:
    return [group[0] for group in about.needed if not any((folder / name).is_file() for name in group)]
