"""Where the sentence tables lie: in the models' cache, or where nobody else can have put something."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from services.transcriber.engines.sentence_tables import FOLDER, keep_sentence_tables

LANGUAGES = ("english", "spanish", "german")
NAMES = {"abbrev_types.txt", "collocations.tab", "sent_starters.txt", "ortho_context.tab"}


def files_in(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_the_tables_lie_in_the_models_cache_as_nltk_looks_for_them(tmp_path: Path) -> None:
    root = keep_sentence_tables(LANGUAGES, tmp_path / "models")

    assert root == tmp_path / "models" / FOLDER
    assert set(files_in(root)) == {f"tokenizers/punkt_tab/{one}/{name}" for one in LANGUAGES for name in NAMES}
    spanish = (root / "tokenizers" / "punkt_tab" / "spanish" / "abbrev_types.txt").read_text(encoding="utf-8")
    assert {"sra", "dr", "etc"} <= set(spanish.split("\n"))


def test_without_a_cache_of_our_own_they_lie_with_hugging_faces_models(tmp_path: Path) -> None:
    program = "from services.transcriber.engines.sentence_tables import *; print(keep_sentence_tables(['english']))"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "HF_HUB_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == str(tmp_path / FOLDER)


def test_children_that_start_together_find_whole_tables_and_leave_nothing_else(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        roots = set(pool.map(partial(keep_sentence_tables, cache=tmp_path), [LANGUAGES] * 8))

    alone = keep_sentence_tables(LANGUAGES, tmp_path / "alone")
    assert roots == {tmp_path / FOLDER}
    assert files_in(tmp_path / FOLDER) == files_in(alone)


def test_what_is_right_already_is_not_written_again_and_what_is_not_is_put_right(tmp_path: Path) -> None:
    root = keep_sentence_tables(LANGUAGES, tmp_path)
    wrong, right = (root / "tokenizers" / "punkt_tab" / one / "abbrev_types.txt" for one in ("english", "german"))
    whole, kept = wrong.read_bytes(), right.stat()
    wrong.write_bytes(b"\xff of another version")

    assert keep_sentence_tables(LANGUAGES, tmp_path) == root
    assert wrong.read_bytes() == whole
    assert (right.stat().st_ino, right.stat().st_mtime_ns) == (kept.st_ino, kept.st_mtime_ns)


def test_tables_in_a_cache_that_can_only_be_read_are_used(tmp_path: Path) -> None:
    root = keep_sentence_tables(LANGUAGES, tmp_path)
    for folder in (root, *(each for each in root.rglob("*") if each.is_dir())):
        folder.chmod(0o555)
    try:
        assert keep_sentence_tables(LANGUAGES, tmp_path) == root
    finally:
        for folder in (root, *(each for each in root.rglob("*") if each.is_dir())):
            folder.chmod(0o755)


@pytest.mark.parametrize("cache", ["/proc/models", "{tmp}/file", "{tmp}/taken"])  # nowhere may root write either
def test_a_cache_that_cannot_be_written_is_replaced_by_a_new_private_folder(tmp_path: Path, cache: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / FOLDER).touch()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = (
        "import sys, os; from pathlib import Path; from services.transcriber.engines.sentence_tables import *\n"
        "roots = [keep_sentence_tables(['english'], Path(sys.argv[1])) for _ in range(2)]\n"
        "print(*roots, *(oct(root.stat().st_mode) for root in roots), sep='\\n')\n"
        "print(all((root / 'tokenizers/punkt_tab/english/abbrev_types.txt').stat().st_size for root in roots))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, cache.format(tmp=tmp_path)],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=True,
    )

    first, second, *modes, are_whole = told.stdout.split()
    assert first != second
    assert {Path(first).parent, Path(second).parent} == {temporary}
    assert [stat.S_IMODE(int(mode, 8)) for mode in modes] == [0o700, 0o700]
    assert are_whole == "True"
    assert list(temporary.iterdir()) == []  # the process has ended
