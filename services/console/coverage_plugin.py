"""Which lines and branches unit tests run: a plugin of pytest that is loaded before anything of ours that is tested.

Each process of the tests writes a file of its own; programs that tests start are not measured.
"""

import os

import coverage

from services.console.coverage_report import DATA_FILE, MEASURED

_MEASURED = coverage.Coverage(data_file=os.environ[DATA_FILE], data_suffix=True, branch=True, source=MEASURED)
_MEASURED.set_option("run:disable_warnings", ["no-data-collected"])  # the process that only hands tests out
_MEASURED.start()


def pytest_sessionfinish() -> None:
    """Once all tests of this process have run."""
    _MEASURED.stop()
    _MEASURED.save()
