"""The command line itself is quick and light, whatever its commands need."""

import subprocess
import sys

from services.console.paths import ROOT

HEAVY = {"alembic", "arq", "av", "faster_whisper", "fastapi", "httpx", "numpy", "sqlalchemy", "uvicorn"}


def test_asking_for_help_imports_no_library_that_only_a_command_needs() -> None:
    code = "import sys, services.console.__main__; print(*{name.partition('.')[0] for name in sys.modules})"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert HEAVY.isdisjoint(told.split())
