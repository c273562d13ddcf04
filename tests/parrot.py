"""A multilingual speech model made on the spot, of the real format and vocabulary: whatever it hears is in the language
it was made for, and it always says the same sentence, word by word over the first seconds.

For tests of the ways around a model: which language is asked for, found out, refused, timed. It is deaf; the position
in the answer alone decides the next token, and where the attention looks for the sound of a word.
"""

import json
from collections.abc import Mapping
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ctranslate2.specs import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from shared.languages import languages

SPANISH = "Buenas noches a todos y bienvenidos al consejo municipal de Springfield."
_LANGUAGES = sorted(languages() - {"yue"})
_TEXT_TOKENS = 50_257
_WIDTH = 64
_POSITIONS = 448
_PROMPT = 3
"""Start, language, task: what stands before the first token of an answer with time marks."""
_ALIGNED = 3
"""Position that looks for the first word when words are timed: the one that leads to it."""


def make_parrot(folder: Path, heard: Mapping[str, float], says: str = SPANISH, *, lasts_s: float = 4.0) -> Path:
    """``heard`` is the probability of each language, for every sound; together at most 1."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(says)
    tokenizer.save(str(folder / "tokenizer.json"))
    shape = {"feature_size": 80, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(shape))

    def number(token: str) -> int:
        found: int | None = tokenizer.token_to_id(token)
        assert found is not None, token
        return found

    answer = ["<|0.00|>", *(f"\u0120{word}" for word in says.split()), f"<|{lasts_s:.2f}|>", "<|endoftext|>"]
    spec = WhisperSpec(1, 1, 1, 1)
    _empty(spec.encoder)
    _empty(spec.decoder)
    spec.encoder.conv1.weight = np.zeros((_WIDTH, 80, 3), np.float32)
    spec.encoder.conv2.weight = np.zeros((_WIDTH, _WIDTH, 3), np.float32)
    # A frame lights up the number of the word that is said at that moment, and the decoder looks for its own.
    frames_per_word = lasts_s * 50 / len(says.split())
    said_at = np.minimum(_ALIGNED + np.arange(1500) / frames_per_word, _WIDTH - 1).astype(int)
    spec.encoder.position_encodings.encodings = np.eye(_WIDTH, dtype=np.float32)[said_at]
    for linear in spec.decoder.layer[0].attention.linear[:2]:
        linear.weight[:_WIDTH] = np.eye(_WIDTH) * 2
    # Position n of the decoder lights up its own number of the width; from the last one on nothing more changes.
    spec.decoder.position_encodings.encodings = np.eye(_WIDTH, dtype=np.float32)[
        np.minimum(np.arange(_POSITIONS), _WIDTH - 1)
    ]
    spec.decoder.embeddings.weight = np.zeros((tokenizer.get_vocab_size(), _WIDTH), np.float32)
    projection = np.zeros((tokenizer.get_vocab_size(), _WIDTH), np.float32)
    for at, token in enumerate(answer):
        projection[number(token), _PROMPT - 1 + at] += 4.0
    projection[number("<|endoftext|>"), _PROMPT - 1 + len(answer) :] = 4.0
    for language, logit in _logits(heard).items():
        projection[number(f"<|{language}|>"), 0] = logit / _lit()
    spec.decoder.projection.weight = projection
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [number("<|endoftext|>")]
    spec.config.lang_ids = [number(f"<|{language}|>") for language in _LANGUAGES]
    spec.config.alignment_heads = [[0, 0]]
    spec.register_vocabulary(sorted(tokenizer.get_vocab(), key=tokenizer.token_to_id))
    spec.validate()
    spec.optimize(quantization="float32")
    spec.save(str(folder))
    return folder


def _lit() -> float:
    """What a lit position is after the layer norm, beside the rest of the width."""
    row = np.eye(1, _WIDTH)[0]
    normal = (row - row.mean()) / row.std()
    return float(normal[0])


def _logits(heard: Mapping[str, float]) -> dict[str, float]:
    left = max(1e-6, 1 - sum(heard.values())) / (len(_LANGUAGES) - len(heard))
    return {language: log(heard.get(language, left)) + 20 for language in _LANGUAGES}


def _empty(side: Any) -> None:
    """Every weight of the attention and the feed-forward network zero; layer norms as they begin."""
    _norm(side.layer_norm)
    for layer in side.layer:
        _norm(layer.ffn.layer_norm)
        _linear(layer.ffn.linear_0, 4 * _WIDTH, _WIDTH)
        _linear(layer.ffn.linear_1, _WIDTH, 4 * _WIDTH)
        _norm(layer.self_attention.layer_norm)
        _linear(layer.self_attention.linear[0], 3 * _WIDTH, _WIDTH)
        _linear(layer.self_attention.linear[1], _WIDTH, _WIDTH)
        if hasattr(layer, "attention"):
            _norm(layer.attention.layer_norm)
            for linear, rows in zip(layer.attention.linear, (_WIDTH, 2 * _WIDTH, _WIDTH), strict=True):
                _linear(linear, rows, _WIDTH)
    for name in ("conv1", "conv2"):
        if hasattr(side, name):
            getattr(side, name).bias = np.zeros(_WIDTH, np.float32)


def _norm(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)


def _linear(linear: Any, rows: int, columns: int) -> None:
    zeros: npt.NDArray[np.float32] = np.zeros((rows, columns), np.float32)
    linear.weight, linear.bias = zeros, np.zeros(rows, np.float32)


def _tokenizer(says: str) -> Tokenizer:
    pieces = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *dict.fromkeys(f"\u0120{word}" for word in says.split())]
    # The empty piece is the mark by which CTranslate2 knows a multilingual vocabulary, and its last text token.
    pieces += [*(f"\u0120filler{number}" for number in range(_TEXT_TOKENS - len(pieces) - 1)), ""]
    tokenizer = Tokenizer(models.BPE({piece: number for number, piece in enumerate(pieces)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{language}|>" for language in _LANGUAGES)]
    special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
    special += ["<|notimestamps|>"]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    marks = [f"<|{mark * 0.02:.2f}|>" for mark in range(1501)]
    tokenizer.add_tokens([AddedToken(mark, special=False, normalized=False) for mark in marks])
    return tokenizer
