"""A compose stack of our own beside any other: a clone without `.env`, its own project name, and free ports."""

import asyncio
import secrets
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from services.console.paths import ROOT
from services.console.stack.engine import Client, Container, call, containers_of, find_client, run
from services.console.stack.process import free_port
from shared.errors import Unusable

PORTS = ("API_PORT", "GRAFANA_PORT", "PROMETHEUS_PORT", "CABLECAST_SIMULATOR_PORT")
_OURS = ("docker-compose*.yml", ".dockerignore", "services", "shared", "demo", "requirements", "prometheus", "grafana")


@dataclass(frozen=True)
class ComposeStack:
    """The project under test; every method is one call of compose or of the engine."""

    client: Client
    project: str
    folder: Path

    def compose(self, *arguments: str, profile: str = "demo") -> str:
        options = ["-p", self.project, *(("--profile", profile) if profile else ())]
        return run(self.client, [*self.client.compose, *options, *arguments], self.folder)

    def url(self, port: str) -> str:
        return f"http://127.0.0.1:{self.client.environment[port]}"

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

    def secret(self, file: str) -> str:
        """A secret as a person sees it, by the command that the stack itself names."""
        return self.compose("run", "--rm", "-T", "secrets", "cat", f"/secrets/{file}").strip()


def new_stack(folder: Path, choices: Mapping[str, str]) -> ComposeStack:
    """A project that nobody else has, from a clone in ``folder``; what is chosen stands in the environment."""
    client = find_client()
    clone = folder / "archivist"
    copy_of_the_tree(clone)
    ports = {name: str(free_port()) for name in PORTS}
    # The demonstration's model needs no WhisperX, whose image takes ten minutes to build.
    environment = {"TRANSCRIBER_TARGET": "light", **client.environment, **ports, **choices}
    return ComposeStack(replace(client, environment=environment), f"archivist-test-{secrets.token_hex(3)}", clone)


def copy_of_the_tree(target: Path) -> None:
    """What a clone of this tree would hold, with what is not committed yet; never `.env` or data."""
    named = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(named, capture_output=True, text=True, check=False)
    if told.returncode == 0:
        files = [ROOT / name for name in told.stdout.split("\0") if name]
    else:  # an unpacked archive
        found = [path for pattern in _OURS for path in ROOT.glob(pattern)]
        files = [file for path in found for file in ([path] if path.is_file() else path.rglob("*"))]
        files = [file for file in files if "__pycache__" not in file.parts]
    for file in files:
        if file.is_file():
            place = target / file.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, place)


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
