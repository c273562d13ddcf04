"""Speech models on disk: found by folder, by name in a cache, or fetched from the hub; each failure is one sentence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from services.transcriber.engines.hub import HubModel, cached, fetched
from shared.errors import ArchivistError, Unusable
from shared.languages import ENGLISH, knows_by_name, languages

MARKER = "archivist-model.json"
"""A file in a model's folder by which it says who it is; the demonstration model says so here."""

_MULTILINGUAL = ""
"""CTranslate2 takes a model without this token for one that knows English only, whatever else it holds."""
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_PATTERNS = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")


class Padding(StrEnum):
    """What a window that is shorter than thirty seconds is filled up with."""

    SILENCE = "silence"
    """As much of it as it takes to know that the window has ended; for Whisper's own models and their kin."""
    ZEROS = "zeros"
    """Features of 0.0 up to thirty seconds, as the library does it; for a model that was trained so."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A complete model, ready to load with no network."""

    name: str
    path: Path
    is_demonstration: bool = False
    padding: Padding = Padding.SILENCE
    window_ms: int = 0
    """The longest window that it hears well; 0 for what is usual."""

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
    if is_folder(name):
        return check_folder(Path(name).expanduser())
    repository = _repository(name)
    path = _cached(repository, cache_dir)
    if path is None and offline:
        raise Unusable(
            f"The speech model {name} is not on this machine and downloads are switched off; "
            f"run `archivist models fetch {name}` where there is a network, or name a folder.",
            code="model_not_here",
        )
    if path is None:
        path = fetched(HubModel(repository, f"speech model {name}", "WHISPER_MODEL_PATH", _PATTERNS), cache_dir, token)
    return replace(check_folder(path), name=name)


def check_folder(folder: Path) -> ModelFolder:
    """The model in a local folder, if all of it is there."""
    if not folder.is_dir():
        raise Unusable(f"The speech model's folder {folder} does not exist.", code="model_folder_missing")
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if not list(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json")
    if missing:
        raise Unusable(
            f"The folder {folder} is no complete speech model: it lacks {', '.join(missing)}.",
            code="model_incomplete",
        )
    marker = folder / MARKER
    facts = json.loads(marker.read_text(encoding="utf-8")) if marker.is_file() else {}
    return ModelFolder(
        str(facts.get("name", folder.name)),
        folder,
        bool(facts.get("demonstration", False)),
        _padding_of(facts, marker),
        1000 * int(facts.get("window_s", 0)),
    )


def _padding_of(facts: Mapping[str, object], marker: Path) -> Padding:
    wanted = str(facts.get("padding", Padding.SILENCE))
    if wanted not in set(Padding):
        raise Unusable(
            f'{marker} asks for the padding "{wanted}"; known are {" and ".join(Padding)}.', code="model_incomplete"
        )
    return Padding(wanted)


def model_languages(name: str) -> frozenset[str] | None:
    """The languages that a model knows, as far as that can be told without loading it; None when it cannot.

    A folder is asked what tokens it has, a name what it says. Raises nothing: what is wrong with a model is said by
    whoever loads it.
    """
    by_name = knows_by_name(name)
    if by_name is not None or not is_folder(name):
        return by_name
    try:
        return _languages_in(check_folder(Path(name).expanduser()).path)
    except (ArchivistError, OSError, ValueError):
        return None


def _languages_in(folder: Path) -> frozenset[str]:
    vocabulary = next(iter(sorted(folder.glob("vocabulary.*"))))
    text = vocabulary.read_text(encoding="utf-8")
    tokens = json.loads(text) if vocabulary.suffix == ".json" else text.removesuffix("\n").split("\n")
    known = frozenset(tokens)
    return frozenset(code for code in languages() if f"<|{code}|>" in known) if _MULTILINGUAL in known else ENGLISH


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


def is_folder(name: str) -> bool:
    """Whether a model's name stands for a folder rather than for something that the hub knows."""
    return _is_path(name) or Path(name).expanduser().is_dir()


def from_here(name: str, here: Path | None = None) -> str:
    """The same model for a process that works in another folder than ``here``, in which its name was typed."""
    path = (here or Path.cwd()) / Path(name).expanduser()
    return str(path) if _is_path(name) or (name and path.is_dir()) else name


def _is_path(name: str) -> bool:
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
    path = cached(repository, cache_dir)
    return path if path is not None and (path / "model.bin").is_file() else None
