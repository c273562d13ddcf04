"""Device, batch size, threads and concurrency that fit a machine and a model, and the reasons, for everybody who asks.

The worker, a single file and ``archivist doctor`` are told the same by :func:`fit`.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from services.transcriber.engines.hardware import NO_CUDA, Card, cards_of, count_cuda_devices
from services.transcriber.engines.memory import MemoryEstimate, memory_estimate_of
from services.transcriber.engines.values import EngineSpec
from shared.errors import Unusable

GIB = 1024**3

_SHARE_OF_MEMORY, _SHARE_OF_CARD = 0.7, 0.85
"""The rest is for the system, the other services and what a formula does not know."""
_BATCHES = (32, 16, 8, 4, 2, 1)
_FEWEST = 4
"""Windows at once for which another child is not worth giving up more."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to share out."""

    cores: int
    memory_bytes: int
    cards: tuple[Card, ...] = ()
    has_cuda: bool = False
    """The speech engine can use the cards; those that it cannot use are not shared out."""


@dataclass(frozen=True, slots=True)
class EngineSlot:
    """The place of one child: the card it sees, the memory it may take there, and its batch with the chosen model."""

    batch_size: int
    card: str = ""
    """As CUDA_VISIBLE_DEVICES names it; empty on the processor."""
    room_bytes: int = 0
    most: int = 32
    """Windows at once that the size of the machine or card allows at all."""

    def batch_for(self, estimate: MemoryEstimate) -> int:
        """The batch with which a child of another model fits here."""
        fitting = (batch for batch in _BATCHES if batch <= self.most and estimate.with_batch(batch) <= self.room_bytes)
        return next(fitting, 1)


@dataclass(frozen=True, slots=True)
class MachineUse:
    """How the machine is used."""

    spec: EngineSpec
    """The one that was asked about, with the device that is taken, and its threads."""
    slots: tuple[EngineSlot, ...]
    """One for each slice at work at once, each with a child process of its own."""
    child_bytes: int
    """What one child takes at its peak, by the largest batch."""
    reason: str

    @property
    def concurrency(self) -> int:
        """Slices at work at once on this machine."""
        return len(self.slots)

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """The different ones, largest first."""
        return tuple(sorted({self.spec.batch_size or slot.batch_size for slot in self.slots}, reverse=True))

    @property
    def roomiest_card(self) -> str:
        """For work besides the slices; empty on the processor."""
        return max(self.slots, key=lambda slot: slot.room_bytes).card


def fit(spec: EngineSpec, *, concurrency: int = 0, machine: Machine | None = None) -> MachineUse:
    """The size for this machine, or for the one given; what the spec or ``concurrency`` already say stays as it is.

    Batch sizes are 8, 16 and 32 from 0, 16 and 32 GiB on, a card counting its own memory with half of those limits, and
    less where the model takes too much. On a processor every model gets one thread as far as memory allows: two
    one-thread models on two cores decode a meeting faster than one model with two threads, and below a certain model
    size a second thread even slows it down. On cards there is one child each.

    Raises Unusable (``no_cuda``, ``no_such_card``, ``unknown_device``).
    """
    machine = machine or this_machine(spec.device)
    cards = _cards_for(spec.device, machine)
    if cards:
        return _on_cards(replace(spec, device="cuda"), cards, machine, concurrency)
    return _on_processor(replace(spec, device="cpu"), machine, concurrency)


def completed(spec: EngineSpec) -> EngineSpec:
    """The spec of one child that nobody has fitted, with batch and threads for a child alone on this machine."""
    if spec.batch_size and spec.threads:
        return spec
    fitted = fit(spec, concurrency=1)
    return replace(fitted.spec, batch_size=fitted.slots[0].batch_size)


def this_machine(device: str = "auto") -> Machine:
    """Cores this process may use, and memory, both as the container allows them, and the cards if there are any.

    For the processor nobody looks for cards.
    """
    if device == "cpu":
        return Machine(_cores(), _memory())
    usable = count_cuda_devices()
    # Without the driver's own tool a card is a number, and its memory unknown.
    listed = cards_of(os.environ) or tuple(Card(str(number)) for number in range(usable))
    return Machine(_cores(), _memory(), listed, has_cuda=usable > 0)


def _cards_for(device: str, machine: Machine) -> tuple[Card, ...]:
    """Empty for the processor."""
    kind, _, number = device.partition(":")
    if kind not in {"auto", "cpu", "cuda"} or (number and not (kind == "cuda" and number.isdigit())):
        raise Unusable(
            f"There is no device {device}; WHISPER_DEVICE may be auto, cpu, cuda or one card, such as cuda:1.",
            code="unknown_device",
        )
    if kind == "cpu" or (kind == "auto" and not machine.has_cuda):
        return ()
    if not machine.has_cuda:
        raise Unusable(NO_CUDA, code="no_cuda")
    if not number:
        return machine.cards
    if int(number) >= len(machine.cards):
        here = ", ".join(f"cuda:{n} ({card.title})" for n, card in enumerate(machine.cards))
        raise Unusable(f"There is no card {device} here; there are {here}.", code="no_such_card")
    return (machine.cards[int(number)],)


def _on_cards(spec: EngineSpec, cards: tuple[Card, ...], machine: Machine, concurrency: int) -> MachineUse:
    estimate = memory_estimate_of(spec, "cuda")
    children = concurrency or len(cards)
    sharing = -(-children // len(cards))
    slots = []
    for number in range(children):
        card = cards[number % len(cards)]
        # Of a card that does not tell its memory, as much is asked as the smallest batch that is usual takes.
        room = int(card.memory_bytes * _SHARE_OF_CARD) // sharing or estimate.with_batch(8)
        slots.append(_slot(spec, estimate, room, _usual_batch(card.memory_bytes * 2), card.id))
    threads = spec.threads or max(1, min(4, machine.cores // children))
    child_bytes = max(estimate.with_batch(slot.batch_size) for slot in slots)
    names = ", ".join(card.title for card in cards)
    reason = f"{names}; about {child_bytes / GIB:.1f} GiB of a card for each"
    return MachineUse(replace(spec, threads=threads), tuple(slots), child_bytes, reason)


def _on_processor(spec: EngineSpec, machine: Machine, concurrency: int) -> MachineUse:
    estimate = memory_estimate_of(spec, "cpu")
    room, most = int(machine.memory_bytes * _SHARE_OF_MEMORY), _usual_batch(machine.memory_bytes)
    wanted = concurrency or machine.cores
    children = concurrency or max(1, min(wanted, room // estimate.with_batch(spec.batch_size or _FEWEST)))
    slot = _slot(spec, estimate, room // children, most)
    threads = spec.threads or max(1, machine.cores // children)
    child_bytes = estimate.with_batch(slot.batch_size)
    share = f"about {child_bytes / GIB:.1f} GiB for each, {children * child_bytes / GIB:.1f} GiB in all"
    reason = f"{machine.cores} cores, {machine.memory_bytes / GIB:.0f} GiB; {share}"
    return MachineUse(replace(spec, threads=threads), (slot,) * children, child_bytes, reason)


def _slot(spec: EngineSpec, estimate: MemoryEstimate, room_bytes: int, most: int, card: str = "") -> EngineSlot:
    slot = EngineSlot(1, card, room_bytes, most)
    return replace(slot, batch_size=spec.batch_size or slot.batch_for(estimate))


def _usual_batch(memory_bytes: int) -> int:
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


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
