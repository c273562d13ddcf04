"""The whole stack, as real processes on this machine, driven through the front door."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.console.api_client import ApiClient
from services.console.demonstration_stack import DemonstrationStack, demonstration_stack
from services.console.stack.local import Running, local_stack
from shared.db.session import Work, open_database, unit_of_work
from shared.notify import MemoryNotifier


@dataclass
class Stage:
    """A running stack and its open door."""

    stack: DemonstrationStack
    running: Running
    door: ApiClient

    async def posts(self) -> list[str]:
        """Paths that were posted to the simulated Cablecast, in order; advanced searches are reads."""
        async with httpx.AsyncClient(base_url=self.stack.cablecast_url) as client:
            seen: list[dict[str, Any]] = (await client.get("/_simulator/requests")).json()
        return [one["path"] for one in seen if one["method"] == "POST" and "search" not in one["path"]]

    def captions(self) -> dict[str, str]:
        """SHA-256 of every caption file in the output tree, by name; the manifest knows times, so it is left out."""
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.stack.output.rglob("*"))
            if path.suffix in {".scc", ".vtt", ".srt", ".txt"} or path.name in {"words.json", "cues.json"}
        }


@asynccontextmanager
async def database_of(stage: Stage) -> AsyncIterator[Work]:
    """A look into the running stack's database."""
    url = stage.running.environment["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://")
    engine = open_database(url, pool_size=2)
    yield unit_of_work(engine, MemoryNotifier())
    await engine.dispose()


StartStage = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def start_stage(tmp_path_factory: pytest.TempPathFactory) -> StartStage:
    """Start a stack in a folder of its own."""

    @asynccontextmanager
    async def start(folder: Path | None = None, **settings: str) -> AsyncIterator[Stage]:
        folder = folder or tmp_path_factory.mktemp("stack")
        for parent in (folder, folder.parent, folder.parent.parent):
            parent.chmod(0o755)  # the database server runs as somebody else when the tests are run by root
        stack = demonstration_stack(folder, settings)
        said: list[str] = []
        async with local_stack(stack.plan, said.append) as running, ApiClient(running.api_url) as door:
            await door.log_in("admin", stack.admin_password)
            yield Stage(stack, running, door)

    return start
