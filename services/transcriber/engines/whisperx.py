"""WhisperX behind the Engine protocol: batched text, and every word timed by forced alignment with wav2vec2.

Imported only when chosen: its libraries take seconds to import and gigabytes on disk. The windows come from our own
plan, so its voice detectors are never asked; a window that the guards doubt is decoded alone by faster-whisper's
guarded decoder on the same loaded model, and aligned like the others.
"""

import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

from services.transcriber.engines.companions import Companion, find_companion
from services.transcriber.engines.faster_whisper import FasterWhisper
from services.transcriber.engines.hardware import device_name, settle_compute_type, settle_device
from services.transcriber.engines.models import find_model
from services.transcriber.engines.values import (
    DecodedWindow,
    DecodeRequest,
    Effort,
    EngineInfo,
    EngineSpec,
    Floats,
    Segment,
)
from services.transcriber.sizing import suggest
from services.transcriber.vad import SpeechSpan
from shared.captions.model import Word
from shared.errors import Unusable

_QUICKEST_MS = 150  # per word; the guards take anything below for invented text
_LEAST_MS = 20  # a word that got no time of its own still needs a place


class WhisperX:
    """A model loaded by WhisperX, with the aligner of one language."""

    def __init__(self, spec: EngineSpec, language: str = "en") -> None:
        _set_up_libraries(spec.offline)
        import whisperx

        started = monotonic()
        cache = Path(spec.cache_dir) if spec.cache_dir else None
        folder = find_model(spec.model, cache_dir=cache, offline=spec.offline)
        device = settle_device(spec.device)
        compute_type = settle_compute_type(spec.compute_type, device)
        sizing = suggest(device)
        self._spec = spec
        self._windows = _given_windows()
        self._pipeline = whisperx.load_model(
            str(folder.path),
            device=device,
            compute_type=compute_type,
            language=language,
            vad_model=self._windows,
            threads=spec.threads or sizing.threads,
            local_files_only=True,
        )
        model = self._pipeline.model
        self._info = EngineInfo(
            name="whisperx",
            version=version("whisperx"),
            model=folder.name,
            device=device,
            compute_type=str(model.model.compute_type),
            batch_size=spec.batch_size or sizing.batch_size,
            threads=spec.threads or sizing.threads,
            is_demonstration=folder.is_demonstration,
            is_multilingual=bool(model.model.is_multilingual),
            device_name=device_name(device),
        )
        self._alone = FasterWhisper.around(model, self._info)
        self._aligners: dict[str, tuple[Any, Any]] = {}
        self._aligner(language)
        self._info = replace(self._info, load_ms=round((monotonic() - started) * 1000))

    def describe(self) -> EngineInfo:
        """What is loaded and where it runs."""
        return self._info

    def decode(
        self, audio: Floats, windows: Sequence[SpeechSpan], request: DecodeRequest, effort: Effort
    ) -> Iterator[DecodedWindow]:
        """See :meth:`Engine.decode`."""
        # The aligner times every word by itself, so it needs no special care with stretches that were put together.
        if effort not in {Effort.FAST, Effort.SENTENCES}:
            for window in self._alone.decode(audio, windows, request, effort):
                yield replace(window, segments=tuple(self._retimed(audio, one, request) for one in window.segments))
            return
        for first in range(0, len(windows), self._info.batch_size):
            yield from self._batch(audio, windows[first : first + self._info.batch_size], request)

    def _batch(self, audio: Floats, windows: Sequence[SpeechSpan], request: DecodeRequest) -> list[DecodedWindow]:
        language = request.language if self._info.is_multilingual else "en"
        hotwords = FasterWhisper.hotwords(request.vocabulary)
        self._pipeline.options = replace(self._pipeline.options, beam_size=request.beam_size, hotwords=hotwords)
        self._windows.spans = list(windows)
        said = self._pipeline.transcribe(audio, batch_size=len(windows), language=language)["segments"]
        return [
            DecodedWindow(
                window, self._aligned(audio, window, raw["text"].strip(), float(raw["avg_logprob"]), language)
            )
            for window, raw in zip(windows, said, strict=True)
        ]

    def _aligned(
        self, audio: Floats, window: SpeechSpan, text: str, avg_logprob: float, language: str
    ) -> tuple[Segment, ...]:
        """The window's text as sentences whose words have been found in the sound.

        An aligner of the wrong language, or one that lost its way, squeezes words together; then they are spread over
        the window instead, because a wrong time must not make a true text look invented.
        """
        if not text:
            return ()
        sentences = self._align(audio, window, text, language)
        timed = [words_from_alignment(one.get("words", ()), _span_of(one, window)) for one in sentences]
        if not all(_is_plausible(words) for words in timed):
            timed = [words_from_alignment([{"word": word} for word in text.split()], window)]
        return tuple(_segment(words, avg_logprob) for words in timed if words)

    def _retimed(self, audio: Floats, segment: Segment, request: DecodeRequest) -> Segment:
        """The same words at the moments where the aligner finds them; as they were where it finds another number."""
        span = SpeechSpan(segment.start_ms, max(segment.end_ms, segment.start_ms + _LEAST_MS))
        language = request.language if self._info.is_multilingual else "en"
        found = self._aligned(audio, span, segment.text, segment.avg_logprob, language) if segment.words else ()
        words = tuple(word for sentence in found for word in sentence.words)
        if len(words) != len(segment.words):
            return segment
        return replace(segment, words=words, start_ms=words[0].start_ms, end_ms=words[-1].end_ms)

    def _align(self, audio: Floats, window: SpeechSpan, text: str, language: str) -> list[dict[str, Any]]:
        import whisperx

        model, metadata = self._aligner(language)
        raw = {"text": text, "start": window.start_ms / 1000, "end": window.end_ms / 1000}
        answer = whisperx.align([raw], model, metadata, audio, self._info.device, return_char_alignments=False)
        sentences: list[dict[str, Any]] = answer["segments"]
        # A sentence the aligner gives up on comes back without words; its text is kept and spread over its time.
        for sentence in sentences:
            if not sentence.get("words"):
                sentence["words"] = [{"word": word} for word in str(sentence.get("text", "")).split()]
        return sentences

    def _aligner(self, language: str) -> tuple[Any, Any]:
        """Loaded once per language. Raises Unusable (``align_model_missing``) with what to do."""
        import whisperx

        if language not in self._aligners:
            wanted = _align_model(self._spec)
            try:
                self._aligners[language] = whisperx.load_align_model(
                    language,
                    self._info.device,
                    model_name=wanted,
                    model_dir=self._spec.cache_dir,
                    model_cache_only=self._spec.offline,
                )
            except (OSError, ValueError, RuntimeError) as error:
                raise Unusable(
                    f"WhisperX has no model here to time {language} words; set ALIGN_MODEL to a folder or name of a "
                    "wav2vec2 model, or set WHISPER_ENGINE=faster-whisper.",
                    code="align_model_missing",
                ) from error
        return self._aligners[language]


