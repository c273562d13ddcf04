"""The Docker engine and its clients: which one can build here, and what the engine says about our containers."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.errors import NotFound, Unusable

# Clients up to this one carry BuildKit themselves; later ones need the buildx plug-in.
_LAST_WITH_BUILDER = 22
# Nothing of the caller's settings may leak into a stack of ours; what leads to the engine may.
_KEPT = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
_KEPT_FOR_BUILDS = ("TRANSCRIBER_TARGET", "TORCH_INDEX", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@dataclass(frozen=True)
class Client:
    """A docker and a compose that work together, and the environment in which they do."""

    docker: str
    compose: tuple[str, ...]
    environment: Mapping[str, str]


def find_client() -> Client:
    """The first docker on PATH that has a builder, with its compose. Raises `NotFound` with a sentence."""
    if shutil.which("docker") is None:
        raise NotFound("There is no docker on PATH.", code="no_docker")
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode != 0:
        raise NotFound("No Docker engine answers: `docker info` fails.", code="no_engine")
    docker = next((found for found in _every("docker") if _builds(found)), None)
    if docker is None:
        raise NotFound("No docker on PATH can build: install its buildx plug-in.", code="no_builder")
    environment = {name: os.environ[name] for name in (*_KEPT, *_KEPT_FOR_BUILDS) if name in os.environ}
    environment |= {
        "PATH": f"{Path(docker).parent}{os.pathsep}{os.environ['PATH']}",
        "COMPOSE_DOCKER_CLI_BUILD": "1",
        "DOCKER_BUILDKIT": "1",
        "BUILDKIT_PROGRESS": "plain",
    }
    for compose in ((docker, "compose"), ("docker-compose",)):
        if shutil.which(compose[0]) is None:
            continue
        if subprocess.run([*compose, "version"], capture_output=True, check=False).returncode == 0:
            return Client(docker, compose, environment)
    raise NotFound("There is neither `docker compose` nor docker-compose.", code="no_compose")


def _every(name: str) -> list[str]:
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return [str(file) for folder in folders if os.access(file := Path(folder) / name, os.X_OK)]


def _builds(docker: str) -> bool:
    if subprocess.run([docker, "buildx", "version"], capture_output=True, check=False).returncode == 0:
        return True
    told = subprocess.run(
        [docker, "version", "--format", "{{.Client.Version}}"], capture_output=True, text=True, check=False
    )
    major = told.stdout.partition(".")[0]
    return major.isdigit() and int(major) <= _LAST_WITH_BUILDER


def call(client: Client, *arguments: str) -> str:
    """What `docker ...` says. Raises `Unusable` with its last lines when it fails."""
    return run(client, [client.docker, *arguments])


def run(client: Client, command: Sequence[str], folder: Path | None = None) -> str:
    """What a command says. Raises `Unusable` with its last lines when it fails."""
    done = subprocess.run(
        list(command), cwd=folder, env=dict(client.environment), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        end = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
        raise Unusable(f"`{' '.join(command)}` ended with {done.returncode}:\n{end}", code="docker_failed")
    return done.stdout


@dataclass(frozen=True)
class Container:
    """One container as the engine describes it."""

    id: str
    service: str
    facts: Mapping[str, Any]

    @property
    def is_running(self) -> bool:
        return bool(self.facts["State"]["Running"])

    @property
    def exit_code(self) -> int:
        return int(self.facts["State"]["ExitCode"])

    @property
    def health(self) -> str:
        """healthy, unhealthy, starting, or none where nobody asks."""
        return str((self.facts["State"].get("Health") or {}).get("Status", "none"))

    @property
    def is_well(self) -> bool:
        """A service: running, and healthy where it says so. A one-shot: at work, or ended well."""
        if self.is_running:
            return self.health in ("healthy", "none")
        is_one_shot = self.facts["HostConfig"]["RestartPolicy"]["Name"] in ("", "no")
        return is_one_shot and self.facts["State"]["Status"] == "exited" and self.exit_code == 0

    @property
    def mounted(self) -> set[str]:
        """Where volumes, bind mounts and memory are mounted: the places it may write to, if any."""
        host = self.facts["HostConfig"]
        return {mount["Destination"] for mount in self.facts["Mounts"]} | set(host.get("Tmpfs") or {})


def containers_of(client: Client, project: str) -> list[Container]:
    """Every container of a compose project, whatever its state."""
    ids = call(client, "ps", "-aq", "--no-trunc", "--filter", f"label=com.docker.compose.project={project}").split()
    if not ids:
        return []
    found = json.loads(call(client, "inspect", *ids))
    return [Container(each["Id"], each["Config"]["Labels"]["com.docker.compose.service"], each) for each in found]


def too_free(client: Client, container: Container) -> list[str]:
    """Sentences about what a container can do that it has no need to; none is what we want."""
    name, host = container.service, container.facts["HostConfig"]
    found = []
    if not host["ReadonlyRootfs"]:
        found.append(f"{name}: may write anywhere")
    if host["CapDrop"] != ["ALL"] or host["CapAdd"]:
        found.append(f"{name}: keeps capabilities")
    found += [
        f"{name}: wrote outside its volumes: {path}"
        for path in strays(call(client, "diff", container.id), container.mounted)
    ]
    return found + (_rights(client, container) if container.is_running else [])


def _rights(client: Client, container: Container) -> list[str]:
    """The same, asked of its processes."""
    name = container.service
    users = call(client, "top", container.id, "-eo", "uid,pid,comm").splitlines()[1:]
    found = [f"{name}: a process runs as root: {line}" for line in users if line.split()[0] == "0"]
    status = call(client, "exec", container.id, "cat", "/proc/1/status")
    if any(line.split()[1].strip("0") for line in status.splitlines() if line.startswith(("CapEff", "CapBnd"))):
        found.append(f"{name}: has capabilities")
    if "NoNewPrivs:\t1" not in status:
        found.append(f"{name}: may gain privileges")
    return found


def strays(diff: str, mounted: set[str]) -> list[str]:
    """The paths of a `docker diff` that are not places which the engine itself makes in order to mount on them."""
    made = {*mounted, "/usr/sbin/docker-init", "/sbin/docker-init"}
    paths = [line.split(maxsplit=1)[1] for line in diff.splitlines()]
    return [path for path in paths if not any(f"{place}/".startswith(f"{path}/") for place in made)]
