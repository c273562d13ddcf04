"""A simulated station on a free port of this machine, for as long as a ``with`` block lasts: for anybody's tests."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from demo.cablecast.app import create_app
from demo.cablecast.config import SimulatorConfig

_START_LIMIT_S = 15.0


@dataclass(frozen=True, slots=True)
class RunningStation:
    """A station that answers, and a hand on its controls."""

    url: str
    config: SimulatorConfig
    _client: httpx.Client

    def advance(self, seconds: float) -> None:
        """Set the station's clock forward."""
        self._control("POST", "clock", {"advance_s": seconds})

    def scan(self) -> list[dict[str, Any]]:
        """Let the station look at its drives now; answers its assets."""
        return list(self._control("POST", "scan")["assets"])

    def index(self) -> list[dict[str, Any]]:
        """Let the station see everything that has been put on its drives, however short a time ago."""
        self.scan()
        self.advance(self.config.index_after_s + 1)
        return self.scan()

    def seed(self, **records: Any) -> None:
        """Add records, written as in ``seed.json``."""
        self._control("POST", "seed", records)

    def fault(self, kind: str, path: str = "*", **order: Any) -> None:
        """Order trouble for the requests that match."""
        self._control("POST", "faults", {"kind": kind, "path": path, **order})

    def switch(self, **switches: Any) -> None:
        """Change how the server behaves where nobody knows how the real one does."""
        self._control("POST", "switches", switches)

    def fail_next_transcode(self, state: str, message: str) -> None:
        """Let the next VOD that leaves the queue fail."""
        self._control("POST", "transcodes/fail-next", {"state": state, "message": message})

    def transcode_again(self, vod_id: int) -> None:
        """Press the station's own button."""
        self._control("POST", f"vods/{vod_id}/transcode")

    def requests(self) -> list[tuple[str, str]]:
        """Method and lower-case path of everything that was asked of Cablecast."""
        return [(seen["method"], seen["path"]) for seen in self._control("GET", "requests")]

    def events(self) -> list[dict[str, Any]]:
        """The station's own log."""
        return list(self._control("GET", "events"))

    def _control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        response = self._client.request(method, f"{self.url}/_simulator/{path}", json=body)
        response.raise_for_status()
        return response.json() if response.content else None


@contextlib.contextmanager
def running(config: SimulatorConfig) -> Iterator[RunningStation]:
    """Serve a station from a thread of this process."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    settings = uvicorn.Config(create_app(config), log_level="critical", ws="none")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until(server)
        with httpx.Client(timeout=_START_LIMIT_S) as client:
            yield RunningStation(f"http://127.0.0.1:{listener.getsockname()[1]}", config, client)
    finally:
        server.should_exit = True
        thread.join(_START_LIMIT_S)
        listener.close()


def _wait_until(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while not server.started:
        if time.monotonic() > deadline:
            raise TimeoutError("The simulator did not start.")
        time.sleep(0.01)
