"""The child that tells speakers apart: one recording, window by window, each answered as a JSON line.

The voice encoder hears the whole recording as one window; pyannote cannot.

Run as ``python -m services.transcriber.engines.diarize_process <answers fd> <parent pid>``; the order comes as one JSON
line on standard input. pyannote's checkpoints are pickles: the model's folder must be as trusted as the program.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from services.transcriber.engines.answers import answer, failure
from services.transcriber.engines.exits import tells_of_exhausted_memory
from services.transcriber.engines.hardware import settle_device
from services.transcriber.engines.voice_encoder import load_voice_encoder
from services.transcriber.engines.voice_turns import VoiceOptions, turns_of
from services.transcriber.engines.voice_windows import hear_windows
from services.transcriber.hearing.audio import duration_ms, read_span
from services.transcriber.hearing.samples import RATE
from shared.children import die_with
from shared.errors import Unusable


def main(arguments: list[str]) -> int:
    """Exit status 0 when every window has been answered."""
    answers = os.fdopen(int(arguments[0]), "w", buffering=1, encoding="utf-8")
    die_with(int(arguments[1]))
    order = json.loads(sys.stdin.readline())
    try:
        if order["compares_voices"]:
            _compare_voices(order, answers)
            answer(answers, event="done")
            return 0
        pipeline = _load(order["model"], order["device"], order["offline"])
        answer(answers, event="ready")
        flac, window_ms = Path(order["flac"]), order["window_ms"]
        length = duration_ms(flac)
        bounds = _bounds(order, is_one_window=length <= window_ms)
        for start in range(0, length, window_ms):
            end = min(start + window_ms, length)
            options = {"hook": _progress(answers, start, end, length), **bounds}
            answer(answers, event="window", done_ms=end, of_ms=length, **_turns(pipeline, flac, start, end, options))
    except Exception as error:  # A border: what went wrong leaves the process as a value.
        answer(answers, **failure(error))
        return 1
    answer(answers, event="done")
    return 0


def _compare_voices(order: dict[str, Any], answers: TextIO) -> None:
    encoder = load_voice_encoder(Path(order["model"]))
    answer(answers, event="ready")
    flac = Path(order["flac"])
    length = duration_ms(flac)
    heard = hear_windows(
        flac, order["speech"], encoder, lambda done: answer(answers, event="progress", done_ms=done, of_ms=length)
    )
    options = VoiceOptions(likeness=order["likeness"], at_least=order["min_speakers"], at_most=order["max_speakers"])
    found = turns_of(heard, options)
    turns = [[turn.start_ms, turn.end_ms, turn.speaker] for turn in found.turns]
    answer(answers, event="window", done_ms=length, of_ms=length, turns=turns, voices=found.voices)


def _load(model: str, device: str, offline: bool) -> Any:
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from pyannote.audio import Pipeline

    try:
        pipeline = Pipeline.from_pretrained(model, token=os.environ.get("HF_TOKEN"))
    except Exception as error:  # A damaged checkpoint, table or config fails in whatever reads it first.
        if tells_of_exhausted_memory(f"{type(error).__name__}: {error}"):
            raise
        raise Unusable(
            f"The diarization model {model} cannot be loaded: its files are damaged or made for another version. "
            "Fetch it again, or set DIARIZATION_MODEL to another.",
            code="diarization_model_missing",
        ) from error
    if pipeline is None:
        raise Unusable(
            f"The diarization model {model} asks for accepted terms: accept them on the hub and set "
            "HUGGING_FACE_TOKEN.",
            code="model_gated",
        )
    return pipeline.to(torch.device(settle_device(device)))


def _bounds(order: dict[str, Any], *, is_one_window: bool) -> dict[str, int]:
    """What holds for each window: nobody more than in the whole meeting, but perhaps fewer."""
    bounds = {"max_speakers": order["max_speakers"], "min_speakers": order["min_speakers"] if is_one_window else 0}
    return {name: value for name, value in bounds.items() if value}


def _progress(answers: TextIO, start_ms: int, end_ms: int, of_ms: int) -> Callable[..., None]:
    """For the pipeline to call with each batch; nearly all of its time goes into the voices' embeddings."""

    def told(step: str, _: Any, *, total: int | None = None, completed: int | None = None, **__: Any) -> None:
        if step == "embeddings" and total and completed is not None:
            share = min(completed / total, 1.0)
            answer(answers, event="progress", done_ms=start_ms + round((end_ms - start_ms) * share), of_ms=of_ms)

    return told


def _turns(pipeline: Any, flac: Path, start_ms: int, end_ms: int, options: dict[str, Any]) -> dict[str, Any]:
    import torch

    samples = read_span(flac, start_ms, end_ms)
    if len(samples) < RATE:  # less than a second at the end holds no turn
        return {"turns": [], "voices": {}}
    # A waveform and never a path: many small reads are slow, and its own file reading needs libraries we leave out.
    found = pipeline({"waveform": torch.from_numpy(samples[None, :]), "sample_rate": RATE}, **options)
    whole = found.speaker_diarization
    # One speaker at a time, as captions need it; older models only have the other kind.
    turns = getattr(found, "exclusive_speaker_diarization", None) or whole
    embeddings = found.speaker_embeddings
    voices = {} if embeddings is None else {name: embeddings[n].tolist() for n, name in enumerate(whole.labels())}
    return {
        "turns": [
            [start_ms + round(segment.start * 1000), start_ms + round(segment.end * 1000), str(name)]
            for segment, _, name in turns.itertracks(yield_label=True)
        ],
        "voices": voices,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
