"""A service that cannot start says why in one sentence; one whose database is only not up yet waits for it."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from services.console.stack.process import free_port
from shared.db.schema_upgrade import downgrade

ROOT = Path(__file__).parents[2]
NOT_POSTGRES = {"DATABASE_URL": "mysql://somewhere/archivist"}
NEEDED = {"JWT_SECRET_KEY": "a secret of the tests that is long enough", "WHISPER_MODEL": "demo/model"}
SERVICES = ("api", "ingest", "vod", "transcriber")


def start(service: str, **settings: str) -> tuple[int, str, str]:
    """The exit status, what a person reads, and the code in the log."""
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}"],
        cwd=ROOT,
        env={**os.environ, "FLEX_SERVERS": "", "REDIS_PASSWORD": "", **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert (last["event"], last["level"]) == ("service_ended", "critical")
    return done.returncode, done.stderr.strip(), last["code"]


@pytest.mark.parametrize(
    ("service", "settings", "sentence", "code"),
    [
        (
            "api",
            {"JWT_SECRET_KEY": ""},
            "JWT_SECRET_KEY is not set. `archivist init` writes a random one into .env.",
            "no_jwt_secret",
        ),
        *((each, NOT_POSTGRES, "DATABASE_URL must begin with postgresql://", "bad_database_url") for each in SERVICES),
        ("api", {"DATABASE_URL": "postgresql://a:b@h:port/x"}, "DATABASE_URL must look like", "bad_database_url"),
        ("api", {"DATABASE_URL": "postgresql://a@127.0.0.1/x?sslmode=require"}, "DATABASE_URL", "bad_database_url"),
        ("vod", {"REDIS_URL": "http://redis"}, "REDIS_URL must look like redis://", "bad_redis_url"),
        ("api", {"REDIS_URL": "http://redis"}, "REDIS_URL must look like redis://", "bad_redis_url"),
    ],
)
def test_what_keeps_a_service_from_starting_is_one_sentence(
    service: str, settings: dict[str, str], sentence: str, code: str
) -> None:
    status, told, logged = start(service, **{**NEEDED, **settings})

    assert status == 2
    assert told.startswith(f"{service}: {sentence}")
    assert logged == code


@pytest.mark.parametrize("service", SERVICES)
def test_a_database_without_the_schema_ends_the_start(service: str, empty_database_url: str) -> None:
    status, told, code = start(service, **NEEDED, DATABASE_URL=empty_database_url)

    assert (status, code) == (2, "database_not_migrated")
    assert told.endswith("does not have Archivist's tables. Run `archivist migrate`.")


def test_a_database_with_the_schema_of_an_earlier_version_ends_the_start(database_url: str) -> None:
    asyncio.run(downgrade(database_url, "-1"))

    status, told, code = start("api", **NEEDED, DATABASE_URL=database_url)

    assert (status, code) == (2, "database_not_migrated")
    assert told.endswith("has the schema of an earlier version. Run `archivist migrate`.")


def test_a_database_that_refuses_ends_the_start_without_telling_the_password(postgres_dsn: str) -> None:
    user, _, rest = postgres_dsn.removeprefix("postgresql://").partition(":")
    place = rest.partition("@")[2]
    wrong = {
        "database_login_refused": f"postgresql://{user}:wrong-password@{place}",
        "database_missing": postgres_dsn.rpartition("/")[0] + "/nowhere",
        "database_host_unknown": "postgresql://archivist:wrong-password@no-such-host.invalid/archivist",
    }

    for expected, address in wrong.items():
        status, told, code = start("api", **NEEDED, DATABASE_URL=address)

        assert (status, code) == (2, expected)
        assert "DATABASE_URL" in told
        assert "wrong-password" not in told


def test_a_transcriber_without_a_model_stays_up_says_so_and_starts_when_the_settings_file_names_one(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """As in containers that nobody has told anything. The process stays: compose gives up on one that looks ill."""
    file, port = tmp_path / "settings.env", free_port()
    servers = {"DATABASE_URL": database_url.replace("+asyncpg", ""), "REDIS_URL": redis_url}
    nothing = {"WHISPER_MODEL": "", "WHISPER_MODEL_PATH": "", "SETTINGS_FILE": str(file), "METRICS_PORT": str(port)}
    with running("transcriber", **servers, **nothing, LOG_FILE=str(tmp_path / "log.json")) as process:
        assert _until(port, 503), "it is not up"
        assert httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=5).json()["waits_for"] == "WHISPER_MODEL"

        file.write_text("WHISPER_MODEL=demo/model\n")
        assert _until(port, 200), "it does not work with the model of the settings file"
        assert process.poll() is None
    [told] = [
        line
        for line in map(json.loads, (tmp_path / "log-transcriber.json").read_text().splitlines())
        if line["event"] == "model_not_chosen"
    ]
    assert told["meaning"].startswith("No speech model is chosen, so recordings wait")


@contextmanager
def running(service: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "REDIS_PASSWORD": "", **NEEDED, **settings}
    # Nobody reads its log; a pipe would be full after a while and hold it up.
    process = subprocess.Popen(
        [sys.executable, "-m", f"services.{service}"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.parametrize("service", ["api", "ingest", "vod"])
def test_a_database_that_is_not_up_yet_is_waited_for(
    service: str, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """Compose, Kubernetes and a power cut start everything at once."""
    address = httpx.URL(database_url)
    here, port = free_port(), free_port()
    serving = {"API_PORT": str(port), "METRICS_PORT": str(port), "SWEEP_SECONDS": "0.2"}
    later = str(address.copy_with(scheme="postgresql", port=here))
    with running(service, DATABASE_URL=later, REDIS_URL=redis_url, FLEX_SERVERS=f"n={tmp_path}", **serving) as process:
        assert _until(port, 503), "it does not say that it is not ready"
        assert process.poll() is None
        with _forwarding(here, address.port or 5432):
            assert _until(port, 200), "it has not noticed that the database is up"


def _until(port: int, status: int, patience_s: float = 40) -> bool:
    """Ask whether the service is ready until it answers this."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).status_code == status:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    return False


@contextmanager
def _forwarding(here: int, there: int) -> Iterator[None]:
    """The database comes up on its port: what arrives here goes to the server that was there all the time."""
    forwarder = subprocess.Popen([sys.executable, "-c", _FORWARD, str(here), str(there)])
    try:
        yield
    finally:
        forwarder.kill()
        forwarder.wait()


_FORWARD = """
import asyncio, sys

async def copy(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()

async def serve(reader, writer):
    other_reader, other_writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[2]))
    await asyncio.gather(copy(reader, other_writer), copy(other_reader, writer))

async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()

asyncio.run(main())
"""
