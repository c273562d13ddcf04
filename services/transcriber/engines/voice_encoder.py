"""What a voice sounds like, as a vector: Resemblyzer's encoder (an LSTM of three layers), computed by numpy alone.

Its weights lie in its package, so they need no account and no hub; the package itself is never imported, for it wants
PyTorch. The network is small: a window of 1.6 s takes some ten milliseconds of one processor.
"""

import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.transcriber.engines.checkpoint import NotReadable, Tensor, read_tensors
from services.transcriber.hearing.samples import RATE, Floats
from shared.errors import Unusable

PACKAGED = "resemblyzer"
"""The name of this encoder as a model, and of the package that carries its weights."""
WEIGHTS = "pretrained.pt"
LIKENESS = 0.83
"""Cosine from which two of its voices are one person; the vectors have no negative part, so strangers have some 0.6."""

HOP = RATE // 100
"""Samples from frame to frame."""
FRAMES = 160
"""Of a window: what the network was trained with."""
_LENGTH = RATE // 40
_BANDS = 40
_CELLS = 256
_LAYERS = 3
_USUAL_POWER = 0.34
"""Of a frame, summed over the bands, where speech has -30 dBFS: the network hears power, so level counts."""

Frames = npt.NDArray[np.float32]


def packaged_folder() -> Path | None:
    """Where the package with the weights is installed; it is looked up and not run."""
    found = importlib.util.find_spec(PACKAGED)
    folder = Path(found.origin).parent if found is not None and found.origin is not None else None
    return folder if folder is not None and (folder / WEIGHTS).is_file() else None


def is_voice_encoder(model: str) -> bool:
    """Whether a diarization model is one for this encoder, by its name or by what lies in its folder."""
    return model == PACKAGED or (Path(model).expanduser() / WEIGHTS).is_file()


def spectrum(samples: Floats) -> Frames:
    """Power in 40 bands of the mel scale, a hundred times a second."""
    count = len(samples) // HOP + 1
    around = np.pad(samples, _LENGTH // 2)
    frames = np.lib.stride_tricks.sliding_window_view(around, _LENGTH)[::HOP][:count]
    power = np.abs(np.fft.rfft(frames * _HANN, axis=1)) ** 2
    return np.asarray(power @ _FILTERS.T, np.float32)


class VoiceEncoder:
    """The network with its weights."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        """Raises NotReadable when the weights are another network's."""
        self._layers = []
        for number in range(_LAYERS):
            width = _CELLS if number else _BANDS
            inward = _shaped(tensors, f"lstm.weight_ih_l{number}", (4 * _CELLS, width))
            onward = _shaped(tensors, f"lstm.weight_hh_l{number}", (4 * _CELLS, _CELLS))
            biases = [_shaped(tensors, f"lstm.bias_{way}_l{number}", (4 * _CELLS,)) for way in ("ih", "hh")]
            self._layers.append((inward.T.copy(), onward.T.copy(), biases[0] + biases[1]))
        self._out = _shaped(tensors, "linear.weight", (_CELLS, _CELLS)).T.copy()
        self._bias = _shaped(tensors, "linear.bias", (_CELLS,))

    def embed(self, windows: Frames) -> Frames:
        """One vector of unit length for each window of ``(windows, frames, bands)``, whatever its loudness."""
        power = windows.sum(axis=2).mean(axis=1) + 1e-12
        heard = np.ascontiguousarray((windows * (_USUAL_POWER / power)[:, None, None]).transpose(1, 0, 2))
        for inward, onward, bias in self._layers:
            heard = _through(heard, inward, onward, bias)
        vectors = np.maximum(0, heard[-1] @ self._out + self._bias)
        return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9), np.float32)


def load_voice_encoder(folder: Path) -> VoiceEncoder:
    """Raises Unusable (``diarization_model_missing``) when the weights in a folder are damaged or another network's."""
    try:
        return VoiceEncoder(read_tensors(folder / WEIGHTS, "model_state"))
    except (NotReadable, OSError) as error:
        raise Unusable(
            f"The voice encoder in {folder} cannot be loaded: {error}. Install it again, or set DIARIZATION_MODEL to "
            "another.",
            code="diarization_model_missing",
        ) from error


def _through(heard: Frames, inward: Tensor, onward: Tensor, bias: Tensor) -> Frames:
    """One LSTM layer; its gates lie one behind the other as PyTorch has them: in, forget, cell, out."""
    steps, count, _ = heard.shape
    state = np.zeros((count, _CELLS), np.float32)
    cell = np.zeros((count, _CELLS), np.float32)
    out = np.empty((steps, count, _CELLS), np.float32)
    for step in range(steps):
        gates = heard[step] @ inward
        gates += state @ onward
        gates += bias
        opened = _sigmoid(gates[:, : 2 * _CELLS])
        cell = opened[:, _CELLS:] * cell + opened[:, :_CELLS] * np.tanh(gates[:, 2 * _CELLS : 3 * _CELLS])
        state = _sigmoid(gates[:, 3 * _CELLS :]) * np.tanh(cell)
        out[step] = state
    return out


def _sigmoid(values: Frames) -> Frames:
    return np.asarray(0.5 * np.tanh(0.5 * values) + 0.5, np.float32)  # an exponential could overflow


def _shaped(tensors: dict[str, Tensor], name: str, shape: tuple[int, ...]) -> Tensor:
    found = tensors.get(name)
    if found is None or found.shape != shape:
        raise NotReadable(f"its {name} is not of the shape {shape}")
    if not np.all(np.isfinite(found)):
        raise NotReadable(f"its {name} holds values that are no numbers")
    return found


def _filters() -> Frames:
    """Triangles on Slaney's mel scale (linear up to 1 kHz, logarithmic above), each of the same area."""
    step = np.log(6.4) / 27
    marks = np.linspace(0, 15 + np.log(RATE / 2 / 1000) / step, _BANDS + 2)
    edges = np.where(marks < 15, marks * 200 / 3, 1000 * np.exp((marks - 15) * step))
    tones = np.linspace(0, RATE / 2, _LENGTH // 2 + 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (tones - low) / (middle - low), (high - tones) / (high - middle)
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low), np.float32)


_FILTERS = _filters()
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_LENGTH) / _LENGTH)).astype(np.float32)
