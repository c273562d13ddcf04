"""`archivist test compose`: the containers from nothing to a verified publication, through a kill and a restart."""

import asyncio
import hashlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from services.console.api_client import ApiClient, Record
from services.console.container_secrets import KEPT
from services.console.demonstration import RECORDING
from services.console.paths import ROOT
from services.console.stack.compose_stack import ComposeStack, new_stack, remove, until_ended, until_healthy
from services.console.stack.engine import call, run, too_free
from shared.errors import Unusable

Say = Callable[[str], None]

# Short slices, so that there is a middle to be killed in; one at a time, so that the one in hand is known; short
# leases, so that nobody waits a minute for the work of the dead.
CHOICES = {"SLICE_SECONDS": "60", "TRANSCRIBER_CONCURRENCY": "1", "LEASE_SECONDS": "5"}
HEALTHY_WITHIN_S, DONE_WITHIN_S = 240.0, 420.0
OVERLAYS = ("docker-compose.gpu.yml", "docker-compose.nfs.yml", "docker-compose.dev.yml")
_SLICES = """
SELECT number, status, coalesce(finished_at::text, ''), coalesce(lease_expires_at > archivist_now(), false)
FROM slices ORDER BY number
"""


@dataclass
class Trial:
    """What is told on the way."""

    say: Say
    started: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """One line with its seconds when it is done; what is put into the list is told with it."""
        facts: list[str] = []
        since = time.monotonic()
        try:
            yield facts
        except BaseException:
            self.say(f"FAILED {time.monotonic() - since:6.1f} s  {what}")
            raise
        told = f": {'; '.join(facts)}" if facts else ""
        self.say(f"ok     {time.monotonic() - since:6.1f} s  {what}{told}")


@dataclass(frozen=True)
class TranscriberKill:
    """What was so when the transcriber was killed: the slice in hand, and when the finished ones had been finished."""

    in_hand: int
    finished: dict[int, str]


@dataclass(frozen=True)
class Result:
    """What has to be the same after a restart."""

    transcription_id: str
    publication: Record
    sha256: str


def try_containers(say: Say) -> None:
    """Go through all of it, and remove what was made. Raises `Unusable` at the first thing that is not right."""
    trial = Trial(say)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends us, what we made is removed
    with TemporaryDirectory(prefix="archivist-compose-") as folder:
        stack = new_stack(Path(folder), CHOICES)
        say(f"{' '.join(stack.client.compose)}, project {stack.project}")
        try:
            asyncio.run(_all_of_it(stack, trial))
        finally:
            with trial.step("remove containers, networks and volumes"):
                remove(stack)
    say(f"All of it took {time.monotonic() - trial.started:.0f} s.")


async def _all_of_it(stack: ComposeStack, trial: Trial) -> None:
    with trial.step("compose takes every file") as facts:
        _check_files(stack)
        facts.append(f"docker-compose.yml and {len(OVERLAYS)} overlays")
    with trial.step("alert rules pass their tests") as facts:
        facts.append(_check_rules(stack))
    with trial.step("build every image"):
        stack.compose("build")
    with trial.step("up from a clone without .env, and all is healthy") as facts:
        stack.compose("up", "-d", profile="")
        await until_healthy(stack, HEALTHY_WITHIN_S)
        facts.append(f"{len(stack.containers())} containers")
    with trial.step("each service says in a sentence what is not set, and no secret is told") as facts:
        facts.append(await _sentences(stack))
        facts.append(_untold(stack))
    with trial.step("the demonstration joins it, and all is healthy") as facts:
        stack.compose("up", "-d")
        await until_healthy(stack, HEALTHY_WITHIN_S)
        facts += [f"{len(stack.containers())} containers", f"images {_sizes(stack)}"]
    with trial.step("kill the transcriber in the middle of a slice, start it again") as facts:
        killed = await _kill_in_the_middle(stack)
        facts.append(f"slice {killed.in_hand} was in hand, {len(killed.finished)} finished")
    with trial.step("the demonstration ends with a verified publication") as facts:
        await until_ended(stack, "demonstration", DONE_WITHIN_S)
        facts.append(_only_that_slice_again(stack, killed))
        before = await _result(stack)
        facts.append(f"show {before.publication['show_id']}, {_word_errors(stack)}")
    with trial.step("no root, no capability, nothing written outside the volumes") as facts:
        facts.append(_looked_through(stack))
    with trial.step("Prometheus sees every service, and the dashboard's questions have answers") as facts:
        facts.append(await _monitoring(stack))
    with trial.step("down, and up again") as facts:
        stack.compose("down", "--timeout", "30")
        stack.compose("up", "-d")
        await until_healthy(stack, HEALTHY_WITHIN_S)
        await until_ended(stack, "demonstration", DONE_WITHIN_S)
    with trial.step("everything is still there") as facts:
        after = await _result(stack)
        if after != before:
            raise Unusable(f"Before: {before}\nafter: {after}", code="not_the_same")
        facts.append(f"login, publication, captions {after.sha256[:12]}")


