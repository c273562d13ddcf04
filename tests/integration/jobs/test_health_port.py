"""The port on which a worker answers operations."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from shared.health_port import serve_health


@contextmanager
def _serving(fine: bool) -> Iterator[str]:
    port, close = serve_health("127.0.0.1", 0, live=lambda: (True, {}), ready=lambda: (fine, {"engine": "faster"}))
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        close()


def test_health_tells_the_state_and_the_facts_behind_it() -> None:
    with _serving(fine=True) as url:
        ready = httpx.get(f"{url}/health/ready")
        metrics = httpx.get(f"{url}/metrics")
        lost = httpx.get(f"{url}/elsewhere")

    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "engine": "faster"})
    assert "archivist_queue_rows" in metrics.text or "python_info" in metrics.text
    assert lost.status_code == 404


def test_a_service_that_is_not_ready_is_alive_all_the_same() -> None:
    with _serving(fine=False) as url:
        ready, live = httpx.get(f"{url}/health/ready"), httpx.get(f"{url}/health/live")

    assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
    assert live.status_code == 200


def test_a_scrape_that_hangs_holds_up_nobody_else() -> None:
    with _serving(fine=True) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))):  # connects, and asks nothing
            started = time.monotonic()
            assert json.loads(httpx.get(f"{url}/health/live", timeout=5).text)["status"] == "ok"
            assert time.monotonic() - started < 5
