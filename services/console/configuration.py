"""Where the project lies, and what its `.env` file says."""

import os
import re
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
DEMONSTRATION_MODEL = ROOT / "demo" / "model"

# Blank lines of .env.example that `archivist init` fills with something nobody can guess.
SECRETS = ("JWT_SECRET_KEY", "ADMIN_PASSWORD", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "GRAFANA_PASSWORD")


def write_env_file(target: Path, example: Path) -> bool:
    """Write the settings file with random secrets, readable by its owner alone; False when there is one already."""
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(with_secrets(example.read_text()))
    return True


def with_secrets(example: str) -> str:
    """Fill the blank secrets of an example file."""

    def fill(line: re.Match[str]) -> str:
        return f"{line[1]}={secrets.token_urlsafe(32)}" if line[1] in SECRETS else line[0]

    return re.sub(r"^([A-Z][A-Z0-9_]*)=[ \t]*$", fill, example, flags=re.MULTILINE)


def load_env_file(file: Path = ROOT / ".env") -> None:
    """Let the settings file speak where the environment is silent."""
    from dotenv import dotenv_values

    for name, value in dotenv_values(file).items():
        if value:
            os.environ.setdefault(name, value)
