"""Commands beside a running stack speak to its servers; a changed password takes effect, a taken port is told."""

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from services.console.accounts import ensure_admin, put_admin
from services.console.paths import DEMONSTRATION_MODEL, ROOT
from services.console.stack.local import api_port
from services.console.stack.lock import Addresses, findable, only_one, running_on
from services.console.stack.redis import RedisServer
from shared.db.models import User
from shared.db.session import Work
from shared.errors import Conflict
from shared.passwords import verify_password
from shared.settings import Settings

FIRST, SECOND, TYPED = "correct horse battery", "staple correct horse", "typed by a person"


def archivist(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    silent = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "CABLECAST_API_URL", "FLEX_SERVERS", "API_PORT"), "")
    return subprocess.run(
        [sys.executable, "-m", "services.console", *words],
        cwd=ROOT,
        env={**os.environ, **silent, "WHISPER_MODEL": str(DEMONSTRATION_MODEL), **settings},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def stack(tmp_path: Path, database_url: str, redis_server: RedisServer) -> Iterator[Path]:
    """A folder that looks to other commands as it does while `archivist up` runs on it."""
    found = Addresses(database_url.replace("+asyncpg", ""), redis_server.url, "http://127.0.0.1:8765")
    with ExitStack() as held:
        held.enter_context(only_one(tmp_path / "up"))
        held.enter_context(findable(tmp_path / "up", found))
        yield tmp_path / "up"


def test_create_admin_finds_the_database_of_the_stack_that_runs_on_its_folder(stack: Path) -> None:
    answer = archivist("create-admin", "clerk", "--folder", str(stack), ADMIN_PASSWORD=FIRST)

    assert (answer.returncode, answer.stdout) == (0, "Created the admin clerk.\n"), answer.stderr


def test_the_doctor_finds_them_too_and_says_where_the_api_is(stack: Path) -> None:
    answer = archivist("doctor", "--json", "--folder", str(stack), ADMIN_PASSWORD=FIRST)

    found = {each["what"]: each for each in json.loads(answer.stdout)["findings"]}
    assert found["stack"]["says"] == "running, its API is http://127.0.0.1:8765"
    assert found["PostgreSQL"]["verdict"] == found["Redis"]["verdict"] == "fine"
    assert "starts its own" not in found["PostgreSQL"]["says"]


def test_without_a_stack_no_other_programs_database_is_asked(tmp_path: Path) -> None:
    for words, inside in (
        ("create-admin clerk", "create-admin"),
        ("migrate", "migrate"),
        ("tasks list", "tasks list"),
        ("tasks run sync-airings", "tasks run sync-airings"),
    ):
        answer = archivist(*words.split(), "--folder", str(tmp_path / "up"), ADMIN_PASSWORD=FIRST)

        assert answer.returncode == 2
        assert answer.stderr.endswith("[no_stack]\n") and "start `archivist up` first" in answer.stderr
        assert f"docker compose exec api python -m services.console {inside}. [no_stack]" in answer.stderr


def test_where_a_stack_answers_is_for_its_owner_and_ends_with_it(stack: Path) -> None:
    [note] = stack.glob("*.json")
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert running_on(stack) is not None


def test_what_a_power_cut_left_is_not_taken_for_a_stack(tmp_path: Path) -> None:
    with only_one(tmp_path), findable(tmp_path, Addresses("a", "b", "c")):
        left = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    for name, content in left.items():
        (tmp_path / name).write_bytes(content)

    assert running_on(tmp_path) is None


def test_a_folder_of_another_user_is_a_sentence(tmp_path: Path) -> None:
    is_root = os.geteuid() == 0
    (tmp_path / "up").mkdir(mode=0o500)
    if is_root:
        os.seteuid(65534)  # root may write everywhere
    try:
        with pytest.raises(Conflict, match="belongs to another user"), only_one(tmp_path / "up"):
            pass
    finally:
        if is_root:
            os.seteuid(0)


def settings(database_url: str, password: str) -> Settings:
    return Settings(database_url=SecretStr(database_url), admin_password=SecretStr(password))


async def _stored(work: Work) -> str:
    async with work() as unit:
        return (await unit.db.execute(select(User.password_hash).where(User.username == "admin"))).scalar_one()


async def test_a_changed_admin_password_takes_effect(work: Work, database_url: str) -> None:
    said = [await ensure_admin(settings(database_url, password)) for password in (FIRST, FIRST, SECOND, SECOND)]

    assert said == [
        "Created the admin admin.",
        "admin is known.",
        "admin has the new password of ADMIN_PASSWORD.",
        "admin is known.",
    ]
    assert verify_password(await _stored(work), SECOND)


async def test_a_password_that_a_person_typed_is_not_undone_by_an_old_line_of_a_file(
    work: Work, database_url: str
) -> None:
    await ensure_admin(settings(database_url, FIRST))
    await put_admin(settings(database_url, FIRST), "admin", TYPED, "admin@localhost")

    said = await ensure_admin(settings(database_url, FIRST))

    assert said == "admin is known, with a password given by `create-admin`; ADMIN_PASSWORD is not used."
    assert verify_password(await _stored(work), TYPED)


async def test_the_doctor_says_that_the_password_of_the_settings_is_not_the_admins(
    work: Work, database_url: str, stack: Path
) -> None:
    await ensure_admin(settings(database_url, FIRST))

    answer = await asyncio.to_thread(archivist, "doctor", "--json", "--folder", str(stack), ADMIN_PASSWORD=SECOND)

    found = {each["what"]: each for each in json.loads(answer.stdout)["findings"]}
    assert found["admin"]["verdict"] == "worth_knowing"
    assert "is not the password of admin" in found["admin"]["says"]
    assert SECOND not in answer.stdout + answer.stderr


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(taken: int, tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(Conflict, match=f"API_PORT={taken} cannot be had"):
        api_port(tmp_path, taken, "127.0.0.1", is_asked_for=True, say=said.append)

    other = api_port(tmp_path, taken, "127.0.0.1", is_asked_for=False, say=said.append)

    assert other != taken
    assert said == [f"Port {taken} is taken by another program, so the API gets {other}. API_PORT in .env chooses one."]


def test_the_port_of_the_stack_that_runs_already_is_not_called_another_programs(taken: int, tmp_path: Path) -> None:
    said: list[str] = []
    with only_one(tmp_path), pytest.raises(Conflict) as told:
        api_port(tmp_path, taken, "127.0.0.1", is_asked_for=True, say=said.append)

    assert (told.value.code, said) == ("already_running", [])


def test_the_doctor_tells_of_a_port_that_is_taken(taken: int, tmp_path: Path) -> None:
    doctor = archivist("doctor", "--json", "--folder", str(tmp_path / "up"), API_PORT=str(taken))

    found = {each["what"]: each for each in json.loads(doctor.stdout)["findings"]}
    assert found["stack"]["verdict"] == "bad" and f"API_PORT={taken}" in found["stack"]["says"]


def test_nothing_is_removed_before_somebody_has_agreed() -> None:
    (ROOT / "var").mkdir(exist_ok=True)

    answer = archivist("clean")

    assert answer.returncode == 2 and answer.stderr.endswith("[not_confirmed]\n")
    assert "say --yes" in answer.stderr
    assert (ROOT / "var").is_dir()
