"""Writing a composition into its folder, with a manifest that says where every byte came from."""

import contextlib
import hashlib
import json
import platform
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from services.transcriber.composing.assemble import EngineUse, Transcript
from services.transcriber.composing.compose import FILE_NAMES, CaptionChoices, Composition, RecordingFacts
from shared.errors import Temporary
from shared.storage.files import link_atomically, opened_regular, remove_leftovers, safe_name, write_atomically

Files = Mapping[str, Mapping[str, Any]]
"""Formats with the name, SHA-256 and size of their files."""


@dataclass(frozen=True, slots=True)
class KeptEdits:
    """Files of one format that were not as they were written, so that they stayed, and the name that was free."""

    names: tuple[str, ...]
    beside: str


def write_version(
    folder: Path,
    version: str,
    composition: Composition,
    transcript: Transcript,
    source: RecordingFacts,
    choices: CaptionChoices,
) -> dict[str, dict[str, Any]]:
    """Write one version of the captions into ``versions/<version>/``, where nobody finds it by accident.

    Every version keeps its files there: what a person corrected, or an earlier model heard, stays readable after the
    next one. ``link_version`` makes one of them what people find.
    """
    written, _ = write_outputs(folder / "versions" / version, composition, transcript, source, choices)
    for entry in written.values():
        entry["name"] = f"versions/{version}/{entry['name']}"
    return written


def link_version(folder: Path, files: Mapping[str, Mapping[str, Any]], ours: Collection[str]) -> dict[str, Path]:
    """Make these files the ones that people find in ``folder``; answers where each of them is found.

    ``ours`` are the SHA-256 of everything that was ever written for this recording: a file that is none of it was
    edited by a person and stays; the new one is found beside it under another name. Raises Temporary where one of them
    is missing.
    """
    found: dict[str, Path] = {}
    _remove_leftovers(folder, [Path(entry["name"]).name for entry in files.values()])
    for kind, entry in files.items():
        kept = folder / entry["name"]
        if not kept.exists():
            raise files_away(kept.parent)
        found[kind], _ = _free_name(folder / kept.name, ours)
        link_atomically(kept, found[kind])
    return found


def renamed_manifest(folder: Path, files: Files, city: str | None) -> tuple[dict[str, Any], bytes] | None:
    """The manifest of a version with its recording's city as it is called now, as its entry and its bytes; None where
    it says so already, or is gone.

    ``made_for_city`` keeps whose words and vocabulary the captions were made with. The entry remembers what was there
    ``before``: it is still ours wherever people find it.
    """
    entry = files.get("manifest")
    known = _read_manifest(folder / entry["name"]) if entry else {}
    source = known.get("source")
    if entry is None or not isinstance(source, dict) or source.get("city") == city:
        return None
    source = {"made_for_city": source.get("city"), **source, "city": city}
    content = (json.dumps({**known, "source": source}, indent=2, ensure_ascii=False) + "\n").encode()
    digest = hashlib.sha256(content).hexdigest()
    if digest == entry["sha256"]:  # the row knows it already, and its bytes were not written
        return dict(entry), content
    before = [*entry.get("before", []), {"name": entry["name"], "sha256": entry["sha256"]}]
    return {"name": entry["name"], "sha256": digest, "size_bytes": len(content), "before": before}, content


def require_folder(folder: Path) -> None:
    """Raise Temporary where captions have lost their folder: on a volume that is away, what is written there now would
    lie below it, and out of everybody's sight when it is back."""
    if not folder.is_dir():
        raise files_away(folder)


def files_away(folder: Path) -> Temporary:
    """What captions are made of, or are to be linked from, is not where it was written."""
    return Temporary(
        f"Files of these captions are missing in {folder}. Check that the volume of the output tree is mounted; the"
        " work waits for them.",
        code="output_away",
        outside=True,
        path=str(folder),
    )


def write_outputs(
    folder: Path, composition: Composition, transcript: Transcript, source: RecordingFacts, choices: CaptionChoices
) -> tuple[dict[str, dict[str, Any]], tuple[KeptEdits, ...]]:
    """Write every file, the manifest last; returns format to name, SHA-256 and size, and what was edited and stayed.

    The manifest is the seal: a folder whose manifest names a file's hash has that file whole. A file whose hash is not
    the one that the manifest knows was edited by a person: it stays, and the new one gets a name beside it.
    """
    return _write(
        folder,
        safe_name(source.title),
        composition.files,
        lambda written: _manifest(written, transcript, source, choices),
    )


def write_edited(
    folder: Path, version: str, base: str, files: Mapping[str, bytes], made_of: Files, edited: Mapping[str, Any]
) -> Files:
    """Write captions that a person has made of earlier ones (``made_of``) into ``versions/<version>/``.

    What a person's edits say nothing about (words as they were heard, report, summary) stays the earlier version's. The
    manifest is its manifest with ``edited``: who did that, when it was made, and of which version.
    """
    place = f"versions/{version}"
    kept = {kind: dict(entry) for kind, entry in made_of.items() if kind not in files and kind != "manifest"}
    before = _read_manifest(folder / made_of["manifest"]["name"]) if "manifest" in made_of else {}

    def manifest(written: Files) -> dict[str, Any]:
        return {"schema": _MANIFEST, **before, "edited": dict(edited), "files": {**kept, **written}}

    written, _ = _write(folder / place, base, files, manifest)
    return {**kept, **{kind: {**entry, "name": f"{place}/{entry['name']}"} for kind, entry in written.items()}}


