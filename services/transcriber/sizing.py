"""Batch size, threads and concurrency that fit a machine, and the reasons, for ``archivist doctor``."""

import os
from dataclasses import dataclass
from pathlib import Path

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to share out."""

    cores: int
    memory_bytes: int
    gpu_memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Sizing:
    """How to use it."""

    batch_size: int
    threads: int
    """Threads of one model on the CPU."""
    concurrency: int
    """Slices at work at once on this machine, each with a child process of its own."""
    reason: str


def suggest(device: str, machine: Machine | None = None, *, model_bytes: int = 0) -> Sizing:
    """The size for this machine, or for the one given.

    Batch sizes are 8, 16 and 32 from 0, 16 and 32 GiB on; a GPU counts its own memory, with half of those limits.
    On a CPU every model gets one thread: two one-thread models on two cores decode a meeting faster than one model with
    two threads, and below a certain model size a second thread even slows it down. Memory limits how many.
    """
    machine = machine or this_machine()
    if device == "cuda":
        batch = _batch(machine.gpu_memory_bytes * 2)
        return Sizing(batch, min(4, machine.cores), 1, f"GPU with {machine.gpu_memory_bytes / GIB:.0f} GiB")
    batch = _batch(machine.memory_bytes)
    # A child holds the model, the features and the cross-attention of one batch: about this much beside the weights.
    per_child = 2 * model_bytes + 700 * 1024**2 + batch * 40 * 1024**2
    fits = max(1, int(machine.memory_bytes * 0.7) // per_child)
    concurrency = max(1, min(machine.cores, fits))
    threads = max(1, machine.cores // concurrency)
    return Sizing(
        batch,
        threads,
        concurrency,
        f"{machine.cores} cores, {machine.memory_bytes / GIB:.0f} GiB; about {per_child / GIB:.1f} GiB per child",
    )


def this_machine() -> Machine:
    """Cores this process may use, and memory, both as the container allows them."""
    return Machine(_cores(), _memory(), _gpu_memory())


def _batch(memory_bytes: int) -> int:
    if memory_bytes >= 31 * GIB:  # A machine sold with 32 GB shows a little less.
        return 32
    return 16 if memory_bytes >= 15 * GIB else 8


def _cores() -> int:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _first_line(Path("/sys/fs/cgroup/cpu.max")).split()
    if len(quota) == 2 and quota[0].isdigit():
        allowed = min(allowed, max(1, round(int(quota[0]) / int(quota[1]))))
    return allowed


def _memory() -> int:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _first_line(Path("/sys/fs/cgroup/memory.max"))
    return min(total, int(limit)) if limit.isdigit() else total


def _gpu_memory() -> int:
    """Memory of the first GPU, asked of the driver's own tool; 0 where there is none."""
    import shutil
    import subprocess

    if shutil.which("nvidia-smi") is None:
        return 0
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
        return int(answer.stdout.split()[0]) * 1024**2
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return 0


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
