"""Every name that means something in ``.env``, and what was meant by one that means nothing."""

from collections.abc import Iterable
from difflib import get_close_matches

from shared.earlier_settings import GONE
from shared.settings import Settings

CONTAINERS_ONLY = frozenset({
    "POSTGRES_PASSWORD", "GRAFANA_PASSWORD", "GRAFANA_HOST", "GRAFANA_PORT", "PROMETHEUS_PORT",
    "CABLECAST_SIMULATOR_PORT", "MEDIA_ROOT", "MODELS", "TRANSCRIBER_TARGET", "TORCH_INDEX", "GPU_COUNT",
    "ARCHIVIST_UID", "NFS_SERVER", "NFS_EXPORT",
})  # fmt: skip
"""What the compose files read besides the settings."""

_PROGRAMS = frozenset({"ARCHIVIST_PYTHON", "ARCHIVIST_POSTGRES_BIN", "ARCHIVIST_REDIS_SERVER"})
"""Where this machine has them."""

_SETTINGS = frozenset(name.upper() for name in Settings.model_fields)
_SECRET_FILES = frozenset(
    f"{name.upper()}_FILE" for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
)
_OURS = _SETTINGS | _SECRET_FILES | CONTAINERS_ONLY | _PROGRAMS
_PREFIXES = frozenset(name.partition("_")[0] for name in _OURS | GONE)
_ALIKE = 0.8
"""Share of letters that two names have in common, in order, from which one is taken for the other."""


def unknown_settings(names: Iterable[str]) -> list[str]:
    """One sentence for each name that looks like a setting and is none; names of other programs are theirs."""
    told = []
    for name in dict.fromkeys(names):
        if name in _OURS or name in GONE:
            continue
        if name.upper() in _OURS:
            told.append(f"{name} is not read everywhere: names of settings are in capitals, {name.upper()}.")
        elif (near := _nearest(name)) is not None:
            told.append(f"{name} is not a setting; did you mean {near}?")
        elif name.upper().partition("_")[0] in _PREFIXES and "_" in name:
            told.append(f"{name} is not a setting and changes nothing; docs/settings.md names them all.")
    return told


def _nearest(name: str) -> str | None:
    bare = name.upper().removeprefix("ARCHIVIST_")
    return next(iter(get_close_matches(bare, sorted(_OURS), 1, _ALIKE)), None)
