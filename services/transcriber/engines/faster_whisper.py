"""faster-whisper behind the Engine protocol: many windows at once, or one with all guards."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import pairwise
from math import ceil
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import numpy as np

from services.transcriber.engines.hardware import device_name, load_cublas, settle_compute_type, settle_device
from services.transcriber.engines.model_identity import engine_identity
from services.transcriber.engines.sizing import completed
from services.transcriber.engines.speech_models import Padding, find_model
from services.transcriber.engines.values import (
    DecodedWindow,
    DecodeOptions,
    Effort,
    EngineInfo,
    EngineSpec,
    Segment,
)
from services.transcriber.hearing.samples import RATE, Floats, between
from shared.captions.model import Word
from shared.languages import ENGLISH, knows_by_name, languages, require_language
from shared.quality.spans import Span

_MARK_S, _MARKS = 0.02, 1500  # Whisper's time marks: fifty a second over thirty seconds
_FRAMES_PER_S = 100  # of mel features
_MARGIN_FRAMES, _STEP_FRAMES, _MOST_FRAMES = 300, 400, 3000
"""A finer step encodes less silence, and leaves windows alone in their batch, where each word costs more to decode."""
_LONG_AGO_S = float("-inf")
_CAREFUL_BEAM = 5
_PROBABLE = 1e-4
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Whisper's own list of languages in which no space parts words."""
_ENDS = (".", "?", "!")
_CLOSING = "\"')]\u201d\u2019"


