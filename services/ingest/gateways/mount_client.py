"""Looks at a mount through a helper process that is killed when it does not answer in time.

One helper per mount answers one request at a time and remembers the folder tree between scans. If it hangs, it is
killed, the caller gets a Temporary, and the next request starts a new helper, whose first scan reports everything
again: what is known is the ledger's business, so nothing is lost and nothing depends on this memory.
"""

import asyncio
import base64
import json
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.ingest.gateways import child
from services.ingest.gateways.tree import Found, ScanCost, Trouble, Vanished
from services.ingest.stability import Look
from shared.errors import NotFound, Temporary
from shared.faults import reading_error
from shared.media.identity import Stamp
from shared.storage.mount_health import MountFacts

_READING_S = 60.0
_SLOWEST_BYTES_PER_S = 2_000_000
"""A whole file may take a minute, and as much longer as a very slow drive needs for its size."""
_LINE_BYTES = 64 * 1024 * 1024
_CODE_HOME = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Identified:
    """The name of a file's samples, or of its whole content, with the stamp that it had while it was read."""

    name: str
    stamp: Stamp


class MountFiles:
    """One mounted folder. Paths are relative to its root. Close it after use.

    Every call raises Temporary when the mount gives no sign of life for ``timeout_s`` or reports a passing trouble;
    calls about one file raise NotFound when it has gone, Unusable (``unreadable``) when we may not read it, and
    Temporary (``file_busy``) when another program holds it.
    """

    def __init__(
        self, root: str, *, timeout_s: float = 20.0, launch: Sequence[str] = (), reading_s: float = _READING_S
    ) -> None:
        self.root = root
        self._reading_s = reading_s
        self._timeout_s = timeout_s
        self._launch = [*launch, sys.executable, "-m", "services.ingest.gateways.mount_helper", root]
        self._process: asyncio.subprocess.Process | None = None
        self._one_at_a_time = asyncio.Lock()
        self._is_confirmed = False

    @property
    def remembers(self) -> bool:
        """Whether the next scan reports only what is new; a new helper reports everything."""
        return self._is_confirmed and self._process is not None and self._process.returncode is None

    async def check(self, sentinel: str | None = None) -> MountFacts:
        """What is at the root; judge it with ``judge_mount``."""
        return MountFacts(**await self._ask({"op": "check", "sentinel": sentinel}))

    async def scan(
        self,
        record: Callable[[list[Found]], Awaitable[None]],
        *,
        full: bool = False,
        complain: Callable[[Trouble], None] = lambda trouble: None,
        miss: Callable[[Vanished], None] = lambda vanished: None,
    ) -> ScanCost:
        """Give ``record`` the new and replaced recordings, batch by batch; in a full scan, every one.

        ``complain`` hears what could not be looked at, ``miss`` where names have vanished since the last scan.

        What was given counts as known only after a scan that ended well; if ``record`` fails, the next scan gives the
        same again.
        """
        request = {"op": "scan", "full": full, "confirmed": self._is_confirmed}
        self._is_confirmed = False
        async with self._one_at_a_time, aclosing(self._answers(request)) as answers:
            async for answer in answers:
                if "done" in answer:
                    self._is_confirmed = True
                    return ScanCost(**answer["done"])
                for path, reason in answer["troubles"]:
                    complain(Trouble(path, reason))
                for path, is_folder in answer["vanished"]:
                    miss(Vanished(path, is_folder))
                if answer["files"]:
                    await record([Found(*file) for file in answer["files"]])
        raise AssertionError("a conversation ends with done or an error")

    async def absent(self, paths: Sequence[str]) -> list[str]:
        """Those of ``paths`` whose names are not in their folders now."""
        found: list[str] = await self._ask({"op": "absent", "paths": list(paths)})
        return found

    async def look(self, path: str, *, now: Callable[[], datetime]) -> Look:
        """Open the file and see its size and time as the server has them now.

        That it has gone is believed the second time: a server that is being restarted may say so once.
        """
        try:
            seen = await self._ask({"op": "look", "path": path})
        except NotFound:
            seen = await self._ask({"op": "look", "path": path})
        return Look(**seen, seen_at=now())

    async def identify(self, path: str) -> Identified:
        """Read the samples; raises Temporary (``file_changing``) when the file changed meanwhile."""
        return _identified(await self._ask({"op": "identify", "path": path}))

    async def read_whole(
        self, path: str, size_bytes: int, *, tell: Callable[[int], Awaitable[None]] | None = None
    ) -> Identified:
        """Read all of a file to name its content; ``tell`` hears the bytes read so far, about twice a second.

        Raises Temporary as ``identify`` does, and when it takes longer than a file of this size may (``slow_read``).
        """
        limit_s = self._reading_s + size_bytes / _SLOWEST_BYTES_PER_S
        try:
            async with (
                asyncio.timeout(limit_s),
                self._one_at_a_time,
                aclosing(self._answers({"op": "read_whole", "path": path})) as answers,
            ):
                async for answer in answers:
                    if "done" in answer:
                        return _identified(answer["done"])
                    if tell is not None:
                        await tell(answer["read_bytes"])
        except TimeoutError as error:
            raise Temporary(
                f"Reading the whole file took longer than {limit_s:.0f} s: the mount is very slow.",
                code="slow_read",
                outside=True,
            ) from error
        raise AssertionError("a conversation ends with done or an error")

    async def read(self, path: str, *, limit_bytes: int) -> bytes:
        """The first ``limit_bytes`` of a small file, such as a sidecar."""
        return base64.b64decode(await self._ask({"op": "read", "path": path, "limit_bytes": limit_bytes}))

    async def close(self) -> None:
        """End the helper."""
        if self._process is not None:
            process, self._process = self._process, None
            await child.end(process)

    async def _ask(self, request: dict[str, Any]) -> Any:
        async with self._one_at_a_time, aclosing(self._answers(request)) as answers:
            async for answer in answers:
                return answer["done"]
        raise AssertionError("a conversation ends with done or an error")

    async def _answers(self, request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Lines of one conversation; if it does not come to its end, the helper is not used again."""
        is_over = False
        try:
            process = await self._helper()
            assert process.stdin and process.stdout
            process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            while not is_over:
                answer = await self._line(process.stdout)
                is_over = "done" in answer or "error" in answer
                if "error" in answer:
                    raise reading_error(answer["error"]["errno"], answer["error"]["reason"])
                yield answer
        finally:
            if not is_over:
                await self.close()

    async def _helper(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._is_confirmed = False
            self._process = await child.start(
                self._launch, stdin=asyncio.subprocess.PIPE, stderr=None, cwd=_CODE_HOME, limit=_LINE_BYTES
            )
        return self._process

    async def _line(self, stdout: asyncio.StreamReader) -> dict[str, Any]:
        try:
            async with asyncio.timeout(self._timeout_s):
                line = await stdout.readline()
        except TimeoutError as error:
            raise Temporary(
                f"The mount gave no sign of life for {self._timeout_s:.0f} s.", code="no_answer_in_time", outside=True
            ) from error
        if not line:
            raise Temporary(
                "The process that looks at the mount ended unexpectedly.", code="mount_helper_ended", outside=True
            )
        answer: dict[str, Any] = json.loads(line)
        return answer


class Mounts:
    """The mounts a process looks at: one helper each for scanning, one for looks at single files while a scan takes its
    time, and one for reading whole files, which takes longer still."""

    def __init__(self, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._open: dict[tuple[str, str], MountFiles] = {}

    def scanner(self, path: str) -> MountFiles:
        """The mount at ``path``, for scans."""
        return self._get("scan", path)

    def reader(self, path: str) -> MountFiles:
        """The mount at ``path``, for single files."""
        return self._get("read", path)

    def whole_reader(self, path: str) -> MountFiles:
        """The mount at ``path``, for reading files from their first byte to the last."""
        return self._get("whole", path)

    async def close(self) -> None:
        """End every helper."""
        for mount in self._open.values():
            await mount.close()

    def _get(self, purpose: str, path: str) -> MountFiles:
        return self._open.setdefault((purpose, path), MountFiles(path, timeout_s=self._timeout_s))


def _identified(answer: dict[str, Any]) -> Identified:
    if not answer["is_same"]:
        raise Temporary("The file changed while it was read.", code="file_changing")
    return Identified(answer["name"], Stamp(**answer["stamp"]))
