"""Every file of tests/golden/files: how it is read, what is wrong with it, and what is written of it, byte for byte.

``RECORD_GOLDEN=1 pytest tests/unit/shared/captions/test_golden_files.py`` writes the expected outcomes anew; the
difference is for a person to judge.
"""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from shared.captions import CueList, write_cue_list
from shared.captions.interchange import Loaded, check_captions, main_channel_of, read_captions, written
from shared.captions.model import Finding
from shared.captions.profiles import PROFILES
from shared.captions.scc import Mode
from shared.captions.unchanged import WORDED, unchanged
from shared.errors import ArchivistError

FOLDER = Path(__file__).parents[3] / "golden" / "files"
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in {".vtt", ".srt", ".scc", ".mcc", ".json"})
NOW = datetime(2026, 11, 30, 12, 34, 56, tzinfo=UTC)
SCC_WAYS: Final[tuple[tuple[str, Mode], ...]] = (("fcc", "pop-on"), ("netflix", "roll-up-3"), ("bbc", "paint-on"))


def told(findings: Iterable[Finding]) -> list[str]:
    return [
        f"  {one.severity.value} {one.code} line {one.line} cue {one.cue} at {one.timecode}: {one.message}"
        for one in findings
    ]


def conversions(loaded: Loaded) -> Iterable[str]:
    drop_frame = loaded.start_tc[-3] != ":"
    document = CueList(loaded.cues, loaded.start_tc, drop_frame)
    ways: list[tuple[str, str, Mode]] = [(ending, "dcmp", "pop-on") for ending in (".vtt", ".srt", ".txt")]
    ways += [(".scc", profile, mode) for profile, mode in SCC_WAYS] + [(".mcc", "fcc", "pop-on")]
    for ending, profile, mode in ways:
        yield f"== {ending} {profile} {mode}"
        try:
            text, findings = written(document, ending, PROFILES[profile], mode, now=NOW, channel=loaded.channel)
        except ArchivistError as error:
            yield f"{error.code}: {error.message}"
        else:
            yield from (*told(findings), text)


def outcome(name: str) -> str:
    content, ending = (FOLDER / name).read_bytes(), Path(name).suffix
    main = main_channel_of(content, ending)
    lines = [f"main channel: {main}"]
    for start_tc in (None, "01:00:00:00") if ending in WORDED else (None,):
        try:
            loaded = read_captions(content, ending, start_tc, main or "CC1")
        except ArchivistError as error:
            return "\n".join([*lines, f"{error.code}: {error.message}", ""])
        lines += [f"== read with {start_tc}: {loaded.start_tc}, frame {loaded.start}, {loaded.channel}"]
        lines += [*told(loaded.encoding), *told(loaded.findings)]
        lines += [write_cue_list(loaded.cues), "== check"]
        lines += told(check_captions(loaded, ending, PROFILES["fcc"], start_tc))
    lines += conversions(read_captions(content, ending, None, main or "CC1"))
    if ending in WORDED:
        for target in WORDED:
            for label in ("00:59:58;00", "01:00:00:00"):
                loaded = read_captions(content, ending, None, main or "CC1")
                lines += [f"== unchanged as {target} from {label}"]
                try:
                    text, findings = unchanged(loaded, ending, target, label, NOW)
                except ArchivistError as error:
                    lines += [f"{error.code}: {error.message}"]
                else:
                    lines += [*told(findings), text]
        other = read_captions(content, ending, None, "CC3")
        lines += ["== CC3", *told(other.findings), *told(check_captions(other, ending, PROFILES["fcc"]))]
    return "\n".join(lines) + "\n"


def test_every_format_is_among_the_files() -> None:
    assert {Path(name).suffix for name in FILES} == {".vtt", ".srt", ".scc", ".mcc", ".json"}


@pytest.mark.parametrize("name", FILES)
def test_a_file_becomes_the_approved_ones(name: str) -> None:
    expected = FOLDER / f"{name}.expected"
    found = outcome(name)
    if os.environ.get("RECORD_GOLDEN"):
        expected.write_bytes(found.encode("utf-8"))

    assert found == expected.read_bytes().decode("utf-8")
