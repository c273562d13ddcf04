"""The mounts of FLEX_SERVERS, each with a name of its own, and a sentence for what was not taken as it stands."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import PurePosixPath

from shared.mount_folders import Overlap, overlap_of_paths

_LONGEST = 80


@dataclass(frozen=True)
class NamedMount:
    """A folder to watch."""

    name: str
    path: str
    is_named: bool
    """Whether a person chose the name; else it comes from the path, and another one does as well."""


def name_mounts(entries: Iterable[str]) -> tuple[tuple[NamedMount, ...], tuple[str, ...]]:
    """Read ``/mnt/flex-1`` and ``north=/mnt/flex-2``; the second part says what was left out or named otherwise.

    A name from a path is its last part, and as many parts before it as it takes to tell it from the others. Raises
    `ValueError` for what is no absolute path, so that a typing mistake is heard before anything starts.
    """
    said: list[str] = []
    chosen: dict[str, str | None] = {}
    names: dict[str, str] = {}
    for entry in entries:
        name, path = _read(entry)
        if path in chosen:
            if name and name != chosen[path]:
                said.append(f"{entry} is left out: {path} is named before it.")
            continue
        if name and name in names:
            said.append(f"{path} is not called {name}, for that is {names[name]}: its name comes from its path.")
            name = None
        chosen[path] = name
        if name:
            names[name] = path
    free = [path for path, name in chosen.items() if name is None]
    derived = _from_paths(free, taken=set(names))
    said += _said_of_overlaps(chosen)
    return tuple(NamedMount(name or derived[path], path, name is not None) for path, name in chosen.items()), tuple(
        said
    )


def _said_of_overlaps(paths: Iterable[str]) -> list[str]:
    """Only those that the paths show; what links and drives that are mounted twice hide is found by looking."""
    found = []
    for inner, outer in permutations(paths, 2):
        if overlap_of_paths(inner, outer) is Overlap.INSIDE:
            found.append(f"{inner} lies inside {outer}: its recordings would be seen twice. Name only one of the two.")
    return found


def another_name(name: str, taken: Collection[str]) -> str:
    """``name``, or with a number behind it where that is taken."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name[: _LONGEST - 4]}-{number}"
    return found


def _read(entry: str) -> tuple[str | None, str]:
    name, separator, path = entry.partition("=") if not entry.startswith("/") else ("", "", entry)
    if separator and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", name.strip()):
        raise ValueError(
            f"{name!r} is no name for a mount: letters, digits, '.', '_' and '-', such as north=/mnt/north"
        )
    clean = (path if separator else entry).strip()
    parts = clean.strip("/").split("/")
    if not clean.startswith("/") or not parts[0] or {"", ".", ".."} & set(parts):
        raise ValueError(f"{clean!r} is no absolute path of a folder below '/'")
    return (name.strip() or None), f"/{'/'.join(parts)}"


def _from_paths(paths: Sequence[str], taken: set[str]) -> dict[str, str]:
    """A name for each path, the same ones whatever their order is."""
    deepest = max((len(PurePosixPath(path).parts) for path in paths), default=0)
    found: dict[str, str] = {}
    for depth in range(1, deepest + 1):
        rest = {path: _spelt(path, depth) for path in paths if path not in found}
        for path, name in rest.items():
            is_alone = list(rest.values()).count(name) == 1 and name not in taken and name not in found.values()
            if is_alone:
                found[path] = name
    for path in sorted(set(paths) - set(found)):  # /mnt/a-b/c and /mnt/a/b-c are spelt alike
        found[path] = another_name(_spelt(path, deepest), {*taken, *found.values()})
    return found


def _spelt(path: str, depth: int) -> str:
    """The last ``depth`` parts as a name that the API takes, too."""
    text = "-".join(PurePosixPath(path).parts[1:][-depth:])
    return (re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-._") or "mount")[-_LONGEST:]
