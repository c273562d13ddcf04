import numpy as np
import pytest

from services.transcriber.engines.checkpoint import NotReadable, Tensor
from services.transcriber.engines.voice_clusters import Vector
from services.transcriber.engines.voice_encoder import VoiceEncoder, spectrum
from services.transcriber.hearing.samples import RATE


def weights(seed: int = 1) -> dict[str, Tensor]:
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"linear.weight": (256, 256), "linear.bias": (256,)}
    for number in range(3):
        shapes[f"lstm.weight_ih_l{number}"] = (1024, 256 if number else 40)
        shapes[f"lstm.weight_hh_l{number}"] = (1024, 256)
        shapes[f"lstm.bias_ih_l{number}"] = shapes[f"lstm.bias_hh_l{number}"] = (1024,)
    return {name: rng.normal(0, 0.08, shape).astype(np.float32) for name, shape in shapes.items()}


def by_the_book(tensors: dict[str, Tensor], frames: Vector) -> Vector:
    """The equations of an LSTM as its paper writes them, one window, double precision."""
    for number in range(3):
        state, cell, out = np.zeros(256), np.zeros(256), []
        for frame in frames:
            gates = tensors[f"lstm.weight_ih_l{number}"].astype(float) @ frame + tensors[f"lstm.bias_ih_l{number}"]
            gates += tensors[f"lstm.weight_hh_l{number}"].astype(float) @ state + tensors[f"lstm.bias_hh_l{number}"]
            taken, kept, new, shown = np.split(gates, 4)
            cell = cell / (1 + np.exp(-kept)) + np.tanh(new) / (1 + np.exp(-taken))
            state = np.tanh(cell) / (1 + np.exp(-shown))
            out.append(state)
        frames = np.array(out)
    vector = np.maximum(0, tensors["linear.weight"].astype(float) @ frames[-1] + tensors["linear.bias"])
    return np.asarray(vector / np.linalg.norm(vector))


def test_a_tone_lies_in_the_band_of_its_pitch() -> None:
    def loudest(hertz: float) -> int:
        tone = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32)
        return int(spectrum(tone)[50].argmax())

    # 8 kHz are 45.25 mel on Slaney's scale, in 41 steps of 1.104; band n has its middle at n + 1 of them. The three
    # tones are 3.31, 15 and 35.16 mel: 3.0, 13.6 and 31.9 steps.
    assert [loudest(hertz) for hertz in (220.5, 1000.0, 4000.0)] == [2, 13, 31]
    assert spectrum(np.zeros(RATE, np.float32)).shape == (101, 40)


def test_the_network_is_the_one_of_the_equations() -> None:
    tensors = weights()
    windows = np.random.default_rng(3).uniform(0.001, 0.02, (2, 12, 40)).astype(np.float32)
    level = 0.34 / windows.sum(axis=2).mean(axis=1)

    found = VoiceEncoder(tensors).embed(windows)

    for number in range(2):
        expected = by_the_book(tensors, windows[number].astype(float) * level[number])
        assert found[number] == pytest.approx(expected, abs=1e-5)


def test_a_voice_is_the_same_however_loud_it_is() -> None:
    encoder = VoiceEncoder(weights())
    window = np.random.default_rng(4).uniform(0, 0.02, (1, 20, 40)).astype(np.float32)

    assert encoder.embed(window * 1e-3) == pytest.approx(encoder.embed(window), abs=1e-4)


def test_silence_has_a_vector_of_numbers() -> None:
    assert np.all(np.isfinite(VoiceEncoder(weights()).embed(np.zeros((1, 160, 40), np.float32))))


def test_weights_of_another_network_are_refused() -> None:
    other, broken = weights(), weights()
    other["lstm.weight_hh_l1"] = np.zeros((512, 128), np.float32)
    broken["linear.bias"][7] = np.nan

    with pytest.raises(NotReadable, match=r"lstm.weight_hh_l1 is not of the shape"):
        VoiceEncoder(other)
    with pytest.raises(NotReadable, match=r"linear.bias holds values that are no numbers"):
        VoiceEncoder(broken)
    del other["lstm.bias_ih_l2"]
    with pytest.raises(NotReadable):
        VoiceEncoder(other)