def _align_model(spec: EngineSpec) -> str | None:
    """A folder; or the name of one of torchaudio's own models; or None for the usual model of the language."""
    name = spec.align_model
    if not name or ("/" not in name and not Path(name).is_dir()):
        return name or None
    cache = Path(spec.cache_dir) if spec.cache_dir else None
    return str(
        find_companion(Companion.ALIGN, name, cache_dir=cache, offline=spec.offline, token=os.environ.get("HF_TOKEN"))
    )


def words_from_alignment(entries: Sequence[Mapping[str, Any]], span: SpeechSpan) -> tuple[Word, ...]:
    """Words from the aligner's entries; those without times (numbers) share the room between neighbours."""
    texts = [str(entry["word"]).strip() for entry in entries]
    times = [
        (round(float(entry["start"]) * 1000), round(float(entry["end"]) * 1000)) if _is_timed(entry) else None
        for entry in entries
    ]
    words: list[Word] = []
    index, reached = 0, span.start_ms
    while index < len(texts):
        run = next((n for n in range(index, len(texts)) if times[n] is not None), len(texts))
        if run > index:  # a run of words without times
            until = times[run][0] if run < len(texts) else span.end_ms  # type: ignore[index]
            step = max((until - reached) // (run - index), _LEAST_MS)
            for n in range(index, run):
                words.append(Word(texts[n], reached, reached + step))
                reached += step
            index = run
            continue
        start, end = times[index]  # type: ignore[misc]
        start = max(start, reached)
        end = max(end, start + _LEAST_MS)
        score = entries[index].get("score")
        words.append(Word(texts[index], start, end, confidence=None if score is None else round(float(score), 3)))
        index, reached = index + 1, end
    return tuple(word for word in words if word.text)


def _segment(words: tuple[Word, ...], avg_logprob: float) -> Segment:
    line = " ".join(word.text for word in words)
    return Segment(words[0].start_ms, words[-1].end_ms, line, words, round(avg_logprob, 4), 0.0, _compression(line))


def _is_plausible(words: Sequence[Word]) -> bool:
    """Whether somebody could have said them in that time, and the times fall one after the other."""
    if len(words) < 3:
        return True
    return (words[-1].end_ms - words[0].start_ms) / len(words) >= _QUICKEST_MS


def _is_timed(entry: Mapping[str, Any]) -> bool:
    start, end = entry.get("start"), entry.get("end")
    return start is not None and end is not None and float(start) == float(start) and float(end) == float(end)


def _span_of(sentence: Mapping[str, Any], window: SpeechSpan) -> SpeechSpan:
    start, end = sentence.get("start"), sentence.get("end")
    if start is None or end is None or float(start) != float(start) or float(end) != float(end):
        return window
    return SpeechSpan(round(float(start) * 1000), round(float(end) * 1000))


def _compression(text: str) -> float:
    raw = text.encode()
    return round(len(raw) / len(zlib.compress(raw)), 3)


def _given_windows() -> Any:
    """A voice detector in WhisperX's form that answers with the windows of our own plan."""
    import torch
    from whisperx.vads.vad import Vad

    class GivenWindows(Vad):  # type: ignore[misc]  # its package is not typed
        def __init__(self) -> None:
            super().__init__(0.5)
            self.spans: list[SpeechSpan] = []

        def __call__(self, audio: Mapping[str, Any], **_: Any) -> list[SpeechSpan]:
            return self.spans

        @staticmethod
        def preprocess_audio(audio: Any) -> Any:
            return torch.from_numpy(audio)

        @staticmethod
        def merge_chunks(segments: list[SpeechSpan], *_: Any, **__: Any) -> list[dict[str, Any]]:
            return [
                {"start": span.start_ms / 1000, "end": span.end_ms / 1000, "segments": [(span.start_ms, span.end_ms)]}
                for span in segments
            ]

    return GivenWindows()


def _set_up_libraries(offline: bool) -> None:
    """Settings that must stand before the first import: no telemetry, no downloads unless wanted, sentence tables."""
    os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "0")
    if offline:
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    import nltk

    try:
        nltk.data.find("tokenizers/punkt_tab/english/")
    except LookupError:
        nltk.data.path.append(str(_sentence_tables()))


def _sentence_tables() -> Path:
    """Tables for NLTK's sentence splitter: the abbreviations of meetings, and nothing learned; no download needed."""
    root = Path(tempfile.gettempdir()) / f"archivist-sentences-{os.getuid()}"
    folder = root / "tokenizers" / "punkt_tab" / "english"
    folder.mkdir(parents=True, exist_ok=True)
    abbreviations = ("mr", "mrs", "ms", "dr", "st", "ave", "blvd", "no", "jr", "sr", "a.m", "p.m", "u.s", "inc", "dept")
    (folder / "abbrev_types.txt").write_text("\n".join(abbreviations) + "\n", encoding="utf-8")
    for name in ("collocations.tab", "sent_starters.txt", "ortho_context.tab"):
        (folder / name).write_text("", encoding="utf-8")
    return root
