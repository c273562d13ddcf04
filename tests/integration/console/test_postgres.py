"""A cluster of our own is found again, survives what a power cut leaves behind, and lets root be served too."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from services.console.stack import postgres
from services.console.stack.postgres import PostgresServer, find_postgres, wait_for_postgres
from services.console.stack.process import end, launch
from shared.errors import Unusable


@contextmanager
def running(server: PostgresServer) -> Iterator[subprocess.Popen[bytes]]:
    server.prepare()
    process = launch(server.program())
    try:
        asyncio.run(wait_for_postgres(server))
        yield process
    finally:
        end(process, server.program())


def ask(server: PostgresServer, statement: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(server.url("postgres"))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


@pytest.fixture
def place(open_folder: Path) -> Path:
    """A folder that the server's account may enter."""
    return open_folder


def server_in(folder: Path) -> PostgresServer:
    return PostgresServer(folder / "postgres", folder / "postgres.log", {"fsync": "off"})


def test_a_second_start_on_another_port_finds_the_data(place: Path) -> None:
    first = server_in(place)
    with running(first):
        ask(first, "CREATE TABLE kept AS SELECT 7 AS number")

    second = server_in(place)
    with running(second):
        assert second.port != first.port
        assert second.password == first.password
        assert ask(second, "SELECT number FROM kept") == 7


def test_a_lock_file_whose_number_now_belongs_to_another_program_is_no_obstacle(place: Path) -> None:
    server = server_in(place)
    with running(server) as process:
        ask(server, "CREATE TABLE kept AS SELECT 7 AS number")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    lock = place / "postgres" / "data" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    again = server_in(place)
    with running(again):
        assert ask(again, "SELECT number FROM kept") == 7


def test_an_interrupted_first_start_is_begun_anew(place: Path) -> None:
    server = server_in(place)
    half_made = place / "postgres" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("15\n")

    with running(server):
        assert ask(server, "SELECT 1") == 1
    assert not half_made.exists()


def test_the_server_ends_when_its_supervisor_is_killed_and_its_data_are_whole(place: Path) -> None:
    code = (
        "import asyncio\n"
        "from pathlib import Path\n"
        "from services.console.stack.postgres import PostgresServer, wait_for_postgres\n"
        "from services.console.stack.supervisor import Supervisor\n"
        "async def main():\n"
        "    async with Supervisor(print) as supervisor:\n"
        f"        server = PostgresServer(Path({str(place / 'postgres')!r}), Path({str(place / 'log')!r}))\n"
        "        server.prepare()\n"
        "        supervisor.start(server.program())\n"
        "        await wait_for_postgres(server)\n"
        "        print(supervisor.pid('postgres'), server.port, flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pid, port = map(int, supervisor.stdout.readline().split())
        orphan = server_in(place)
        orphan.port = port
        ask(orphan, "CREATE TABLE kept AS SELECT 7 AS number")
        supervisor.kill()
    deadline = time.monotonic() + 15
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()

    again = server_in(place)
    with running(again):
        assert ask(again, "SELECT number FROM kept") == 7


def test_data_of_a_version_that_is_not_here_is_a_sentence(place: Path) -> None:
    data = place / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")

    with pytest.raises(Unusable, match="written by PostgreSQL 9, which is not on this machine"):
        server_in(place).prepare()


def test_data_and_binaries_that_only_their_owner_may_enter_serve_as_well(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in /root: the server's account can reach neither the project nor its environment."""
    monkeypatch.setattr(postgres, "FOLDER_FOR_ROOT", place / "stand-ins")
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    wheel = next(found.folder.parent for found in find_postgres() if found.folder.parent.name.startswith("pginstall"))
    package = wheel.parent
    for part in (wheel, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, shut / part.relative_to(package.parent), symlinks=True)
    monkeypatch.setenv("ARCHIVIST_POSTGRES_BIN", str(shut / package.name / wheel.name / "bin"))

    server = server_in(shut)
    with running(server):
        told = str(ask(server, "SHOW server_version"))
        assert told.startswith(str(server.major))
    assert shut.stat().st_mode & 0o777 == 0o700
    if os.geteuid() == 0:
        assert server.home.is_symlink()
        assert server.home.resolve().parent == place / "stand-ins"
