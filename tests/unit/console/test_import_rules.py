"""Each rule about who may import what is broken on purpose, and `./archivist check` must see it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.console.paths import ROOT

BREAKS = [
    ("services.ingest.caption_terms", "services.vod.recording_name", "A service never imports another"),
    ("services.vod.linking", "services.console.api_client", "A service imports the kernel and itself"),
    ("services.api.progress", "demo.cablecast.station", "A service imports the kernel and itself"),
    ("shared.runtime", "services.api.limits", "The kernel knows no service"),
    ("demo.cablecast.station", "services.vod.recording_name", "The demonstration knows no service"),
    ("shared.captions.srt", "sqlalchemy", "Captions, quality and meetings are values"),
    ("shared.captions.vtt", "pathlib", "Captions, quality and meetings are values"),
    ("shared.quality.gate", "asyncio", "Captions, quality and meetings are values"),
    ("shared.quality.gate", "logging", "Captions, quality and meetings are values"),
    ("shared.meetings.motions", "numpy", "Captions, quality and meetings are values"),
    ("shared.captions.mcc", "shared.storage.files", "Captions, quality and meetings are values"),
    (
        "shared.lifecycle",
        "shared.settings",
        "States, events, errors, languages and sources",
    ),
    ("shared.errors", "http", "States, events, errors, languages and sources"),
    ("shared.sources", "sqlalchemy", "States, events, errors, languages and sources"),
    ("shared.rules.policy", "shared.db.models", "What holds for a recording is decided by values alone"),
    ("shared.event_kinds", "uuid", "States, events, errors, languages and sources"),
    ("shared.media.probe", "sqlalchemy", "Media facts and files know no database"),
    ("shared.storage.files", "shared.db.session", "Media facts and files know no database"),
    ("shared.db.leases", "redis", "The database knows lanes"),
    ("services.vod.parts.steps", "fastapi", "Use cases know no HTTP"),
    ("services.api.usecases.log_in", "starlette", "Use cases know no HTTP"),
    ("services.transcriber.usecases.plan_recording", "arq", "Use cases know no HTTP"),
    ("services.ingest.usecases.scan_mount", "services.ingest.__main__", "Use cases know no HTTP"),
    (
        "services.transcriber.usecases.transcribe_slice",
        "services.transcriber.usecases.plan_recording",
        "No use case needs another",
    ),
    ("services.api.usecases.transcribe_upload", "services.api.usecases.log_in", "No use case needs another"),
    ("services.ingest.parts.find_file", "services.ingest.usecases.scan_mount", "Parts know no use case"),
    ("services.vod.gateways.cablecast", "services.vod.parts.steps", "What stands before the outside"),
    ("services.ingest.gateways.tree", "sqlalchemy", "What stands before the outside"),
    ("services.transcriber.engines.values", "shared.db.models", "What stands before the outside"),
    ("services.vod.linking", "httpx", "Rules of a service are values"),
    ("services.ingest.caption_terms", "services.ingest.gateways.mount_client", "Rules of a service are values"),
    ("services.ingest.ledger_queries", "httpx", "Of a service only gateways"),
    ("services.transcriber.decoding.plan", "redis", "Of a service only gateways"),
    ("services.api.routes.mounts", "httpx", "Routes decode, call and encode"),
    ("services.api.routes.captions", "subprocess", "Routes decode, call and encode"),
    ("services.vod.linking", "fastapi", "Only the API and the simulator speak HTTP"),
    ("services.transcriber.hearing.vad", "services.transcriber.decoding.plan", "The transcriber hears, then decodes"),
    (
        "services.transcriber.engines.hub",
        "services.transcriber.composing.assemble",
        "The transcriber hears, then decodes",
    ),
    ("shared.city", "shared.settings", "The kernel stands in floors"),
    ("shared.lanes", "shared.errors", "The kernel stands in floors"),
    ("shared.media.probe", "shared.faults", "The kernel stands in floors"),
    ("services.transcriber.decoding.plan", "torch", "Speech libraries stay in the engines"),
    ("services.api.app", "faster_whisper", "Speech libraries stay in the engines"),
    ("services.api.list_queries", "numpy", "Sound as numbers stays in the transcriber"),
    ("services.transcriber.decoding.plan", "shared.settings", "Only what starts a process reads settings"),
    ("services.api.routes.health", "shared.settings", "Only what starts a process reads settings"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the check says of each rule in a copy of the tree in which every break stands."""
    tree = tmp_path_factory.mktemp("tree")
    for package in ("services", "shared", "demo"):
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__", "*.bin"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    for importer, imported, _rule in BREAKS:
        file = tree / (importer.replace(".", "/") + ".py")
        with file.open("a") as end:
            end.write(f"import {imported}\n")
    return sections(judge(tree))


def judge(tree: Path) -> str:
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": "", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return ran.stdout


def sections(said: str) -> dict[str, str]:
    """The text below each broken rule's name."""
    _summary, _, details = said.partition("Broken contracts")
    parts = re.split(r"\n(.+)\n-{3,}\n", details)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize(("importer", "imported", "rule"), BREAKS)
def test_a_break_of_an_import_rule_is_named_by_its_rule(
    report: dict[str, str], importer: str, imported: str, rule: str
) -> None:
    [said] = [text for name, text in report.items() if name.startswith(rule)]

    assert re.search(rf"{re.escape(importer)} (->|imports) {re.escape(imported)}\b", said), said


def test_every_rule_is_broken_here_at_least_once(report: dict[str, str]) -> None:
    rules = re.findall(r'\[\[tool.importlinter.contracts\]\]\nname = "(.+)"', (ROOT / "pyproject.toml").read_text())

    assert sorted(report) == sorted(rules)
