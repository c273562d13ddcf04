"""What tests run is told in lines and branches, by every process of theirs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from services.console.coverage_report import DATA_FILE, PLUGIN, told

ROOT = Path(__file__).resolve().parents[3]
RULES = "tests/unit/shared/rules/test_station_rules.py"


def test_lines_and_branches_that_two_processes_ran_are_told_together(tmp_path: Path) -> None:
    data = tmp_path / "coverage" / "unit"
    data.parent.mkdir()
    environment = {**os.environ, DATA_FILE: str(data), "PYTHONPATH": str(ROOT), "HYPOTHESIS_PROFILE": "local"}
    command = [sys.executable, "-m", "pytest", "-q", *PLUGIN, "-n", "2", "-p", "no:cacheprovider", RULES]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    sentence = told(data)

    assert re.fullmatch(r"lines \d+\.\d %, branches \d+\.\d %", sentence)
    files = json.loads(data.with_suffix(".json").read_text())["files"]
    assert files["shared/rules/station_rules.py"]["summary"]["percent_covered"] > 95
    assert files["services/vod/linking.py"]["summary"]["covered_lines"] == 0
