"""What share of our lines and branches the tests ran, told without a threshold: a number to look at, not to reach."""

import json
from pathlib import Path

PLUGIN = ("-p", "services.console.coverage_plugin")
"""Has pytest measure itself."""
DATA_FILE = "ARCHIVIST_COVERAGE"
"""Names the file to which each process of the tests adds an ending of its own."""
MEASURED = ["services", "shared", "demo"]


def told(data_file: Path) -> str:
    """``lines 91.2 %, branches 85.0 %`` of everything that was measured; the files of the processes become one.

    What no test imports counts as not run. The figures of each file lie beside it, as JSON.
    """
    import coverage

    measured = coverage.Coverage(data_file=str(data_file), branch=True, source=MEASURED)
    measured.combine([str(data_file.parent)])
    measured.save()
    report = data_file.with_suffix(".json")
    measured.json_report(outfile=str(report))
    totals = json.loads(report.read_text())["totals"]
    lines = _share(totals["covered_lines"], totals["num_statements"])
    return f"lines {lines}, branches {_share(totals['covered_branches'], totals['num_branches'])}"


def _share(some: int, of_all: int) -> str:
    return f"{100 * some / of_all:.1f} %" if of_all else "none"
