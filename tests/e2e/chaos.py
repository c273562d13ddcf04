"""A station's worst two minutes: sixty files, and all that can die, vanish or be replaced while they are worked on.

The test keeps its own book of what lies where, because only that can say afterwards whose captions are whose.
"""

import asyncio
import contextlib
import hashlib
import os
import random
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from services.console.demonstration import RECORDING
from tests.e2e.conftest import Stage

MOUNTS = ("north", "south")
FIRST_SHOW = 5001
_KEY_FRAME_S = 4.004
"""The demonstration recording may be cut here without coding it anew."""
_CLIP_S = 7.0
_STARTS_AGAIN_WITHIN_S = 300
CLIPS = 36
SERVICES = ("ingest", "transcriber", "vod", "api")


@dataclass
class Book:
    """What the test has put on the drives, and is therefore true."""

    root: Path
    clips: list[bytes]
    random: random.Random
    lies: dict[Path, bytes] = field(default_factory=dict)
    """Every file that should lie on a drive now, by its path below the root."""
    gone: dict[Path, bytes] = field(default_factory=dict)
    """Recordings that were deleted; captions beside them stay, because a file may be moved before its sidecar."""
    earlier: dict[Path, list[Path]] = field(default_factory=dict)
    """Names that a recording had before."""
    valid: set[bytes] = field(default_factory=set)
    shows: int = 0
    history: list[str] = field(default_factory=list)

    def names(self) -> list[Path]:
        """Places of recordings that can be captioned."""
        return sorted(path for path, content in self.lies.items() if content in self.valid)

    def name(self, mount: str) -> Path:
        """A fresh name that begins with the id of a show of its own."""
        self.shows += 1
        show = FIRST_SHOW + self.shows - 1
        return Path(mount, f"{show}-1-Meeting {show} (20260914).mp4")

    def put(self, path: Path, content: bytes) -> None:
        """Write a file as a copy over the network does: under a name of its own first."""
        target = self.root / path
        fresh = target.with_name(f".{target.name}.part")
        fresh.write_bytes(content)
        fresh.replace(target)
        self.lies[path] = content

    def renamed(self, old: Path, new: Path) -> None:
        """A recording has got another name."""
        self.lies[new] = self.lies.pop(old)
        self.earlier[new] = [*self.earlier.pop(old, []), old]

    def lost(self, path: Path) -> None:
        """The content of this place is there no more: nobody may have seen it under its last name."""
        content = self.lies.pop(path)
        self.gone.update(dict.fromkeys(self.earlier.pop(path, []), content))

    def note(self, what: str) -> None:
        """Remember an accident, for whoever reads a failure."""
        self.history.append(what)


def make_clips(folder: Path) -> list[bytes]:
    """Different pieces of the demonstration recording, each a file by itself."""
    clips = []
    for number in range(CLIPS):
        clip = folder / f"clip-{number}.mp4"
        start = f"{number * 2 * _KEY_FRAME_S:.3f}"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-ss", start, "-i", RECORDING, "-t", str(_CLIP_S), "-c", "copy", "-y", clip],
            check=True,
        )
        clips.append(clip.read_bytes())
    return clips


def first_files(book: Book) -> None:
    """Half of the sixty: good ones, copies on the other drive, and rubbish."""
    for number, clip in enumerate(book.clips[:20]):
        book.valid.add(clip)
        book.put(book.name(MOUNTS[number % 2]), clip)
    for number in range(4):
        book.put(book.name(MOUNTS[(number + 1) % 2]), book.clips[number])
    for number, rubbish in enumerate(rubbish_of(book)):
        book.put(book.name(MOUNTS[number % 2]), rubbish)


def rubbish_of(book: Book) -> list[bytes]:
    """Files that are no recordings, each for another reason."""
    return [
        b"This is a text file that somebody named like a recording.\n" * 40,
        b"",
        book.clips[0][:4096],
        bytes(200_000),
        book.random.randbytes(300_000),
        b"\x00\x00\x00\x18ftypmp42" + book.random.randbytes(100_000),
    ]


def later_files(book: Book) -> list[tuple[Path, bytes]]:
    """The other half, which arrives while everything goes wrong."""
    coming = [(book.name(MOUNTS[number % 2]), clip) for number, clip in enumerate(book.clips[20:])]
    coming += [(book.name(MOUNTS[number % 2]), book.clips[number + 4]) for number in range(6)]
    coming += [(book.name(MOUNTS[number % 2]), rubbish) for number, rubbish in enumerate(rubbish_of(book))]
    coming += [(book.name(MOUNTS[number % 2]), book.clips[20 + number]) for number in range(2)]
    book.random.shuffle(coming)
    return coming


