"""The demonstration's stack: its own folder, made-up secrets, a simulated Cablecast beside the services."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.console.paths import DEMONSTRATION_MODEL
from services.console.stack.local import Plan, port_of, python_module

SPEED = 60
"""How much faster than a real server's clock the simulator makes VODs."""


@dataclass(frozen=True)
class DemonstrationStack:
    """A plan, and what one needs to know to use it."""

    plan: Plan
    mount: Path
    output: Path
    admin_password: str
    cablecast_url: str


def demonstration_stack(folder: Path, overrides: Mapping[str, str] | None = None) -> DemonstrationStack:
    """Plan a demonstration in ``folder``, which is made; the same folder again finds its data again."""
    folder = folder.absolute()
    mount = folder / "drive"
    mount.mkdir(parents=True, exist_ok=True)
    known = _secrets(folder)
    port = port_of(folder, "cablecast")
    url = f"http://127.0.0.1:{port}"
    simulator = python_module(
        "cablecast",
        "demo.cablecast",
        [
            *("--content-drive", str(mount), "--port", str(port), "--data-dir", str(folder / "cablecast")),
            *("--seed", str(DEMONSTRATION_MODEL.parent / "cablecast" / "seed.json"), "--speed", str(SPEED)),
        ],
        {"CABLECAST_SIMULATOR_PASSWORD": known["CABLECAST_PASSWORD"]},
        folder / "log",
    )
    environment = {**known, **_environment(folder, url), **(overrides or {})}
    plan = Plan(folder, environment, port_of(folder, "api"), [simulator])
    return DemonstrationStack(plan, mount, folder / "output", known["ADMIN_PASSWORD"], url)


def _environment(folder: Path, cablecast_url: str) -> dict[str, str]:
    """What the services are told. Nothing of a real installation may leak in, so .env is not read at all."""
    return {
        "ADMIN_USERNAME": "admin",
        "ADMIN_EMAIL": "admin@localhost",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "WHISPER_MODEL": str(DEMONSTRATION_MODEL),
        "WHISPER_MODEL_PATH": "",
        "WHISPER_ENGINE": "faster-whisper",
        "MODELS_OFFLINE": "true",
        # A meeting of six minutes in slices of one, so that there is progress to watch.
        "SLICE_SECONDS": "60",
        "FLEX_SERVERS": "",
        "DEFAULT_OUTPUT_PATH": str(folder / "output"),
        "TEMP_DIRECTORY": str(folder / "work"),
        "UPLOAD_DIRECTORY": str(folder / "uploads"),
        "CABLECAST_API_URL": cablecast_url,
        "CABLECAST_USERNAME": "archivist",
        "AUTO_PUBLISH_TO_VOD": "true",
        "WRITE_SIDECAR": "true",
        "VOD_POLL_SECONDS": "1",
        "SWEEP_SECONDS": "1",
    }


def _secrets(folder: Path) -> dict[str, str]:
    """The demonstration's own passwords, made once and kept beside its data."""
    from dotenv import dotenv_values

    file = folder / "secrets.env"
    names = ("JWT_SECRET_KEY", "ADMIN_PASSWORD", "CABLECAST_PASSWORD")
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.writelines(f"{name}={secrets.token_urlsafe(32)}\n" for name in names)
    found = dotenv_values(file)
    return {name: found.get(name) or "" for name in names}
