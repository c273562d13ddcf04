"""Speech models on disk: found by folder, by name in a cache, or fetched from the hub; each failure is one sentence."""

import json
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Temporary, Unusable

MARKER = "archivist-model.json"
"""A file in a model's folder by which it says who it is; the demonstration model says so here."""

_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_PATTERNS = ["config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*"]


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A complete model, ready to load with no network."""

    name: str
    path: Path
    is_demonstration: bool = False

    @property
    def size_bytes(self) -> int:
        """Bytes on disk."""
        return sum(file.stat().st_size for file in self.path.iterdir() if file.is_file())


def find_model(
    name: str, *, cache_dir: Path | None = None, offline: bool = False, token: str | None = None
) -> ModelFolder:
    """The folder of a model given as a folder or a name, downloading it only if it must and may.

    Raises Unusable (``model_not_chosen``, ``model_folder_missing``, ``model_incomplete``, ``model_unknown``,
    ``model_not_here``, ``model_gated``) or Temporary (``model_download_failed``).
    """
    if not name.strip():
        raise Unusable(
            "No speech model is chosen: set WHISPER_MODEL to a name such as small.en, or WHISPER_MODEL_PATH to a "
            "folder (demo/model is for demonstrations only).",
            code="model_not_chosen",
        )
    folder = Path(name).expanduser()
    if folder.is_dir() or _looks_like_a_path(name):
        return check_folder(folder)
    repository = _repository(name)
    path = _cached(repository, cache_dir)
    if path is None and offline:
        raise Unusable(
            f"The speech model {name} is not on this machine and downloads are switched off; "
            f"run `archivist models fetch {name}` where there is a network, or name a folder.",
            code="model_not_here",
        )
    if path is None:
        path = _fetched(name, repository, cache_dir, token)
    return ModelFolder(name, check_folder(path).path)


def check_folder(folder: Path) -> ModelFolder:
    """The model in a local folder, if all of it is there."""
    if not folder.is_dir():
        raise Unusable(f"The speech model's folder {folder} does not exist.", code="model_folder_missing")
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if not list(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json")
    if missing:
        raise Unusable(
            f"The folder {folder} is no complete speech model: {', '.join(missing)} is missing.",
            code="model_incomplete",
        )
    marker = folder / MARKER
    facts = json.loads(marker.read_text(encoding="utf-8")) if marker.is_file() else {}
    return ModelFolder(str(facts.get("name", folder.name)), folder, bool(facts.get("demonstration", False)))


def known_models() -> tuple[str, ...]:
    """Names that faster-whisper maps to a repository of the hub."""
    from faster_whisper.utils import available_models

    return tuple(available_models())


def cached_models(cache_dir: Path | None = None) -> tuple[ModelFolder, ...]:
    """Known models that are already on this machine."""
    found = []
    for name in known_models():
        path = _cached(_repository(name), cache_dir)
        if path is not None:
            found.append(ModelFolder(name, path))
    return tuple(found)


def _looks_like_a_path(name: str) -> bool:
    return name.startswith(("/", "./", "../", "~")) or name.count("/") > 1


def _repository(name: str) -> str:
    from faster_whisper.utils import _MODELS

    if "/" in name:
        return name
    if name not in _MODELS:
        raise Unusable(
            f"There is no speech model named {name}; known are {', '.join(sorted(_MODELS))}, a hub name "
            "like owner/model, or a folder.",
            code="model_unknown",
        )
    return str(_MODELS[name])


def _cached(repository: str, cache_dir: Path | None) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        path = Path(snapshot_download(repository, cache_dir=cache_dir, local_files_only=True, allow_patterns=_PATTERNS))
    except (LocalEntryNotFoundError, FileNotFoundError):
        return None
    except HFValidationError as error:
        raise Unusable(f"{repository} is no possible name of a model.", code="model_unknown") from error
    # An interrupted download leaves a snapshot without its weights.
    return path if (path / "model.bin").is_file() else None


def _fetched(name: str, repository: str, cache_dir: Path | None, token: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(repository, cache_dir=cache_dir, allow_patterns=_PATTERNS, token=token))
    except GatedRepoError as error:
        raise Unusable(
            f"The model {name} asks for accepted terms: accept them on the hub and set HUGGING_FACE_TOKEN.",
            code="model_gated",
        ) from error
    except RepositoryNotFoundError as error:
        raise Unusable(f"The hub has no model {repository}, or it is private.", code="model_unknown") from error
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise Temporary(
            f"The speech model {name} could not be downloaded; check the network, or put it into a folder and set "
            "WHISPER_MODEL_PATH.",
            code="model_download_failed",
            retry_after_s=300,
        ) from error
