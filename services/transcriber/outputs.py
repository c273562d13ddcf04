"""Writing a composition into its folder, with a manifest that says where every byte came from."""

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from services.transcriber.assemble import EngineUse, Transcript
from services.transcriber.compose import FILE_NAMES, Choices, Composition, Source
from shared.quality import Outcome
from shared.storage.files import link_atomically, safe_name, write_atomically


def write_version(
    folder: Path,
    version: str,
    composition: Composition,
    transcript: Transcript,
    source: Source,
    choices: Choices,
) -> dict[str, dict[str, Any]]:
    """Write one version of the captions, and make it the one that people find in ``folder``.

    Every version keeps its files in ``versions/<version>/``: what a person corrected, or an earlier model heard, stays
    readable after the next one. Captions that the gate has failed are kept there too, but replace nothing.
    """
    written = write_outputs(folder / "versions" / version, composition, transcript, source, choices)
    for entry in written.values():
        kept = folder / "versions" / version / entry["name"]
        if composition.report.outcome is not Outcome.FAILED:
            link_atomically(kept, folder / entry["name"])
        entry["name"] = str(kept.relative_to(folder))
    return written


def write_outputs(
    folder: Path, composition: Composition, transcript: Transcript, source: Source, choices: Choices
) -> dict[str, dict[str, Any]]:
    """Write every file, the manifest last; returns format to name, SHA-256 and size.

    The manifest is the seal: a folder whose manifest names a file's hash has that file whole.
    """
    base = safe_name(source.title)
    written: dict[str, dict[str, Any]] = {}
    for kind, content in composition.files.items():
        name = FILE_NAMES[kind].format(base=base)
        done = write_atomically(folder / name, content)
        written[kind] = {"name": name, "sha256": done.sha256, "size_bytes": done.size_bytes}
    manifest = json.dumps(_manifest(written, transcript, source, choices), indent=2, ensure_ascii=False) + "\n"
    name = FILE_NAMES["manifest"]
    done = write_atomically(folder / name, manifest.encode())
    written["manifest"] = {"name": name, "sha256": done.sha256, "size_bytes": done.size_bytes}
    return written


def _manifest(
    written: Mapping[str, Mapping[str, Any]], transcript: Transcript, source: Source, choices: Choices
) -> dict[str, Any]:
    engine = asdict(transcript.engine) if transcript.engine else None
    told = choices.hotwords
    notice = (
        "Made with the demonstration speech model: for trying Archivist out, not a transcript of a real meeting."
        if engine and engine["is_demonstration"]
        else None
    )
    return {
        "schema": "archivist.manifest/1",
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
            "pass_score": choices.thresholds.pass_score,
            "thresholds": choices.thresholds.changed(),
        },
        "language_found": asdict(transcript.language) if transcript.language else None,
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
