"""`archivist test`: everything that proves this version, with real servers that it starts by itself."""

import os
import subprocess
import sys
import time
from enum import StrEnum
from typing import Annotated

import typer

from services.console.configuration import ROOT
from services.console.ending import tell
from shared.errors import ArchivistError, NotFound


class Kind(StrEnum):
    """What can be tested by itself; each is a folder of tests/."""

    UNIT = "unit"
    INTEGRATION = "integration"
    E2E = "e2e"
    COMPOSE = "compose"
    WHISPERX = "whisperx"
    REAL = "real"
    MUTANTS = "mutants"


ABREAST = {Kind.UNIT: ("-n", "2"), Kind.INTEGRATION: ("-n", "2", "--dist", "loadscope")}
"""Most integration tests wait for servers and clocks; two processes, each with servers of its own, halve the wait."""


def test(
    kind: Annotated[Kind | None, typer.Argument(help="One kind; unit, integration and e2e when left out.")] = None,
    sample: Annotated[int, typer.Option(min=1, help="How many breaks of the code `mutants` tries.")] = 200,
    seed: Annotated[int | None, typer.Option(help="Which ones: the seed that an earlier run printed.")] = None,
) -> None:
    """Run the tests. PostgreSQL and Redis are started for them and removed after them."""
    if kind == Kind.MUTANTS:
        from services.console.mutants import try_mutants

        raise typer.Exit(0 if try_mutants(ROOT, sample=sample, seed=seed, tell=typer.echo) else 1)
    kinds = [kind] if kind else [Kind.UNIT, Kind.INTEGRATION, Kind.E2E]
    results = [(each, *_run(each)) for each in kinds]
    typer.echo("")
    for each, status, seconds in results:
        typer.echo(f"{'passed' if status == 0 else 'FAILED'}  {each:<12} {seconds:6.1f} s")
    raise typer.Exit(1 if any(status for _, status, _ in results) else 0)


def _run(kind: Kind) -> tuple[int, float]:
    if kind == Kind.COMPOSE:
        return _run_containers()
    more: dict[str, str] = {}
    if kind == Kind.REAL:
        from services.console.real_material import provide

        found = provide(ROOT, lambda text: typer.echo(text, err=True))
        if isinstance(found, str):
            typer.echo(f"--- real tests are NOT run: {found}", err=True)
            return 0, 0.0
        more = found
    folder = ROOT / "tests" / kind
    if not folder.is_dir():
        raise NotFound(f"There are no {kind} tests in {folder}.", code="no_such_tests")
    python = _python_for(kind)
    typer.echo(f"--- {kind} tests", err=True)
    started = time.monotonic()
    command = [python, "-m", "pytest", "-q", *ABREAST.get(kind, ()), str(folder)]
    examples = "ci" if os.environ.get("CI") else "local"
    environment = {"HYPOTHESIS_PROFILE": examples, **os.environ, **more}
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return status, time.monotonic() - started


def _python_for(kind: Kind) -> str:
    """WhisperX is tested in an environment of its own, which is made when it is first asked for."""
    if kind != Kind.WHISPERX:
        return sys.executable
    from services.console.whisperx_environment import whisperx_python

    return str(whisperx_python(ROOT, lambda text: typer.echo(text, err=True)))


def _run_containers() -> tuple[int, float]:
    from services.console.stack.compose_trial import try_containers

    started = time.monotonic()
    try:
        try_containers(typer.echo)
    except ArchivistError as error:
        tell(error)
        return 1, time.monotonic() - started
    return 0, time.monotonic() - started
