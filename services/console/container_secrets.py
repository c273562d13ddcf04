"""The secrets of a stack of containers: made once into volumes, as files that settings, PostgreSQL and Grafana read.

Each file lies in a volume of its own that only those containers mount which need it; so everybody may read it there,
whatever user their image wants. What `.env` says replaces what was made; nothing here is ever printed.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Conflict

DEMONSTRATION = "demo"
SIMULATOR = "http://cablecast:8750"
HOW_TO_SEE = "The admin's password: docker compose run --rm secrets cat /secrets/admin/password"


@dataclass(frozen=True)
class KeptSecret:
    """Where a secret is kept, and what `.env` calls it."""

    variable: str
    file: str


KEPT = (
    KeptSecret("POSTGRES_PASSWORD", "database/password"),
    KeptSecret("REDIS_PASSWORD", "redis/password"),
    KeptSecret("JWT_SECRET_KEY", "api/jwt-secret-key"),
    KeptSecret("ADMIN_PASSWORD", "admin/password"),
    KeptSecret("GRAFANA_PASSWORD", "grafana/password"),
)


def make_secrets(root: Path, told: Mapping[str, str]) -> str:
    """Write what is missing, and what `.env` says otherwise; returns how much was done, in words.

    A demonstration's settings are taken away: only who asks for it again gets it.
    """
    made = taken = 0
    for kept in KEPT:
        file, wanted = root / kept.file, told.get(kept.variable)
        if wanted:
            taken += 1
        elif file.exists():
            continue
        else:
            made += 1
        _write(file, wanted or secrets.token_urlsafe(32))
    # Redis has no option for a password in a file, but reads its settings from one.
    _write(root / "redis" / "redis.conf", f"requirepass {_quoted((root / 'redis' / 'password').read_text())}\n")
    (root / DEMONSTRATION / "settings.env").unlink(missing_ok=True)
    return f"Secrets: {made} made, {taken} from .env, {len(KEPT) - made - taken} kept."


def make_demonstration(root: Path, told: Mapping[str, str]) -> str:
    """Write the settings of the demonstration: a simulated Cablecast server and the model that it was made for.

    Raises `Conflict` where `.env` is a station's: a made-up meeting must not get onto its drive or its server.
    """
    real = [name for name in ("MEDIA_ROOT", "CABLECAST_API_URL") if told.get(name) and told[name] != SIMULATOR]
    if real:
        raise Conflict(
            f".env is a station's ({', '.join(real)}), and the demonstration would use its drive and server: try it in "
            "another clone, without .env.",
            code="real_station",
        )
    password = root / DEMONSTRATION / "password"
    if not password.exists():
        _write(password, secrets.token_urlsafe(32))
    model = {"WHISPER_MODEL": "demo/model", "WHISPER_ENGINE": "faster-whisper", "MODELS_OFFLINE": "true"}
    settings = {
        **({} if told.get("WHISPER_MODEL") else model),
        "CABLECAST_API_URL": SIMULATOR,
        "CABLECAST_USERNAME": "archivist",
        "CABLECAST_PASSWORD": password.read_text(),
        "VOD_POLL_SECONDS": "1",
        "SWEEP_SECONDS": "1",
    }
    _write(root / DEMONSTRATION / "settings.env", "".join(f"{name}={value}\n" for name, value in settings.items()))
    return "The demonstration's settings are written: its model, and a simulated Cablecast server."


def _write(file: Path, text: str) -> None:
    """In one step, and not at all where it says so already: a file that changes starts services anew."""
    if file.exists() and file.read_text() == text:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f".{file.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w") as out:
        os.fchmod(out.fileno(), 0o444)  # whatever the umask is
        out.write(text)
    half.replace(file)


def _quoted(text: str) -> str:
    """As Redis reads it: in quotation marks, with what would end them escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
