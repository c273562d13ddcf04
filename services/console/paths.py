"""Where the project and what it keeps lie on this machine."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
UP = VAR / "up"
"""Where `archivist up` keeps everything unless it is told another folder."""
DEMONSTRATION_MODEL = ROOT / "demo" / "model"
