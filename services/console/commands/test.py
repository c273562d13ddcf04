"""`archivist test`: everything that proves this version, with real servers that it starts by itself."""

import os
import shutil
import subprocess
import sys
import time
from enum import StrEnum
from typing import Annotated

import typer

from services.console.coverage_report import DATA_FILE, PLUGIN, told
from services.console.exit_status import tell
from services.console.paths import ROOT
from shared.errors import ArchivistError, NotFound


class Suite(StrEnum):
    """What can be tested by itself; each is a folder of tests/."""

    UNIT = "unit"
    INTEGRATION = "integration"
    E2E = "e2e"
    COMPOSE = "compose"
    WHISPERX = "whisperx"
    REAL = "real"
    MUTANTS = "mutants"
    LONG = "long"


_PARTS: dict[Suite | None, tuple[Suite, ...]] = {
    **{kind: (kind,) for kind in Suite},
    None: (Suite.UNIT, Suite.INTEGRATION, Suite.E2E),
    Suite.LONG: (Suite.LONG, Suite.MUTANTS),
}
"""What is run for what was asked for."""

LONG_FORM = "ARCHIVIST_TEST_LONG"
"""Set to 1, tests that have a longer form take it: see tests/long_form.py."""

PROCESSES = {Suite.UNIT: ("-n", "2"), Suite.INTEGRATION: ("-n", "2", "--dist", "loadscope")}
"""Most integration tests wait for servers and clocks; two processes, each with servers of its own, halve the wait."""

_COVERAGE = ROOT / "var" / "coverage" / "unit"


def test(
    kind: Annotated[Suite | None, typer.Argument(help="One kind; unit, integration and e2e when left out.")] = None,
    sample: Annotated[int, typer.Option(min=1, help="How many breaks of the code `mutants` tries.")] = 200,
    seed: Annotated[int | None, typer.Option(help="Which ones: the seed that an earlier run printed.")] = None,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage",
            help="Tell what share of lines and branches unit tests run; a whole run does, unless CI is set.",
        ),
    ] = False,
) -> None:
    """Run the tests. PostgreSQL and Redis are started for them and removed after them."""
    # With CI set, ten thousand captions are made up for each rule: traced, they take three times as long.
    measured = coverage or (kind is None and not os.environ.get("CI"))
    results = [(each, *_run(each, sample, seed, measured=measured)) for each in _PARTS[kind]]
    typer.echo("")
    for each, status, seconds in results:
        typer.echo(f"{'passed' if status == 0 else 'FAILED'}  {each:<12} {seconds:6.1f} s")
    if measured and Suite.UNIT in _PARTS[kind]:
        typer.echo(f"coverage of unit tests: {told(_COVERAGE)}")
    raise typer.Exit(1 if any(status for _, status, _ in results) else 0)


def _run(kind: Suite, sample: int, seed: int | None, *, measured: bool) -> tuple[int, float]:
    """Status and seconds of one kind."""
    if kind == Suite.COMPOSE:
        return _run_containers()
    if kind == Suite.MUTANTS:
        return _run_mutants(sample, seed)
    if kind == Suite.LONG:
        folders = [str(ROOT / "tests" / each) for each in (Suite.UNIT, Suite.INTEGRATION, Suite.E2E)]
        return _run_pytest(kind, [sys.executable, "-m", "pytest", "-q", "-m", "long", *folders], {LONG_FORM: "1"})
    more: dict[str, str] = {}
    if kind == Suite.REAL:
        from services.console.real_material import provide

        found = provide(ROOT, lambda text: typer.echo(text, err=True))
        if isinstance(found, str):
            typer.echo(f"--- real tests are NOT run: {found}", err=True)
            return 0, 0.0
        more = found
    words = PROCESSES.get(kind, ())
    if kind == Suite.UNIT and measured:
        shutil.rmtree(_COVERAGE.parent, ignore_errors=True)
        _COVERAGE.parent.mkdir(parents=True)
        more, words = {DATA_FILE: str(_COVERAGE)}, (*PLUGIN, *words)
    folder = ROOT / "tests" / kind
    if not folder.is_dir():
        raise NotFound(f"There are no {kind} tests in {folder}.", code="no_such_tests")
    return _run_pytest(kind, [_python_for(kind), "-m", "pytest", "-q", *words, str(folder)], more)


def _run_pytest(kind: Suite, command: list[str], more: dict[str, str]) -> tuple[int, float]:
    typer.echo(f"--- {kind} tests", err=True)
    started = time.monotonic()
    examples = "ci" if os.environ.get("CI") else "local"
    environment = {"HYPOTHESIS_PROFILE": examples, **os.environ, **more}
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return status, time.monotonic() - started


def _python_for(kind: Suite) -> str:
    """WhisperX is tested in an environment of its own, which is made when it is first asked for."""
    if kind != Suite.WHISPERX:
        return sys.executable
    from services.console.whisperx_environment import whisperx_python

    return str(whisperx_python(ROOT, lambda text: typer.echo(text, err=True)))


def _run_mutants(sample: int, seed: int | None) -> tuple[int, float]:
    from services.console.mutants import try_mutants

    started = time.monotonic()
    reached = try_mutants(ROOT, sample=sample, seed=seed, tell=typer.echo)
    return 0 if reached else 1, time.monotonic() - started


def _run_containers() -> tuple[int, float]:
    from services.console.stack.compose_trial import try_containers

    started = time.monotonic()
    try:
        try_containers(typer.echo)
    except ArchivistError as error:
        tell(error)
        return 1, time.monotonic() - started
    return 0, time.monotonic() - started
