"""Which device and which arithmetic a machine offers, as CTranslate2 sees it."""

import contextlib
from pathlib import Path

from shared.errors import Unusable


def cuda_devices() -> int:
    """Number of usable CUDA devices; 0 where there is no driver."""
    import ctranslate2

    with contextlib.suppress(RuntimeError):
        return int(ctranslate2.get_cuda_device_count())
    return 0


def settle_device(wanted: str) -> str:
    """``cpu`` or ``cuda``. Raises Unusable (``no_cuda``) rather than fall back in silence to a tenth of the speed."""
    if wanted == "auto":
        return "cuda" if cuda_devices() else "cpu"
    if wanted == "cuda" and not cuda_devices():
        raise Unusable(
            "WHISPER_DEVICE is cuda, but no CUDA device can be used here; check the driver and the container's "
            "access to the GPU, or set WHISPER_DEVICE=cpu.",
            code="no_cuda",
        )
    if wanted not in {"cpu", "cuda"}:
        raise Unusable(f"WHISPER_DEVICE is {wanted}; it may be auto, cpu or cuda.", code="unknown_device")
    return wanted


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