class Accidents:
    """Each method is one thing that goes wrong; it leaves the stack to get over it alone."""

    def __init__(self, stage: Stage, book: Book) -> None:
        self._stage = stage
        self._book = book
        self._random = book.random

    def kinds(self) -> list[Callable[[], Any]]:
        """Accidents in a random order, each as often as it is listed."""
        once = [self.kill_postgres, self.crash_postgres, self.wipe_redis, self.kill_redis]
        files = [self.replace_by_known, self.replace_by_new, self.replace_by_rubbish, self.rename, self.delete_original]
        mounts = [self.mount_vanishes, self.mount_is_empty, self.mount_is_no_folder, self.mount_vanishes]
        kinds = [*([self.kill_service] * 10), *once, self.wipe_redis, *files, *files, *mounts]
        self._random.shuffle(kinds)
        return kinds

    async def kill_service(self) -> None:
        """SIGKILL to one of the four."""
        name = self._random.choice(SERVICES)
        self._kill(name, signal.SIGKILL)

    async def kill_postgres(self) -> None:
        """A quick but orderly restart of the database."""
        self._kill("postgres", signal.SIGINT)

    async def crash_postgres(self) -> None:
        """One database process dies hard, and the server takes all connections down with it."""
        self._kill("postgres", signal.SIGQUIT)

    async def kill_redis(self) -> None:
        """Redis dies and comes back."""
        self._kill("redis", signal.SIGKILL)

    async def wipe_redis(self) -> None:
        """Redis forgets everything."""
        self._book.note("FLUSHALL")
        async with (
            asyncio.timeout(_STARTS_AGAIN_WITHIN_S),
            Redis.from_url(self._stage.running.environment["REDIS_URL"]) as redis,
        ):
            while True:
                try:
                    await redis.flushall()
                    break
                except RedisConnectionError:  # it was killed a moment ago
                    await asyncio.sleep(0.2)

    async def mount_vanishes(self) -> None:
        """A drive is away for some seconds."""
        async with self._away():
            await asyncio.sleep(self._random.uniform(1, 5))

    async def mount_is_empty(self) -> None:
        """Only the empty mount point is there: nothing was deleted."""
        async with self._away() as place:
            place.mkdir()
            await asyncio.sleep(self._random.uniform(2, 5))
            place.rmdir()

    async def mount_is_no_folder(self) -> None:
        """Every call on the drive fails with another error than its absence."""
        async with self._away() as place:
            place.write_bytes(b"")
            await asyncio.sleep(self._random.uniform(1, 4))
            place.unlink()

    async def replace_by_known(self) -> None:
        """Another recording of the station is moved over a recording."""
        self._replace(self._random.choice(sorted(self._book.valid)), "known content")

    async def replace_by_new(self) -> None:
        """A recording is made anew under its old name."""
        fresh = self._book.random.choice(self._book.clips)
        again = fresh + b"\x00\x00\x00\x10free" + self._book.random.randbytes(8)
        self._book.valid.add(again)
        self._replace(again, "new content")

    async def replace_by_rubbish(self) -> None:
        """A copy goes wrong and overwrites a good recording."""
        self._replace(self._random.choice(rubbish_of(self._book)), "rubbish")

    async def rename(self) -> None:
        """Somebody puts the name right; a sidecar that lies there already stays behind."""
        old = self._random.choice(self._book.names())
        new = self._book.name(old.parts[0])
        self._book.note(f"rename {old} {new}")
        (self._book.root / old).replace(self._book.root / new)
        self._book.renamed(old, new)

    async def delete_original(self) -> None:
        """The older one of two places of the same content goes."""
        places: dict[bytes, list[Path]] = {}
        for path in self._book.names():
            places.setdefault(self._book.lies[path], []).append(path)
        doubled = [found for found in places.values() if len(found) > 1]
        if doubled:
            gone = self._random.choice(doubled)[0]
            self._book.note(f"delete {gone}")
            (self._book.root / gone).unlink()
            self._book.gone[gone] = self._book.lies[gone]
            self._book.lost(gone)

    def _replace(self, content: bytes, kind: str) -> None:
        path = self._random.choice(self._book.names())
        self._book.note(f"replace {path} by {kind}")
        self._book.lost(path)
        self._book.put(path, content)

    def _kill(self, name: str, how: signal.Signals) -> None:
        self._book.note(f"{how.name} {name}")
        with contextlib.suppress(ProcessLookupError):  # it lies already, and waits to be started again
            os.kill(self._stage.running.supervisor.pid(name), how)

    @contextlib.asynccontextmanager
    async def _away(self) -> AsyncIterator[Path]:
        place = self._book.root / self._random.choice(MOUNTS)
        aside = self._stage.stack.plan.folder / f"{place.name} is away"
        self._book.note(f"away {place.name}")
        place.replace(aside)
        try:
            yield place
        finally:
            aside.replace(place)


async def announce_shows(stage: Stage, shows: int) -> None:
    """Enter the shows into the simulated Cablecast, as the station's people do before a meeting."""
    known = [
        {"id": number, "title": f"Meeting {number}", "eventDate": "2026-09-14T18:30:00"}
        for number in range(FIRST_SHOW, FIRST_SHOW + shows)
    ]
    async with httpx.AsyncClient(base_url=stage.stack.cablecast_url, timeout=60) as client:
        (await client.post("/_simulator/seed", json={"shows": known})).raise_for_status()


def digest(content: bytes) -> str:
    """SHA-256, for comparing and for messages."""
    return hashlib.sha256(content).hexdigest()
