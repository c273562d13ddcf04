"""The process that touches one mount on behalf of ingest, and may be killed when the mount hangs.

It reads one request per line on standard input and answers with JSON lines: any number of ``{"files": [...]}`` with
``{"troubles": [...]}`` and ``{"vanished": [...]}``, or of ``{"read_bytes": n}`` (empty ones are signs of life), then
one ``{"done": ...}`` or ``{"error": ...}``. JSON in pure ASCII carries names that are not valid UTF-8 unharmed. The
peer is ``services.ingest.gateways.mount_client``.
"""

import base64
import json
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, replace
from pathlib import Path
from typing import Any

from services.ingest.gateways.real_folder import real_folder
from services.ingest.gateways.tree import Found, Tree, Trouble, Vanished, absent
from shared.media.identity import content_identity, stamp_of, whole_content
from shared.storage.mount_health import MountFacts
from shared.storage.mount_table import look_at_root, mounted_here

_BATCH = 500
_SIGN_OF_LIFE_S = 0.5
_SAFE_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Not through a link, and without waiting for the writer if somebody made a pipe with a recording's name."""


def main(root: str) -> None:
    """Answer requests about ``root`` until standard input ends."""
    helper = _Helper(root)
    for line in sys.stdin:
        request = json.loads(line)
        operation: Callable[..., Any] = getattr(helper, f"do_{request.pop('op')}")
        try:
            _say({"done": operation(**request)})
        except OSError as error:
            _say({"error": {"errno": error.errno, "reason": error.strerror or str(error)}})


class _Helper:
    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root)
        self._tree = Tree(self._root)

    def do_check(self, sentinel: str | None) -> dict[str, Any]:
        return asdict(_mount_facts(self._root, sentinel))

    def do_scan(self, *, full: bool, confirmed: bool) -> dict[str, Any]:
        if confirmed:
            self._tree.confirm()
        files: list[tuple[Any, ...]] = []
        troubles: list[tuple[str, str]] = []
        vanished: list[tuple[str, bool]] = []
        said_at = time.monotonic()
        for item in self._tree.scan(full=full):
            if isinstance(item, Found):
                files.append(astuple(item))
            elif isinstance(item, Trouble):
                troubles.append((item.path, item.reason))
            elif isinstance(item, Vanished):
                vanished.append((item.path, item.is_folder))
            if len(files) >= _BATCH or time.monotonic() - said_at > _SIGN_OF_LIFE_S:
                _say({"files": files, "troubles": troubles, "vanished": vanished})
                files, troubles, vanished, said_at = [], [], [], time.monotonic()
        _say({"files": files, "troubles": troubles, "vanished": vanished})
        return asdict(self._tree.effort)

    def do_absent(self, paths: list[str]) -> list[str]:
        return absent(self._root, paths)

    def do_look(self, path: str) -> dict[str, int]:
        with self._opened(path) as (_, facts):
            return asdict(stamp_of(facts))

    def do_identify(self, path: str) -> dict[str, Any]:
        with self._opened(path) as (file, before):
            identity = content_identity(before.st_size, lambda offset, length: os.pread(file, length, offset))
            after = os.fstat(file)
        return {"name": identity, **_both(before, after)}

    def do_read_whole(self, path: str) -> dict[str, Any]:
        said_at = time.monotonic()

        def on_progress(done: int) -> None:
            nonlocal said_at
            if time.monotonic() - said_at > _SIGN_OF_LIFE_S:
                _say({"read_bytes": done})
                said_at = time.monotonic()

        with self._opened(path) as (file, before):
            content = whole_content(before.st_size, lambda offset, length: os.pread(file, length, offset), on_progress)
            after = os.fstat(file)
        return {"name": content, **_both(before, after)}

    def do_read(self, path: str, limit_bytes: int) -> str:
        with self._opened(path) as (file, _):
            return base64.b64encode(os.pread(file, limit_bytes, 0)).decode("ascii")

    @contextmanager
    def _opened(self, path: str) -> Iterator[tuple[int, os.stat_result]]:
        whole = Path(self._root, path)
        if not whole.resolve().is_relative_to(self._root):
            raise PermissionError(1, "The path leads out of the mount")
        file = os.open(whole, _SAFE_READ)
        try:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                raise PermissionError(1, "This is no regular file")
            yield file, facts
        finally:
            os.close(file)


def _both(before: os.stat_result, after: os.stat_result) -> dict[str, Any]:
    return {"stamp": asdict(stamp_of(after)), "is_same": stamp_of(before) == stamp_of(after)}


def _mount_facts(root: str, sentinel: str | None) -> MountFacts:
    facts = look_at_root(root, sentinel)
    if not facts.is_readable:
        return facts
    return replace(facts, folder=real_folder(root, mounted_here()).as_json())


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