def _write(
    folder: Path, base: str, files: Mapping[str, bytes], manifest_of: Callable[[Files], dict[str, Any]]
) -> tuple[dict[str, dict[str, Any]], tuple[KeptEdits, ...]]:
    sealed = _sealed(folder / _WRITING) | _sealed(folder / FILE_NAMES["manifest"])
    names = [FILE_NAMES[kind].format(base=base) for kind in files]
    _remove_leftovers(folder, [*names, _WRITING, FILE_NAMES["manifest"]])
    digests = [hashlib.sha256(content).hexdigest() for content in files.values()]
    write_atomically(folder / _WRITING, json.dumps({"ours": [*digests, *sealed]}).encode())
    written: dict[str, dict[str, Any]] = {}
    edited: list[KeptEdits] = []
    for kind, content in files.items():
        path = folder / FILE_NAMES[kind].format(base=base)
        free, kept = _free_name(path, {*digests, *sealed})
        if kept:
            edited.append(KeptEdits(kept, free.name))
        done = write_atomically(free, content)
        written[kind] = {"name": free.name, "sha256": done.sha256, "size_bytes": done.size_bytes}
    manifest = json.dumps(manifest_of(written), indent=2, ensure_ascii=False) + "\n"
    name = FILE_NAMES["manifest"]
    done = write_atomically(folder / name, manifest.encode())
    written["manifest"] = {"name": name, "sha256": done.sha256, "size_bytes": done.size_bytes}
    (folder / _WRITING).unlink(missing_ok=True)
    return written, tuple(edited)


_MANIFEST = "archivist.manifest/1"
_WRITING = ".writing.json"
"""What is being written, by hash: a run that ended in the middle is not mistaken for a person's edits."""


def _read_manifest(file: Path) -> dict[str, Any]:
    """What it says; nothing where it is not there any more: captions do not wait for it."""
    try:
        with opened_regular(file, through_links=True) as manifest:
            found = json.loads(manifest.read())
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def _sealed(file: Path) -> set[str]:
    """SHA-256 of the files that a manifest, or a run that ended in the middle, knows as ours."""
    try:
        with opened_regular(file, through_links=True) as manifest:
            known = json.loads(manifest.read())
        return set(map(str, known["ours"] if "ours" in known else _of_manifest(known)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()


def _of_manifest(manifest: Mapping[str, Any]) -> list[str]:
    return [entry["sha256"] for entry in manifest["files"].values()]


def _remove_leftovers(folder: Path, names: Collection[str]) -> None:
    with contextlib.suppress(OSError):  # whoever writes there next says what is wrong
        remove_leftovers(folder, names)


def _free_name(path: Path, ours: Collection[str]) -> tuple[Path, tuple[str, ...]]:
    """``path``, or where somebody's own file is there: ``<name>.new.<suffix>``, ``<name>.new-2.<suffix>`` and so on.

    Beside it the names of those files.
    """
    candidate, number, kept = path, 1, list[str]()
    while candidate.exists() and not (candidate.is_file() and _digest_of(candidate) in ours):
        kept.append(candidate.name)
        candidate = path.with_name(f"{path.stem}.new{f'-{number}' if number > 1 else ''}{path.suffix}")
        number += 1
    return candidate, tuple(kept)


def _digest_of(path: Path) -> str:
    with opened_regular(path, through_links=True) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(
    written: Mapping[str, Mapping[str, Any]], transcript: Transcript, source: RecordingFacts, choices: CaptionChoices
) -> dict[str, Any]:
    engine = asdict(transcript.engine) if transcript.engine else None
    told = choices.hotwords
    notice = (
        "Made with the demonstration speech model: for trying Archivist out, not a transcript of a real meeting."
        if engine and engine["is_demonstration"]
        else None
    )
    return {
        "schema": _MANIFEST,
        "notice": notice,
        "source": {
            "title": source.title,
            "path": source.path,
            "city": source.city,
            "recorded_at": source.recorded_at.isoformat(),
            "identity": source.identity,
            "size_bytes": source.size_bytes,
            "duration_ms": transcript.duration_ms,
        },
        "engine": engine,
        "engines": [_used(use) for use in transcript.engines],
        "degradations": list(transcript.degradations),
        "second_decodes": [asdict(one) for one in transcript.second_decodes],
        "warnings": list(transcript.warnings),
        "choices": {
            "profile": choices.profile,
            "start_tc": choices.start_tc,
            "language": choices.language,
            "other_languages": choices.other_languages.value,
            "pass_score": choices.thresholds.pass_score,
            "thresholds": choices.thresholds.changed(),
        },
        "language_found": asdict(transcript.language) if transcript.language else None,
        "other_languages": [asdict(one) for one in transcript.other_languages],
        "vocabulary": {"entries": told.entries, "told_to_engine": told.used},
        "versions": _versions(),
        "files": {kind: dict(entry) for kind, entry in written.items()},
    }


def _used(use: EngineUse) -> dict[str, Any]:
    """What can change the words, and where it did."""
    facts = asdict(use.engine)
    del facts["load_ms"], facts["memory_bytes"]
    return {**facts, "slices": list(use.slices)}


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("faster-whisper", "ctranslate2", "whisperx", "av"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
