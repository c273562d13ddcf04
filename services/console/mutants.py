"""`archivist test mutants`: are the tests able to fail? A random sample of small breaks of the code, each tried.

mutmut makes the breaks and runs, for each, the tests that call the broken function; a break that no test notices has
*survived*. It works in a copy below ``var/``, because it writes its mutants into the tree that it tests. What is broken
and which tests are asked says ``[tool.mutmut]`` in ``pyproject.toml``.
"""

import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Temporary, Unusable

Tell = Callable[[str], None]

GOAL = 0.9
"""Share of a sample that tests must notice."""
_FAILED = frozenset({"killed", "suspicious", "segfault", "caught by type check", "check was interrupted by user"})
"""The last is pytest's status where a module cannot be loaded any more."""
_TOO_LATE = "timeout"
_NOTICED = _FAILED | {_TOO_LATE}
_LINE = re.compile(r"^\s*(\S+): (.+)$", re.MULTILINE)
_CALLS = "mutmut-stats.json"
"""Where mutmut keeps which tests call which function."""
_LEFT_OUT = ("__pycache__", ".*", "mutants", "*.pyc")


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a sample."""

    results: dict[str, str]
    """mutmut's name of each break and what it says of it."""

    @property
    def survivors(self) -> list[str]:
        """Breaks that no test noticed, those that no test calls among them."""
        return sorted(name for name, result in self.results.items() if result not in _NOTICED)

    @property
    def share(self) -> float:
        """Which part was noticed."""
        return 1 - len(self.survivors) / len(self.results)


def try_mutants(root: Path, *, sample: int, seed: int | None, tell: Tell) -> bool:
    """Break the code ``sample`` times at random and tell what no test noticed; whether the goal is reached.

    Raises Temporary when mutmut does not get as far as trying them (a test of its own choice fails without any break).
    """
    seed = seed if seed is not None else random.SystemRandom().randrange(10_000)
    tree = copy_of(root)
    tell(f"seed {seed}; the tests run once without a break first")
    known = _names(tree, tell)
    chosen = sorted(random.Random(seed).sample(known, min(sample, len(known))))  # noqa: S311 - a sample, no secret
    tell(f"{len(chosen)} of {len(known)} possible breaks, each tried by the tests that call its function")
    _mutmut(tree, "run", *chosen, tell=tell)
    tried = Tried({name: result for name, result in _results(tree).items() if name in set(chosen)})
    for name in tried.survivors:
        tell(f"\nsurvived ({tried.results[name]}): {name}\n{_difference(tree, name)}")
    tell(table(tried, seed))
    return tried.share >= GOAL


def table(tried: Tried, seed: int) -> str:
    """Noticed and survived, package by package."""
    parts = {name: ".".join(name.split(".")[:2]) for name in tried.results}
    total, lost = Counter(parts.values()), Counter(parts[name] for name in tried.survivors)
    rows = [f"{part:<24} {total[part] - lost[part]:>4} of {total[part]:>4} noticed" for part in sorted(total)]
    noticed = len(tried.results) - len(tried.survivors)
    late = sum(result == _TOO_LATE for result in tried.results.values())
    rows.append(f"{'by running out of time':<24} {late:>4}")
    rows.append(f"{'all':<24} {noticed:>4} of {len(tried.results):>4} noticed: {tried.share:.1%} (seed {seed})")
    return "\n".join(rows)


def copy_of(root: Path) -> Path:
    """The tree as it stands, without what was built in it; mutants of files that did not change are kept."""
    tree = root / "var" / "mutants"
    tree.mkdir(parents=True, exist_ok=True)
    # Which tests call a function is found out anew: of one that has moved since, mutmut would say that no test does.
    (tree / "mutants" / _CALLS).unlink(missing_ok=True)
    for entry in sorted(root.iterdir()):
        if entry.name in {"var", "captions", "build"} or (entry.name.startswith(".") and entry.name != ".env.example"):
            continue
        if entry.is_dir():
            shutil.rmtree(tree / entry.name, ignore_errors=True)
            shutil.copytree(entry, tree / entry.name, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        else:
            shutil.copy2(entry, tree / entry.name)
    return tree


def _names(tree: Path, tell: Tell) -> list[str]:
    """Every possible break; mutmut only makes them in order to try some, so it is asked to try one, or very few."""
    before = _results(tree)
    first = next(iter(before), None) or "shared.captions.clock_times.*__mutmut_1"
    _mutmut(tree, "run", first, tell=tell)
    names = sorted(_results(tree))
    if not names:
        raise Unusable("mutmut found nothing to break; look at [tool.mutmut] in pyproject.toml.", code="no_mutants")
    return names


def _results(tree: Path) -> dict[str, str]:
    if not (tree / "mutants").is_dir():
        return {}
    said = _mutmut(tree, "results", "--all", "true")
    return {name: result.strip() for name, result in _LINE.findall(said)}


def _difference(tree: Path, name: str) -> str:
    lines = _mutmut(tree, "show", name).splitlines()
    return "\n".join(line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def _mutmut(tree: Path, *arguments: str, tell: Tell | None = None) -> str:
    command: Sequence[str] = [str(Path(sys.executable).parent / "mutmut"), *arguments]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "local", "PYTHONPATH": str(tree)}
    ran = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        if tell is not None:
            tell(ran.stdout.replace("\r", "\n")[-4000:] + ran.stderr[-2000:])
        raise Temporary(f"mutmut {arguments[0]} ended with status {ran.returncode}.", code="mutants_not_tried")
    return ran.stdout
