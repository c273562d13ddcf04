"""Start another program so that it can never outlive us, and end it so that nothing of it is left."""

import contextlib
import ctypes
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_LARGEST_LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Account:
    """An operating-system user that a program runs as."""

    name: str
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether this user may pass through a folder and everything above it."""
        here = folder.resolve()
        return all(self._may_pass(step.stat()) for step in (here, *here.parents))

    def _may_pass(self, facts: os.stat_result) -> bool:
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & 0o100)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & 0o010)
        return bool(facts.st_mode & 0o001)


def account_for_servers() -> Account | None:
    """Return the user to drop to when we are root, as PostgreSQL refuses to be; None when we are not.

    Debian's own `postgres` user where there is one, else `nobody`, which every system has. We create no users.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    return None


@dataclass(frozen=True)
class Program:
    """A command that is to be kept running.

    `stops_on` is the signal that asks it to end; `dies_with` the one that the kernel sends it when we are gone, however
    we went. Its output is appended to `log`.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    account: Account | None = None
    stops_on: signal.Signals = signal.SIGTERM
    dies_with: signal.Signals = signal.SIGKILL
    patience_s: float = 15.0


def launch(program: Program) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own: a Ctrl-C at the terminal reaches us, and we end the others."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    if program.log.exists() and program.log.stat().st_size > _LARGEST_LOG_BYTES:
        program.log.replace(program.log.with_suffix(".log.1"))
    who = program.account
    with program.log.open("ab") as log:
        return subprocess.Popen(
            list(program.command),
            cwd=program.folder,
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
            # Runs after the change of user, which would have cleared what it asks of the kernel.
            preexec_fn=_dying_with(os.getpid(), program.dies_with),  # noqa: PLW1509 - one ctypes call, no lock taken
        )


def _dying_with(parent: int, wanted: signal.Signals) -> Callable[[], None]:
    def ask_the_kernel() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(wanted), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_the_kernel


def end(process: subprocess.Popen[bytes], program: Program) -> None:
    """Ask a program to end, wait for as long as it is given, then take it and what it started by force."""
    if process.poll() is None:
        process.send_signal(program.stops_on)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(program.patience_s)
    sweep_group(process.pid)
    process.wait()


def sweep_group(leader: int) -> None:
    """Kill whatever is left of a program's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_orphan(lock: Path, folder: Path, with_signal: signal.Signals, patience_s: float = 20.0) -> None:
    """Clear away the pid file of an earlier run, ending the process it names if that is still at work in `folder`.

    The caller holds the stack's lock, so such a process has lost its supervisor. A pid alone proves nothing: after a
    power cut the number may belong to another program, and a server that only asks whether it is in use would refuse
    to start for ever.
    """
    try:
        pid = int(lock.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        lock.unlink(missing_ok=True)
        return
    deadline = time.monotonic() + patience_s
    asked = False
    while _works_in(pid, folder):
        if not asked:
            os.kill(pid, with_signal)
            asked = True
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    lock.unlink(missing_ok=True)


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except OSError:
        return False


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_lines(log: Path, count: int = 5) -> str:
    """Return the end of a log, to show beside a sentence that says what went wrong."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
