"""Models of the hub: the copy that is on this machine, or one that is fetched; each failure is one sentence."""

from dataclasses import dataclass
from pathlib import Path

from shared.errors import Temporary, Unusable


@dataclass(frozen=True, slots=True)
class HubModel:
    """A model by its place on the hub, and how to speak of it."""

    repository: str
    title: str
    """Such as ``speech model small.en``."""
    setting: str
    """Takes a folder instead."""
    patterns: tuple[str, ...]
    """The files that are fetched; the same weights often lie in a repository three times."""


def cached(repository: str, cache_dir: Path | None) -> Path | None:
    """The copy on this machine, if there is one. It may lack files: an interrupted download leaves such a one."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(repository, cache_dir=cache_dir, local_files_only=True))
    except (LocalEntryNotFoundError, FileNotFoundError):
        return None
    except HFValidationError as error:
        raise Unusable(f"{repository} is no possible name of a model.", code="model_unknown") from error


def fetched(wanted: HubModel, cache_dir: Path | None, token: str | None) -> Path:
    """The folder of the model, downloaded now. Raises Unusable (``model_gated``, ``model_unknown``) or Temporary."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        folder = snapshot_download(
            wanted.repository, cache_dir=cache_dir, allow_patterns=list(wanted.patterns), token=token
        )
    except GatedRepoError as error:
        raise Unusable(
            f"The {wanted.title} asks for accepted terms: accept them on the hub and set HUGGING_FACE_TOKEN.",
            code="model_gated",
        ) from error
    except RepositoryNotFoundError as error:
        raise Unusable(f"The hub has no model {wanted.repository}, or it is private.", code="model_unknown") from error
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise Temporary(
            f"The {wanted.title} could not be downloaded; check the network, or set {wanted.setting} to a folder.",
            code="model_download_failed",
            retry_after_s=300,
            outside=True,
        ) from error
    return Path(folder)
