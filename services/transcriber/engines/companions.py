"""The models beside the speech model: one that times words (wav2vec2) and one that tells speakers apart (pyannote).

They are found like speech models: a folder, a name in the cache, or fetched from the hub; each failure is one sentence.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from shared.errors import Temporary, Unusable


class Companion(StrEnum):
    """What a model beside the speech model is for."""

    ALIGN = "align"
    SPEAKERS = "speakers"


@dataclass(frozen=True, slots=True)
class _Kind:
    setting: str
    title: str
    missing_code: str
    needed: tuple[tuple[str, ...], ...]
    """Files, of each group at least one."""
    patterns: tuple[str, ...]
    """What is downloaded; the same weights often lie in a repository three times."""


_KINDS = {
    Companion.ALIGN: _Kind(
        "ALIGN_MODEL",
        "alignment model",
        "align_model_missing",
        (("config.json",), ("vocab.json",), ("preprocessor_config.json",), ("model.safetensors", "pytorch_model.bin")),
        ("*.json", "model.safetensors", "pytorch_model.bin"),
    ),
    Companion.SPEAKERS: _Kind(
        "DIARIZATION_MODEL",
        "diarization model",
        "diarization_model_missing",
        (("config.yaml",),),
        ("*.yaml", "*.bin", "*.npz", "*.safetensors", "*.json"),
    ),
}

USUAL_SPEAKERS = "pyannote/speaker-diarization-community-1"
"""What pyannote-audio 4 is made for; its terms must be accepted on the hub once."""


def find_companion(
    kind: Companion, name: str, *, cache_dir: Path | None = None, offline: bool = False, token: str | None = None
) -> Path:
    """The model's complete folder, downloading it only if it must and may.

    Raises Unusable (``align_model_missing``, ``diarization_model_missing``, ``model_gated``, ``model_unknown``) or
    Temporary (``model_download_failed``).
    """
    about = _KINDS[kind]
    folder = Path(name).expanduser()
    if folder.is_dir() or name.startswith(("/", "./", "../", "~")) or name.count("/") != 1:
        return _complete(about, folder)
    path = _cached(about, name, cache_dir)
    if path is None and offline:
        raise Unusable(
            f"The {about.title} {name} is not on this machine and downloads are switched off; run `archivist models "
            f"fetch --kind {kind} {name}` where there is a network, or set {about.setting} to a folder.",
            code=about.missing_code,
        )
    return path or _fetched(about, name, cache_dir, token)


def _complete(about: _Kind, folder: Path) -> Path:
    if not folder.is_dir():
        raise Unusable(
            f"The {about.title}'s folder {folder} does not exist; set {about.setting}.", code=about.missing_code
        )
    missing = _missing(about, folder)
    if missing:
        raise Unusable(
            f"The folder {folder} is no complete {about.title}: {', '.join(missing)} is missing.",
            code=about.missing_code,
        )
    return folder


def _missing(about: _Kind, folder: Path) -> list[str]:
    return [group[0] for group in about.needed if not any((folder / name).is_file() for name in group)]


def _cached(about: _Kind, name: str, cache_dir: Path | None) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        path = Path(snapshot_download(name, cache_dir=cache_dir, local_files_only=True))
    except (LocalEntryNotFoundError, FileNotFoundError):
        return None
    except HFValidationError as error:
        raise Unusable(f"{name} is no possible name of a model.", code="model_unknown") from error
    # An interrupted download leaves a snapshot without its weights.
    return None if _missing(about, path) else path


def _fetched(about: _Kind, name: str, cache_dir: Path | None, token: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        path = snapshot_download(name, cache_dir=cache_dir, allow_patterns=list(about.patterns), token=token)
    except GatedRepoError as error:
        raise Unusable(
            f"The {about.title} {name} asks for accepted terms: accept them on the hub and set HUGGING_FACE_TOKEN.",
            code="model_gated",
        ) from error
    except RepositoryNotFoundError as error:
        raise Unusable(f"The hub has no model {name}, or it is private.", code="model_unknown") from error
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise Temporary(
            f"The {about.title} {name} could not be downloaded; check the network, or set {about.setting} to a folder.",
            code="model_download_failed",
            retry_after_s=300,
        ) from error
    return _complete(about, Path(path))