class FasterWhisper:
    """A model loaded by faster-whisper."""

    def __init__(self, spec: EngineSpec, *, passed_over: str = "") -> None:
        from faster_whisper import WhisperModel

        started = monotonic()
        folder = find_model(
            spec.model, cache_dir=Path(spec.cache_dir) if spec.cache_dir else None, offline=spec.offline
        )
        device = settle_device(spec.device)
        if device == "cuda":
            load_cublas()
        compute_type = settle_compute_type(spec.compute_type, device)
        fitted = completed(replace(spec, device=device))
        self._model = WhisperModel(
            str(folder.path),
            device=device,
            compute_type=compute_type,
            cpu_threads=fitted.threads,
            local_files_only=True,
        )
        self._padding = folder.padding
        self._pipeline = _pipeline(self._model, folder.padding)
        self._languages = languages_of(self._model, folder.name)
        self._info = EngineInfo(
            name="faster-whisper",
            version=version("faster-whisper"),
            model=folder.name,
            device=device,
            compute_type=str(self._model.model.compute_type),
            batch_size=fitted.batch_size,
            threads=fitted.threads,
            is_demonstration=folder.is_demonstration,
            is_multilingual=self._languages != ENGLISH,
            device_name=device_name(device),
            identity=engine_identity("faster-whisper", folder.path, spec),
            load_ms=round((monotonic() - started) * 1000),
            passed_over=passed_over,
            window_ms=folder.window_ms,
        )

    @classmethod
    def around(cls, model: Any, info: EngineInfo, padding: Padding) -> "FasterWhisper":
        """The same decoding on a model that is loaded already; ``model`` is a ``faster_whisper.WhisperModel``."""
        engine = cls.__new__(cls)
        engine._model, engine._pipeline, engine._info = model, _pipeline(model, padding), info
        engine._padding = padding
        engine._languages = languages_of(model, info.model)
        return engine

    @staticmethod
    def hotwords(vocabulary: Sequence[str]) -> str | None:
        """The vocabulary as the decoder's prompt wants it; who asks has seen to it that there is room."""
        return ", ".join(vocabulary) or None

    def hear_language(self, audio: Floats) -> dict[str, float]:
        """See :meth:`Engine.hear_language`."""
        from faster_whisper.audio import pad_or_trim

        # As a window is encoded that is decoded: what the library fills half a minute with is a sound to the model.
        features = pad_or_trim(self._model.feature_extractor(audio)[..., :-1])[None]
        encoded = self._model.encode(padded_alike(features, [len(audio) / RATE], self._padding))
        return languages_in(self._model.model, encoded)[0]

    def warnings(self, language: str) -> tuple[str, ...]:
        """See :meth:`Engine.warnings`: there is nothing to tell."""
        return ()

    def require(self, language: str) -> None:
        """Raise Unusable (``language_unsupported``) rather than decode it as if it were English."""
        require_language(language, self._info.model, self._languages)

    def describe(self) -> EngineInfo:
        """What is loaded and where it runs."""
        return self._info

    def decode(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> Iterator[DecodedWindow]:
        """See :meth:`Engine.decode`."""
        self.require(options.language)
        if options.effort is Effort.FAST:
            yield from self._together(audio, windows, options)
        else:
            for window in windows:
                yield self._alone(audio, window, options)

    def _together(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> Iterator[DecodedWindow]:
        """In batches of windows that are padded alike, each answered in its turn.

        What a window is padded to depends on nobody but itself: the size of a batch, which is a question of memory,
        and the windows beside it must not change a word.
        """
        widths = [padded_frames(window.length_ms / 1000, self._padding) for window in windows]
        left = list(range(len(windows)))
        done: dict[int, DecodedWindow] = {}
        for number in range(len(windows)):
            if number not in done:
                alike = [other for other in left if widths[other] == widths[number]][: self._info.batch_size]
                left = [other for other in left if other not in alike]
                batch = self._batch(audio, [windows[one] for one in alike], options)
                done |= dict(zip(alike, batch, strict=True))
            yield done.pop(number)

    def _batch(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> list[DecodedWindow]:
        # Windows that are heard again reach into each other; the library trips over more of them than there is sound.
        starts = apart([window.start_ms for window in windows])
        lacking = sum(window.length_ms for window in windows) * RATE // 1000 + 1 - len(audio)
        found, _ = self._pipeline.transcribe(
            np.pad(audio, (0, max(0, lacking))),
            clip_timestamps=[
                {"start": start / 1000, "end": window.end_ms / 1000}
                for start, window in zip(starts, windows, strict=True)
            ],
            batch_size=len(windows),
            vad_filter=False,
            # Asked for time marks as well, the model loses more words; the marks of sentences, which a script without
            # spaces is divided by, are worth that only there.
            without_timestamps=options.language not in _UNSPACED,
            beam_size=options.beam_size,
            **self._always(options),
        )
        segments: list[list[Segment]] = [[] for _ in windows]
        for raw in found:
            # ``seek`` is the start of the window in frames of 10 ms, however far into it the sentence lies.
            home = min(range(len(windows)), key=lambda index: abs(starts[index] // 10 - raw.seek))
            segments[home] += sentences_of(_segment(raw, 0, windows[home]))
        heard = self._pipeline.languages or [{} for _ in windows]
        return [DecodedWindow(*each) for each in zip(windows, map(tuple, segments), heard, strict=True)]

    def _alone(self, audio: Floats, window: Span, options: DecodeOptions) -> DecodedWindow:
        samples = between(audio, *window)
        is_unlooped = options.effort is Effort.UNLOOPED
        found, _ = self._model.transcribe(
            samples,
            # One temperature: falling back to sampling would give another text on every run.
            log_prob_threshold=-1.0,
            no_speech_threshold=0.6,
            compression_ratio_threshold=2.4,
            hallucination_silence_threshold=2.0,
            no_repeat_ngram_size=4 if is_unlooped else 0,
            repetition_penalty=1.1 if is_unlooped else 1.0,
            beam_size=max(_CAREFUL_BEAM, options.beam_size),
            **self._always(options),
        )
        held = tuple(_segment(raw, window.start_ms, window) for raw in found)
        return DecodedWindow(window, held)

    def _always(self, options: DecodeOptions) -> dict[str, Any]:
        return {
            "language": options.language,
            "word_timestamps": True,
            # The previous text as a prompt makes loops endless; names are helped by the vocabulary instead.
            "condition_on_previous_text": False,
            "temperature": 0.0,
            "hotwords": self.hotwords(options.vocabulary),
        }


def languages_of(model: Any, name: str) -> frozenset[str]:
    """What it was trained for: a model that knows English only would decode anything else as English."""
    if not model.model.is_multilingual:
        return ENGLISH
    token_of = model.hf_tokenizer.token_to_id
    return knows_by_name(name) or frozenset(code for code in languages() if token_of(f"<|{code}|>") is not None)


def languages_in(model: Any, encoded: Any) -> list[dict[str, float]]:
    """How probable each language is in each window that ``model``, CTranslate2's, has encoded; empty if it knows one.

    Only what is probable at all is told: there are a hundred.
    """
    if not model.is_multilingual:
        return []
    return [
        {token[2:-2]: round(float(share), 5) for token, share in heard if share >= _PROBABLE}
        for heard in model.detect_language(encoded)
    ]


def _pipeline(model: Any, padding: Padding) -> Any:
    """The library's batched pipeline, except that no window depends on another and each keeps its last sentence."""
    from faster_whisper import BatchedInferencePipeline

    class WholeWindows(BatchedInferencePipeline):  # type: ignore[misc]  # its package is not typed
        def forward(self, features: Any, tokenizer: Any, chunks_metadata: Any, options: Any) -> Any:
            self._durations_s = [chunk["duration"] for chunk in chunks_metadata]
            padded = padded_alike(features, self._durations_s, padding)
            windows = super().forward(padded, tokenizer, chunks_metadata, replace(options, word_timestamps=False))
            _time_words(self.model, windows, tokenizer, self._encoded, self._durations_s, options)
            return windows

        def generate_segment_batched(self, features: Any, tokenizer: Any, options: Any) -> Any:
            self._encoded, outputs = super().generate_segment_batched(features, tokenizer, options)
            # What has been encoded is asked for its language too: one step of the decoder, and no second encoding.
            self.languages = languages_in(self.model.model, self._encoded)
            for output, duration_s in zip(outputs, self._durations_s, strict=True):
                output["tokens"] = closed(output["tokens"], tokenizer.timestamp_begin, duration_s)
            return self._encoded, outputs

    return WholeWindows(model)


def _time_words(
    model: Any, windows: Any, tokenizer: Any, encoded: Any, durations_s: Sequence[float], options: Any
) -> None:
    """Give the sentences of every window their words.

    The library shortens a window's first word by how long ago the words of the window before it ended, or none did in
    the first window of a batch. Ours begin where a pause has been.
    """
    texts = [[token for raw in window for token in raw["tokens"] if token < tokenizer.eot] for window in windows]
    frames = [ceil(duration_s) * _FRAMES_PER_S for duration_s in durations_s]
    alignments = model.find_alignment(tokenizer, texts, encoded, frames)
    for window, alignment in zip(windows, alignments, strict=True):
        known = SimpleNamespace(
            frames_per_second=model.frames_per_second,
            find_alignment=lambda *_, found=alignment: [found],
        )
        marks = options.prepend_punctuations, options.append_punctuations
        type(model).add_word_timestamps(known, [window], tokenizer, None, 0, *marks, _LONG_AGO_S)


def padded_frames(duration_s: float, padding: Padding) -> int:
    """How many mel features a window of some length is decoded with."""
    if padding is Padding.ZEROS:
        return _MOST_FRAMES
    wanted = int(duration_s * _FRAMES_PER_S) + _MARGIN_FRAMES
    return min(-(-wanted // _STEP_FRAMES) * _STEP_FRAMES, _MOST_FRAMES)


def padded_alike(features: Floats, durations_s: Sequence[float], padding: Padding) -> Floats:
    """Mel features of a batch of windows, each followed by its own silence, and by no more of it than it takes.

    The library fills a window with 0.0, which in features is no silence but a sound of middling loudness: the model
    then leaves whole sentences out, unless it was trained with it (:class:`Padding`). What is quietest in the window
    itself is silence to it. It needs to hear a few seconds of that to know that the window has ended; half a minute of
    it only costs time.
    """
    if padding is Padding.ZEROS:
        return features
    width = min(max(padded_frames(duration_s, padding) for duration_s in durations_s), features.shape[-1])
    padded = features[..., :width].copy()
    for row, duration_s in zip(padded, durations_s, strict=True):
        length = min(int(duration_s * _FRAMES_PER_S), width)
        row[:, length:] = row[:, :length].min(initial=0.0)
    return padded


def apart(starts_ms: Sequence[int]) -> list[int]:
    """The starts, of which no two lie in one hundredth of a second: the library tells windows apart by that."""
    found: list[int] = []
    for start_ms in starts_ms:
        while any(start_ms // 10 == other // 10 for other in found):
            start_ms += 10
        found.append(start_ms)
    return found


def closed(tokens: Sequence[int], timestamp_begin: int, duration_s: float) -> list[int]:
    """The tokens of a window with an end mark for the last sentence, where the model left it open.

    The library seeks back to an open sentence and hears it again with what follows; its batched pipeline never seeks
    and so drops it. Our windows end in a pause, where a sentence is over.
    """
    is_mark = [token >= timestamp_begin for token in tokens]
    has_sentences = any(before and after for before, after in pairwise(is_mark))
    if not has_sentences or is_mark[-1]:
        return list(tokens)
    last = max(token for token, mark in zip(tokens, is_mark, strict=True) if mark)
    return [*tokens, max(last, timestamp_begin + min(round(duration_s / _MARK_S), _MARKS))]


def words_from_pieces(
    pieces: Sequence[tuple[str, float, float, float]], offset_ms: int, window: Span
) -> tuple[Word, ...]:
    """Words from (text, start_s, end_s, probability) pieces: glued where no space parts them, and inside the window.

    Whisper divides "$5,000" into pieces of which only the first begins with a space; viewers want one word.
    """
    words: list[Word] = []
    reached = window.start_ms
    for text, start_s, end_s, probability in pieces:
        bare = text.strip()
        if not bare:
            continue
        start = min(max(reached, round(start_s * 1000) + offset_ms), window.end_ms)
        end = min(max(start + 1, round(end_s * 1000) + offset_ms), max(window.end_ms, start + 1))
        if words and not text[:1].isspace():
            last = words[-1]
            confidence = min(last.confidence or 0.0, round(probability, 3))
            words[-1] = replace(last, text=last.text + bare, end_ms=end, confidence=confidence)
        else:
            words.append(Word(bare, start, end, confidence=round(float(probability), 3)))
        reached = end
    return tuple(words)


def sentences_of(segment: Segment) -> list[Segment]:
    """The sentences of a stretch of text, by its punctuation: each is judged, and where it must be hidden, by itself.

    Punctuation alone, which a model makes of noise, is none.
    What the engine says of its confidence it says of the stretch, and so of each.
    """
    ends = [
        number
        for number, word in enumerate(segment.words, 1)
        if word.text.rstrip(_CLOSING).endswith(_ENDS) or number == len(segment.words)
    ]
    parts = [segment.words[first:last] for first, last in pairwise([0, *ends])]
    return [
        replace(
            segment,
            text=" ".join(word.text for word in words),
            words=words,
            start_ms=words[0].start_ms,
            end_ms=words[-1].end_ms,
        )
        for words in parts
        if any(letter.isalnum() for word in words for letter in word.text)
    ]


def _segment(raw: Any, offset_ms: int, window: Span) -> Segment:
    pieces = [(word.word, float(word.start), float(word.end), float(word.probability)) for word in raw.words]
    words = words_from_pieces(pieces, offset_ms, window)
    return Segment(
        start_ms=words[0].start_ms if words else round(float(raw.start) * 1000) + offset_ms,
        end_ms=words[-1].end_ms if words else round(float(raw.end) * 1000) + offset_ms,
        text=raw.text.strip(),
        words=words,
        avg_logprob=round(float(raw.avg_logprob), 4),
        no_speech_prob=round(float(raw.no_speech_prob), 4),
        compression_ratio=round(float(raw.compression_ratio), 3),
    )
