"""A compose stack of our own beside any other: its own project name, free ports, and settings in a file of its own."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from services.console.configuration import ROOT, demonstration_choices, write_env_file
from services.console.stack.engine import Client, Container, call, containers_of, find_client, run
from services.console.stack.process import free_port
from shared.errors import Unusable

PORTS = ("API_PORT", "GRAFANA_PORT", "PROMETHEUS_PORT", "CABLECAST_SIMULATOR_PORT")


@dataclass(frozen=True)
class ComposeStack:
    """The project under test; every method is one call of compose or of the engine."""

    client: Client
    project: str
    env_file: Path

    def compose(self, *arguments: str) -> str:
        files = ["--project-directory", str(ROOT), "-f", str(ROOT / "docker-compose.yml")]
        settings = ["-p", self.project, "--env-file", str(self.env_file), "--profile", "demo"]
        return run(self.client, [*self.client.compose, *files, *settings, *arguments], ROOT)

    @property
    def settings(self) -> Mapping[str, str]:
        return {name: value or "" for name, value in dotenv_values(self.env_file).items()}

    def url(self, port: str) -> str:
        return f"http://127.0.0.1:{self.settings[port]}"

    def containers(self) -> list[Container]:
        return containers_of(self.client, self.project)

    def container(self, service: str) -> Container:
        return next(each for each in self.containers() if each.service == service)

    def ask(self, sql: str) -> list[list[str]]:
        """Rows of the stack's own database, as text."""
        place = ("-h", "127.0.0.1", "-U", "archivist", "-d", "archivist")
        told = call(self.client, "exec", self.container("postgres").id, "psql", *place, "-AtF", "|", "-c", sql)
        return [line.split("|") for line in told.splitlines()]

    def logs(self, service: str, lines: int = 20) -> str:
        return self.compose("logs", "--no-color", "--tail", str(lines), service)


def new_stack(folder: Path, choices: Mapping[str, str]) -> ComposeStack:
    """A project that nobody else has, as `archivist init --demo` would set it up, with these settings changed."""
    client = find_client()
    env_file = folder / "env"
    ports = {name: str(free_port()) for name in PORTS}
    target = client.environment.get("TRANSCRIBER_TARGET")
    built = {"TRANSCRIBER_TARGET": target} if target else {}
    write_env_file(env_file, ROOT / ".env.example", {**demonstration_choices(), **ports, **built, **choices})
    return ComposeStack(client, f"archivist-test-{secrets.token_hex(3)}", env_file)


async def until_healthy(stack: ComposeStack, within_s: float) -> None:
    """Wait until every service is well and every one-shot is done or at work. Raises `Unusable` with a log."""
    deadline = time.monotonic() + within_s
    while unwell := [each for each in stack.containers() if not each.is_well]:
        broken = [each for each in unwell if each.health == "unhealthy" or each.facts["RestartCount"] > 2]
        if broken or time.monotonic() > deadline:
            first = (broken or unwell)[0].service
            names = ", ".join(sorted(each.service for each in unwell))
            raise Unusable(f"Not well: {names}. The log of {first}:\n{stack.logs(first)}", code="not_healthy")
        await asyncio.sleep(1)


async def until_ended(stack: ComposeStack, service: str, within_s: float) -> None:
    """Wait for a one-shot's good end. Raises `Unusable` with its log if it ends badly, or not in time."""
    deadline = time.monotonic() + within_s
    while (container := stack.container(service)).is_running:
        if time.monotonic() > deadline:
            raise Unusable(f"{service} is still at work:\n{stack.logs(service)}", code="too_slow")
        await asyncio.sleep(1)
    if container.exit_code != 0:
        raise Unusable(f"{service} ended with {container.exit_code}:\n{stack.logs(service, 40)}", code="ended_badly")


def remove(stack: ComposeStack) -> None:
    """Take away containers, networks and volumes; images stay, as a cache. Raises `Unusable` if anything is left."""
    stack.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")
    label = f"label=com.docker.compose.project={stack.project}"
    for kind in ("container", "volume", "network"):
        everything = ("--all",) if kind == "container" else ()
        if left := call(stack.client, kind, "ls", *everything, "--quiet", "--filter", label).split():
            raise Unusable(f"Left behind: {kind} {' '.join(left)}", code="left_behind")
