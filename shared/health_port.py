"""The port on which a worker answers operations: ``/metrics``, ``/health/live`` and ``/health/ready``.

It runs in a thread of its own, so that it answers even while the event loop is stuck; that is how a stuck loop is
noticed at all.
"""

import json
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import REGISTRY, make_wsgi_app

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Check = Callable[[], tuple[bool, dict[str, Any]]]
"""Says whether all is well, and the facts behind it; called from another thread, so it must not wait."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """A probe every few seconds is no news."""


def serve_health(host: str, port: int, *, live: Check, ready: Check) -> tuple[int, Callable[[], None]]:
    """Start answering; returns the port that was bound (``port`` 0 takes a free one) and how to stop."""
    server = make_server(host, port, _application(live, ready), server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()

    def close() -> None:
        server.shutdown()
        server.server_close()

    return server.server_port, close


def _application(live: Check, ready: Check) -> "WSGIApplication":
    exported = make_wsgi_app(REGISTRY)

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path == "/metrics":
            body: Iterable[bytes] = exported(environ, start)
            return body
        check = {"/health/live": live, "/health/ready": ready}.get(path)
        if check is None:
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"try /metrics, /health/live or /health/ready\n"]
        fine, facts = check()
        status = "200 OK" if fine else "503 Service Unavailable"
        start(status, [("Content-Type", "application/json")])
        return [json.dumps({"status": "ok" if fine else "unavailable", **facts}, default=str).encode()]

    return answer
