"""Every command ends in the same way: exit statuses, sentences with codes, and documents for programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.console.paths import DEMONSTRATION_MODEL, ROOT

NO_DATABASE = {"DATABASE_URL": "postgresql://archivist:secret@127.0.0.1:1/archivist"}
LONG_PASSWORD = {"ADMIN_PASSWORD": "correct horse battery"}


def archivist(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command with these settings, and with none of this machine's that it could find instead."""
    silent = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "CABLECAST_API_URL", "WHISPER_MODEL_PATH", "MODEL_CACHE"), "")
    return subprocess.run(
        [sys.executable, "-m", "services.console", *words],
        cwd=ROOT,
        env={**os.environ, **silent, "WHISPER_MODEL": str(DEMONSTRATION_MODEL), **settings},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "settings", "code"),
    [
        ("migrate", NO_DATABASE, "database_trouble"),
        ("create-admin clerk", NO_DATABASE | LONG_PASSWORD, "database_trouble"),
        ("migrate", {"DATABASE_URL": "postgresql://a:secret@no-such-host.invalid/x"}, "database_host_unknown"),
        ("migrate", {"DATABASE_URL": "postgresql://a:secret@host:port/x"}, "bad_database_url"),
        ("create-admin clerk", NO_DATABASE | {"ADMIN_PASSWORD": "short"}, "short_password"),
        ("demo --at http://127.0.0.1:1", LONG_PASSWORD, "api_away"),
        ("models fetch no-such-model", {}, "model_unknown"),
        ("models fetch large-v3", {"HF_ENDPOINT": "http://127.0.0.1:1"}, "model_download_failed"),
        ("models check /no/such/folder", {}, "model_folder_missing"),
        ("models use small.en", {}, "environment_wins"),
        ("models use small.en --back", {}, "invalid_input"),
        ("captions convert missing.scc out.vtt", {}, "invalid_input"),
        ("captions extract missing.mp4 out.scc", {}, "video_not_found"),
        ("captions burn missing.mp4 missing.scc out.mp4", {}, "invalid_input"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_a_code(words: str, settings: dict[str, str], code: str) -> None:
    answer = archivist(*words.split(), **{"HF_HUB_CACHE": "/proc/none", **settings})

    [told] = [line for line in answer.stderr.splitlines() if line.startswith("archivist: ")]
    assert answer.returncode == 2, answer.stderr
    assert answer.stdout == ""
    assert told.endswith(f" [{code}]"), told
    assert "Traceback" not in answer.stderr
    assert "secret" not in answer.stderr and "hash" not in answer.stderr


def test_a_database_that_refuses_is_told_in_its_own_words_and_never_with_what_was_asked(
    database_url: str, empty_database_url: str
) -> None:
    def clerk(name: str, url: str) -> subprocess.CompletedProcess[str]:
        words = ("create-admin", name, "--email", "clerk@city.example")
        return archivist(*words, **LONG_PASSWORD, DATABASE_URL=url.replace("+asyncpg", ""))

    first, taken, bare = clerk("one", database_url), clerk("two", database_url), clerk("one", empty_database_url)

    assert (first.returncode, first.stdout) == (0, "Created the admin one.\n")
    assert (taken.returncode, bare.returncode) == (2, 2)
    assert "duplicate key" in taken.stderr and taken.stderr.endswith(". [database_trouble]\n")
    assert bare.stderr.endswith("Run `archivist migrate`. [database_not_migrated]\n")
    assert "INSERT" not in taken.stderr and "$argon" not in taken.stderr and "scrypt" not in taken.stderr


@pytest.mark.parametrize("words", ["doctor", "doctor --json", "models list", "migrate", "demo --at http://127.0.0.1:1"])
def test_settings_that_cannot_be_used_are_told_in_the_same_form(words: str) -> None:
    answer = archivist(*words.split(), QUALITY_THRESHOLD="7.25", SLICE_SECONDS="soon")

    first, *mistakes = answer.stderr.splitlines()
    assert (answer.returncode, answer.stdout) == (2, "")
    assert first == "archivist: The settings are not usable: [settings_unusable]"
    assert {line.split(":")[0].strip() for line in mistakes} == {"QUALITY_THRESHOLD", "SLICE_SECONDS"}
    assert "7.25" not in answer.stderr and "soon" not in answer.stderr


def test_transcribe_gives_its_document_whatever_the_settings_are() -> None:
    answer = archivist("transcribe", "--json", "missing.mp4", SLICE_SECONDS="soon")

    document = json.loads(answer.stdout)
    assert (answer.returncode, document["exit_status"], document["recordings"]) == (2, 2, [])
    assert document["error"]["code"] == "settings_unusable"


@pytest.mark.parametrize("words", ["no-such-command", "captions check", "transcribe", "models fetch --kind wizard x"])
def test_a_command_that_is_mistyped_is_status_two(words: str) -> None:
    answer = archivist(*words.split())

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "Usage: archivist" in answer.stderr


def test_a_question_that_nobody_can_answer_is_an_interruption() -> None:
    answer = archivist("create-admin", "clerk", ADMIN_PASSWORD="", **NO_DATABASE)

    assert answer.returncode == 130
    assert answer.stderr.endswith("Stopped.\n")


def test_a_program_can_ask_the_doctor(tmp_path: Path) -> None:
    answer = archivist("doctor", "--json", FLEX_SERVERS=str(tmp_path / "no-mount"), **NO_DATABASE)

    document = json.loads(answer.stdout)
    found = {each["what"]: each["verdict"] for each in document["findings"]}
    assert (answer.returncode, document["exit_status"], document["schema"]) == (1, 1, "archivist.doctor/1")
    assert found["ffmpeg"] == "fine"
    assert found["speech model"] == "worth_knowing"
    assert found["mounts"] == found["PostgreSQL"] == "bad"
    assert all(each["says"] for each in document["findings"])


def test_a_program_can_ask_for_models(tmp_path: Path) -> None:
    answer = archivist("models", "list", "--json", MODEL_CACHE=str(tmp_path))

    document = json.loads(answer.stdout)
    assert (answer.returncode, document["schema"]) == (0, "archivist.models/1")
    small = {"kind": "speech", "name": "small.en", "path": None, "size_bytes": None}
    assert small in document["models"]
    assert {each["kind"] for each in document["models"]} >= {"speech", "speakers"}


def test_a_model_is_chosen_in_the_settings_file_only_when_it_loads_and_one_step_leads_back(tmp_path: Path) -> None:
    file, nothing = tmp_path / ".env", {"WHISPER_MODEL": ""}
    file.write_text("A=1\nWHISPER_MODEL=base # ours\n")

    refused = archivist("models", "use", "/no/such/folder", "--file", str(file), **nothing)
    assert (refused.returncode, file.read_text()) == (2, "A=1\nWHISPER_MODEL=base # ours\n")
    assert refused.stderr.rstrip().endswith("[model_folder_missing]")

    chosen = archivist("models", "use", str(DEMONSTRATION_MODEL), "--file", str(file), **nothing)
    assert chosen.returncode == 0, chosen.stderr
    assert file.read_text() == f"A=1\nWHISPER_MODEL={DEMONSTRATION_MODEL} # ours\n"
    assert "(demonstration model): ready in" in chosen.stdout
    assert f"is {DEMONSTRATION_MODEL} now; it was base." in chosen.stdout
    assert "docker compose up -d" in chosen.stdout

    back = archivist("models", "use", "--back", "--file", str(file), **nothing)
    assert (back.returncode, file.read_text()) == (0, "A=1\nWHISPER_MODEL=base # ours\n")

    other = archivist("models", "use", str(DEMONSTRATION_MODEL), "--file", str(file), DEFAULT_LANGUAGE="xx", **nothing)
    assert (other.returncode, file.read_text()) == (2, "A=1\nWHISPER_MODEL=base # ours\n")
