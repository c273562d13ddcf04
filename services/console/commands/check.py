"""`archivist check`: what a machine can judge about the code: format, lint, types and import rules."""

import subprocess
import sys
from pathlib import Path

import typer

from services.console.paths import ROOT

_BIN = Path(sys.executable).parent
_COMPOSE = sorted(ROOT.glob("docker-compose*.yml"))
CHECKS: tuple[tuple[str, list[Path | str]], ...] = (
    ("format", [_BIN / "ruff", "format", "--check", "."]),
    ("lint", [_BIN / "ruff", "check", "."]),
    ("types", [_BIN / "mypy", "services", "shared", "demo", "tests"]),
    ("imports", [_BIN / "lint-imports"]),
    ("compose files", [_BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", *_COMPOSE]),
)


def check() -> None:
    """Judge format, lint, types and import rules; exit status 1 if one of them fails."""
    failed = []
    for name, command in CHECKS:
        typer.echo(f"--- {name}", err=True)
        if subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    typer.echo(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.")
    raise typer.Exit(1 if failed else 0)
