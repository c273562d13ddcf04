"""Bring the whole stack up on this machine, in the order in which the parts need each other."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from services.console.accounts import ensure_admin
from services.console.paths import ROOT
from services.console.stack.lock import Addresses, findable, only_one
from services.console.stack.postgres import PostgresServer, create_database, wait_for_postgres
from services.console.stack.process import Program, free_port, last_lines
from services.console.stack.redis import RedisServer, wait_for_redis
from services.console.stack.supervisor import Say, Supervisor, until_ready
from shared.asyncio_tasks import end
from shared.db.schema_upgrade import upgrade
from shared.errors import Conflict, Unusable
from shared.settings import Settings

DATABASE = "archivist"
WORKERS = ("ingest", "transcriber", "vod")
READY_WITHIN_S = 90.0


@dataclass(frozen=True)
class Plan:
    """What is wanted: where data go, what the services are told, and what else has to run beside them.

    DATABASE_URL and REDIS_URL in `environment` name servers that run already; without them we run our own.
    """

    folder: Path
    environment: Mapping[str, str]
    api_port: int
    beside: Sequence[Program] = ()


@dataclass
class Running:
    """A stack that is up."""

    api_url: str
    metrics_urls: dict[str, str]
    environment: dict[str, str]
    supervisor: Supervisor
    logs: Path
    workers: list[str] = field(default_factory=list)


@asynccontextmanager
async def local_stack(plan: Plan, say: Say) -> AsyncIterator[Running]:
    """Start everything, hand it over when it is ready, and end it in reverse order."""
    async with AsyncExitStack() as held:
        held.enter_context(only_one(plan.folder))
        logs = plan.folder / "log"
        supervisor = await held.enter_async_context(Supervisor(say))
        environment = dict(plan.environment)
        await _start_servers(plan, supervisor, environment, logs, say)
        await _prepare_database(environment, say)
        for program in plan.beside:
            supervisor.start(program)
        running = _start_services(plan, supervisor, environment, logs)
        with findable(plan.folder, addresses(environment, running.api_url)):
            await _all_ready(running)
            yield running


def addresses(environment: Mapping[str, str], api_url: str) -> Addresses:
    """What other commands need to know of a stack that was started with this environment."""
    return Addresses(environment["DATABASE_URL"], environment["REDIS_URL"], api_url)


async def _start_servers(plan: Plan, supervisor: Supervisor, environment: dict[str, str], logs: Path, say: Say) -> None:
    if not environment.get("DATABASE_URL"):
        postgres = PostgresServer(plan.folder / "postgres", logs / "postgres.log")
        postgres.prepare()
        supervisor.start(postgres.program())
        await wait_for_postgres(postgres)
        await create_database(postgres, DATABASE)
        environment["DATABASE_URL"] = postgres.url(DATABASE)
        say(f"PostgreSQL {postgres.major} on port {postgres.port}")
    if not environment.get("REDIS_URL"):
        redis = RedisServer(plan.folder / "redis", logs / "redis.log")
        redis.prepare()
        supervisor.start(redis.program())
        await wait_for_redis(redis)
        environment["REDIS_URL"] = redis.url
        environment["REDIS_PASSWORD"] = ""  # it is in the address; the one in .env is for containers
        say(f"Redis on port {redis.port}")


async def _prepare_database(environment: Mapping[str, str], say: Say) -> None:
    settings = settings_from(environment)
    await upgrade(settings.database_dsn)
    say(await ensure_admin(settings))


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings that a service started with this environment will see."""
    told = {name.lower(): value for name, value in environment.items() if value}
    return Settings(**{name: value for name, value in told.items() if name in Settings.model_fields})  # type: ignore[arg-type]


def _start_services(plan: Plan, supervisor: Supervisor, environment: dict[str, str], logs: Path) -> Running:
    host = environment.get("API_HOST") or "127.0.0.1"
    running = Running(f"http://{reached_at(host)}:{plan.api_port}", {}, environment, supervisor, logs)
    running.metrics_urls["api"] = f"{running.api_url}/metrics"
    api = {"API_HOST": host, "API_PORT": str(plan.api_port)}
    supervisor.start(service("api", {**environment, **api}, logs))
    for name in WORKERS:
        port = port_of(plan.folder, name)
        supervisor.start(service(name, {**environment, "METRICS_HOST": "127.0.0.1", "METRICS_PORT": str(port)}, logs))
        running.metrics_urls[name] = f"http://127.0.0.1:{port}/metrics"
        running.workers.append(name)
    return running


def service(name: str, environment: Mapping[str, str], logs: Path) -> Program:
    """One of the four, started as a container starts it."""
    return python_module(name, f"services.{name}", [], environment, logs)


def python_module(
    name: str, module: str, arguments: Sequence[str], environment: Mapping[str, str], logs: Path
) -> Program:
    """A program of this project as a child of its own, whatever folder the caller stands in."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    return Program(
        name=name,
        command=[sys.executable, "-m", module, *arguments],
        log=logs / f"{name}.log",
        folder=ROOT,
        environment={**environment, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"},
        patience_s=20.0,
    )


async def _all_ready(running: Running) -> None:
    """Wait for every health page; raises `Unusable` with the end of the log of the one that is not well."""
    pages = {name: url.removesuffix("/metrics") + "/health/ready" for name, url in running.metrics_urls.items()}
    async with httpx.AsyncClient(timeout=5) as client:
        for name, page in pages.items():

            async def answers(page: str = page) -> bool:
                try:
                    return (await client.get(page)).status_code == 200
                except httpx.HTTPError:
                    return False

            waiting = asyncio.create_task(until_ready(answers, READY_WITHIN_S))
            failing = asyncio.create_task(running.supervisor.crash_loop())
            try:
                done, _ = await asyncio.wait({waiting, failing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await end([waiting, failing])
            if waiting not in done or not waiting.result():
                log = running.logs / f"{name}.log"
                raise Unusable(
                    f"{name} did not become ready. The end of {log}:\n{last_lines(log, 12)}", code="not_ready"
                )


def reached_at(host: str) -> str:
    """Where a server that listens on this address is reached from its own machine, as an URL spells it."""
    found = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - recognised, not bound
    return f"[{found}]" if ":" in found else found


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that have ended hold nobody up
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def api_port(folder: Path, wanted: int, host: str, *, is_asked_for: bool, say: Say) -> int:
    """The port for the API of the stack on `folder`. Raises `Conflict` when one that was asked for cannot be had, or
    when that stack runs already, which then is what holds the port; the usual port may move."""
    with only_one(folder):
        if wanted and is_free(host, wanted):
            return wanted
    if wanted and is_asked_for:
        raise Conflict(
            f"API_PORT={wanted} cannot be had on {host}: another program listens there. End it, or choose another "
            "port in .env.",
            code="port_taken",
        )
    port = free_port()
    if wanted:
        say(f"Port {wanted} is taken by another program, so the API gets {port}. API_PORT in .env chooses one.")
    return port


def port_of(folder: Path, name: str) -> int:
    """The port that `name` had when the stack last ran here, if it is still free, so that addresses stay good."""
    note = folder / "ports" / name
    last = int(note.read_text()) if note.exists() else 0
    port = last if last and is_free("127.0.0.1", last) else free_port()
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(f"{port}\n")
    return port
