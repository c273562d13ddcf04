"""Which device and which arithmetic a machine offers, as CTranslate2 sees it."""

import contextlib
import ctypes
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Unusable

NO_CUDA = (
    "WHISPER_DEVICE is cuda, but no CUDA device can be used here; check the driver and the container's access to the "
    "GPU, or set WHISPER_DEVICE=cpu."
)


@dataclass(frozen=True, slots=True)
class Card:
    """One NVIDIA card."""

    id: str
    """As CUDA_VISIBLE_DEVICES names it."""
    memory_bytes: int = 0
    """0 when nobody tells."""
    name: str = ""

    @property
    def title(self) -> str:
        """For people."""
        memory = f"{self.memory_bytes / 1024**3:.0f} GiB" if self.memory_bytes else "of unknown memory"
        return f"{self.name or 'card'} {memory}"


def cuda_devices() -> int:
    """Number of usable CUDA devices; 0 where there is no driver."""
    import ctranslate2

    with contextlib.suppress(RuntimeError):
        return int(ctranslate2.get_cuda_device_count())
    return 0


def count_cuda_devices() -> int:
    """The same for a process that is not to load the library, which takes memory for good.

    The library is asked in a process of its own, and only where there is a driver that it could use.
    """
    if "ctranslate2" in sys.modules:
        return cuda_devices()
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    question = "import ctranslate2; print(ctranslate2.get_cuda_device_count())"
    try:
        answer = subprocess.run(
            [sys.executable, "-c", question], capture_output=True, text=True, timeout=60, check=True
        )
        return int(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def cards_of(environment: Mapping[str, str]) -> tuple[Card, ...]:
    """The NVIDIA cards that a process with this environment may use, in the order in which it counts them.

    Empty without the driver's own tool, which tells the cards whether or not a library can use them.
    """
    listed = _listed_cards()
    chosen = environment.get("CUDA_VISIBLE_DEVICES")
    if chosen is None:
        return listed
    visible: list[Card] = []
    for entry in (part.strip() for part in chosen.split(",")):
        if entry.startswith("MIG-"):  # a part of a card, whose memory the list does not tell
            visible.append(Card(entry, name="part of a card"))
            continue
        named = [card for card in listed if entry.startswith("GPU-") and card.id.startswith(entry)]
        counted = listed[int(entry)] if entry.isdigit() and int(entry) < len(listed) else None
        card = counted or (named[0] if len(named) == 1 else None)
        if card is None:  # CUDA takes no card after an entry that names none
            break
        visible.append(card)
    return tuple(visible)


def environment_for(card: str) -> dict[str, str]:
    """What makes a process see this card alone, as its first; nothing where no card is meant."""
    # Without the second line CUDA counts the fastest card first, and the driver's tool by the slot.
    return {"CUDA_VISIBLE_DEVICES": card, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"} if card else {}


def _listed_cards() -> tuple[Card, ...]:
    if shutil.which("nvidia-smi") is None:
        return ()
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=uuid,memory.total,name", "--format=csv,noheader,nounits"],
            capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
        rows = [[field.strip() for field in line.split(",", 2)] for line in answer.stdout.splitlines() if line.strip()]
        return tuple(Card(uuid, int(memory) * 1024**2 if memory.isdigit() else 0, name) for uuid, memory, name in rows)
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()


def settle_device(wanted: str) -> str:
    """``cpu`` or ``cuda``. Raises Unusable (``no_cuda``) rather than fall back in silence to a tenth of the speed."""
    if wanted == "auto":
        return "cuda" if cuda_devices() else "cpu"
    if wanted == "cuda" and not cuda_devices():
        raise Unusable(NO_CUDA, code="no_cuda")
    if wanted not in {"cpu", "cuda"}:
        raise Unusable(f"WHISPER_DEVICE is {wanted}; it may be auto, cpu or cuda.", code="unknown_device")
    return wanted


def load_cublas() -> None:
    """Load cuBLAS 12 for CTranslate2, which opens it by name at the first multiplication and not before.

    It may lie where the dynamic linker looks, or in the wheel nvidia-cublas-cu12, where only PyTorch would look for it.
    Raises Unusable (``cublas_missing``).
    """
    wheel = next(iter(_wheel_folders("nvidia.cublas")), None)
    for name in ("libcublasLt.so.12", "libcublas.so.12"):  # the second needs the first
        try:
            ctypes.CDLL(str(wheel / "lib" / name) if wheel else name, mode=ctypes.RTLD_GLOBAL)
        except OSError as error:
            raise Unusable(
                "CUDA needs the library cuBLAS 12, which is not here: install the Python package nvidia-cublas-cu12, "
                "use the cuda image, or set WHISPER_DEVICE=cpu.",
                code="cublas_missing",
            ) from error


def _wheel_folders(package: str) -> list[Path]:
    try:
        found = importlib.util.find_spec(package)
    except ModuleNotFoundError:
        return []
    return [Path(one) for one in found.submodule_search_locations or ()] if found else []


def settle_compute_type(wanted: str, device: str) -> str:
    """The arithmetic to load with. Raises Unusable (``compute_type_unsupported``) naming what the device can do."""
    import ctranslate2

    offered = set(ctranslate2.get_supported_compute_types(device))
    if wanted in {"auto", "default", ""}:
        preferred = ("float16", "int8_float16", "int8", "float32") if device == "cuda" else ("int8", "float32")
        return next(name for name in preferred if name in offered)
    if wanted not in offered:
        raise Unusable(
            f"WHISPER_COMPUTE_TYPE is {wanted}, which {device} cannot do here; it can do {', '.join(sorted(offered))}.",
            code="compute_type_unsupported",
        )
    return wanted


def device_name(device: str) -> str:
    """The product's name where the kernel tells it, for reports."""
    if device == "cuda":
        for information in sorted(Path("/proc/driver/nvidia/gpus").glob("*/information")):
            for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("Model:"):
                    return line.partition(":")[2].strip()
        return "CUDA device"
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return "CPU"