def _check_files(stack: ComposeStack) -> None:
    """Compose reads each overlay together with the file it lies over."""
    environment = {**stack.client.environment, "NFS_SERVER": "nfs.example.org", "NFS_EXPORT": "/export"}
    for overlay in (None, *OVERLAYS):
        files = [part for name in ("docker-compose.yml", overlay) if name for part in ("-f", name)]
        command = [*stack.client.compose, *files, "config", "-q"]
        done = subprocess.run(command, cwd=stack.folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unusable(f"compose refuses {overlay or 'docker-compose.yml'}:\n{done.stderr}", code="bad_compose")


def _check_rules(stack: ComposeStack) -> str:
    image = re.search(r"image: (prom/prometheus:\S+)", (ROOT / "docker-compose.yml").read_text())
    assert image
    promtool = [stack.client.docker, "run", "--rm", "--network", "none", "--volume", f"{ROOT / 'prometheus'}:/rules:ro"]
    promtool += ["--entrypoint", "promtool", image[1]]
    run(stack.client, [*promtool, "check", "config", "/rules/prometheus.yml"])
    tests = sorted((ROOT / "prometheus" / "tests").glob("*.yml"))
    run(stack.client, [*promtool, "test", "rules", *(f"/rules/tests/{file.name}" for file in tests)])
    return f"{sum(file.read_text().count('  - name: ') for file in tests)} tests"


async def _sentences(stack: ComposeStack) -> str:
    """Nothing is set, so each says what it waits for; the one line about secrets says how to see the password."""
    wanted = {
        "transcriber": "No speech model is chosen",
        "ingest": "No folder is watched",
        "vod": "Cablecast's address is not set",
        "secrets": "docker compose run --rm secrets cat /secrets/admin/password",
    }
    deadline = time.monotonic() + HEALTHY_WITHIN_S
    while missing := [name for name, sentence in wanted.items() if sentence not in stack.logs(name, 100)]:
        if time.monotonic() > deadline:
            raise Unusable(f"{missing[0]} does not say it:\n{stack.logs(missing[0], 100)}", code="not_told")
        await asyncio.sleep(1)
    return f"{len(wanted)} sentences"


def _untold(stack: ComposeStack) -> str:
    """No secret stands in a log, or in what the engine knows of a container."""
    values = {kept.file: stack.secret(kept.file) for kept in KEPT}
    told = stack.compose("logs", "--no-color") + json.dumps([each.facts for each in stack.containers()])
    if found := [file for file, value in values.items() if not value or value in told]:
        raise Unusable(f"Secrets that are empty or told: {', '.join(found)}", code="secret_told")
    return f"{len(values)} secrets looked for"


def _sizes(stack: ComposeStack) -> str:
    """Our images with their size, as the engine counts it (shared layers in each)."""
    images = sorted({each.facts["Config"]["Image"] for each in stack.containers()})
    sizes = call(stack.client, "image", "inspect", "--format", "{{.Size}}", *images).split()
    ours = [(image, int(size)) for image, size in zip(images, sizes, strict=True) if image.startswith("archivist-")]
    return ", ".join(f"{image.removeprefix('archivist-')} {size / 1e6:.0f} MB" for image, size in ours)


async def _kill_in_the_middle(stack: ComposeStack) -> TranscriberKill:
    """SIGKILL when at least one slice is kept and another is being worked on."""
    deadline = time.monotonic() + DONE_WITHIN_S
    while True:
        rows = stack.ask(_SLICES)
        if any(status == "done" for _, status, _, _ in rows) and any(held == "t" for *_, held in rows):
            break
        if time.monotonic() > deadline or not stack.container("demonstration").is_running:
            raise Unusable(f"No slice was seen at work:\n{stack.logs('demonstration')}", code="no_slice")
        await asyncio.sleep(0.2)
    call(stack.client, "kill", "--signal", "KILL", stack.container("transcriber").id)
    rows = stack.ask(_SLICES)
    held = [int(number) for number, _, _, is_held in rows if is_held == "t"]
    if len(held) != 1:
        raise Unusable(f"Slices in hand when the transcriber was killed: {held}", code="not_in_the_middle")
    # An engine takes a kill by its owner for a wish and does not start the container again, as it does after a crash.
    stack.compose("up", "-d", "--no-deps", "transcriber")
    return TranscriberKill(held[0], {int(number): at for number, status, at, _ in rows if status == "done"})


def _only_that_slice_again(stack: ComposeStack, killed: TranscriberKill) -> str:
    """What was finished before the kill was left alone, and every slice was finished exactly once."""
    rows = stack.ask(_SLICES)
    finished = {int(number): at for number, status, at, _ in rows if status == "done"}
    if len(finished) != len(rows) or not killed.finished.items() <= finished.items():
        raise Unusable(f"Finished before the kill: {killed.finished}; now: {rows}", code="work_repeated")
    told = stack.logs("transcriber", 1000).count('"event": "slice_transcribed"')
    if told != len(rows):
        raise Unusable(f"{len(rows)} slices, but {told} were transcribed to their end.", code="work_repeated")
    count = stack.ask("SELECT count(*), count(verified_at) FROM publications")
    if count != [["1", "1"]]:
        raise Unusable(f"Publications, and verified ones: {count}", code="not_one_publication")
    return f"{len(rows)} slices, none finished twice, one publication"


def _word_errors(stack: ComposeStack) -> str:
    found = re.search(r"Word error rate[^:]*: [\d.]+%", stack.logs("demonstration", 60))
    if not found:
        raise Unusable(f"No word error rate was told:\n{stack.logs('demonstration', 60)}", code="no_word_errors")
    return found[0]


async def _result(stack: ComposeStack) -> Result:
    """What a client sees through the front door."""
    async with ApiClient(stack.url("API_PORT")) as door:
        await door.log_in("admin", stack.secret("admin/password"))
        recording = await door.newest("/recordings", file_name=RECORDING.name)
        assert recording
        transcription = await door.newest("/transcriptions", recording_id=recording["id"])
        assert transcription
        publication = await door.newest("/publications", transcription_id=transcription["id"])
        captions = await door.text(f"/transcriptions/{transcription['id']}/captions.scc")
    if publication is None or publication["status"] != "published" or publication["verified_at"] is None:
        raise Unusable(f"The publication is not verified: {publication}", code="not_verified")
    return Result(transcription["id"], publication, hashlib.sha256(captions.encode()).hexdigest())


def _looked_through(stack: ComposeStack) -> str:
    every = stack.containers()
    if found := [sentence for each in every for sentence in too_free(stack.client, each)]:
        raise Unusable("\n".join(found), code="too_free")
    return f"{len(every)} containers looked through"


async def _monitoring(stack: ComposeStack) -> str:
    """Every target is up, and every panel's question is one that Prometheus can answer."""
    async with httpx.AsyncClient(base_url=f"{stack.url('PROMETHEUS_PORT')}/api/v1", timeout=20) as prometheus:
        targets = (await prometheus.get("/targets")).json()["data"]["activeTargets"]
        well = {target["labels"]["job"] for target in targets if target["health"] == "up"}
        if missing := {"api", "ingest", "transcriber", "vod", "prometheus"} - well:
            raise Unusable(f"Prometheus does not reach {', '.join(sorted(missing))}.", code="not_scraped")
        answered = asked = 0
        for file in (ROOT / "grafana" / "dashboards").glob("*.json"):
            for panel in json.loads(file.read_text())["panels"]:
                for target in panel.get("targets", []):
                    answer = (await prometheus.get("/query", params={"query": _filled(target["expr"])})).json()
                    if answer["status"] != "success":
                        raise Unusable(f"{panel['title']}: {answer['error']}", code="bad_panel")
                    asked += 1
                    answered += bool(answer["data"]["result"])
    return f"{len(targets)} targets up; {asked} questions, {answered} with figures by now"


def _filled(expression: str) -> str:
    return re.sub(r"\$\{?\w+\}?", "5m", expression)
