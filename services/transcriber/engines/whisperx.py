"""WhisperX behind the Engine protocol: batched text, and every word timed by forced alignment with wav2vec2.

Imported only when chosen: its libraries take seconds to import and gigabytes on disk. The windows come from our own
plan, so its voice detectors are never asked; a window that the guards doubt is decoded alone by faster-whisper's
guarded decoder on the same loaded model, and aligned like the others.
"""

import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import fmean
from time import monotonic
from typing import Any

from services.transcriber.engines.aligners import Aligner, aligner_of
from services.transcriber.engines.companions import align_models_of
from services.transcriber.engines.exits import tells_of_exhausted_memory
from services.transcriber.engines.faster_whisper import FasterWhisper, languages_in, languages_of
from services.transcriber.engines.hardware import device_name, load_cublas, settle_compute_type, settle_device
from services.transcriber.engines.model_identity import engine_identity
from services.transcriber.engines.sentence_tables import provide_sentence_tables
from services.transcriber.engines.sizing import completed
from services.transcriber.engines.speech_models import find_model
from services.transcriber.engines.values import (
    DecodedWindow,
    DecodeOptions,
    Effort,
    EngineInfo,
    EngineSpec,
    Segment,
)
from services.transcriber.hearing.samples import Floats
from shared.captions.model import Word
from shared.errors import ArchivistError, Unusable
from shared.languages import ENGLISH
from shared.quality.spans import Span, clipped, common, total_ms

_QUICKEST_MS = 150  # per word; the guards take anything below for invented text
_LEAST_MS = 20  # a word that got no time of its own still needs a place
_ENOUGH = 3  # words; one or two say too little about an aligner
_BY_CHANCE = 0.1  # a letter of thirty has 0.03; one that is really heard, 0.5 and more
_ASTRAY = 0.1  # of the words of a window: the detector's spans have a margin, so that hardly any falls outside


@dataclass(frozen=True, slots=True)
class _Said:
    """The text of a window, and the model's opinion of it."""

    text: str
    avg_logprob: float
    no_speech_prob: float


class _OpinionNoted:
    """The model itself, which notes for every window how sure it was that nobody speaks, and of its language.

    WhisperX does not ask for it; CTranslate2 has it at no cost, as a documented parameter of the call it makes.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self.no_speech: list[float] = []
        self.languages: list[dict[str, float]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, *args: Any, **options: Any) -> Any:
        """As the model does it."""
        results = self._model.generate(*args, **{**options, "return_no_speech_prob": True})
        self.no_speech += [float(result.no_speech_prob) for result in results]
        self.languages += languages_in(self._model, args[0])
        return results


class WhisperX:
    """A model loaded by WhisperX, with an aligner for each language that it is asked for and has one for.

    The aligner of the station's language is loaded at the start, unless ALIGN_MODEL names those of others only; without
    it there would be no reason to prefer WhisperX. Another language without one keeps Whisper's own word times.
    """

    def __init__(self, spec: EngineSpec) -> None:
        _set_up_libraries(spec.offline)
        import torch
        import whisperx
        from whisperx.utils import PUNKT_LANGUAGES

        cache = Path(spec.cache_dir) if spec.cache_dir else None
        provide_sentence_tables(PUNKT_LANGUAGES.values(), cache)
        started = monotonic()
        folder = find_model(spec.model, cache_dir=cache, offline=spec.offline)
        device = settle_device(spec.device)
        compute_type = settle_compute_type(spec.compute_type, device)
        if device == "cuda":
            load_cublas()
        fitted = completed(replace(spec, device=device))
        # The aligner runs in torch, which would take every core in every child.
        torch.set_num_threads(fitted.threads)
        self._spec = spec
        self._windows = _given_windows()
        self._pipeline = whisperx.load_model(
            str(folder.path),
            device=device,
            compute_type=compute_type,
            language=spec.options.language,
            vad_model=self._windows,
            threads=fitted.threads,
            local_files_only=True,
        )
        model = self._pipeline.model
        self._noted = model.model = _OpinionNoted(model.model)
        self._info = EngineInfo(
            name="whisperx",
            version=version("whisperx"),
            model=folder.name,
            device=device,
            compute_type=str(model.model.compute_type),
            batch_size=fitted.batch_size,
            threads=fitted.threads,
            is_demonstration=folder.is_demonstration,
            is_multilingual=languages_of(model, folder.name) != ENGLISH,
            device_name=device_name(device),
            identity=engine_identity("whisperx", folder.path, spec),
            window_ms=folder.window_ms,
        )
        self._alone = FasterWhisper.around(model, self._info, folder.padding)
        self._aligners: dict[str, tuple[Any, Any]] = {}
        self._without: dict[str, str] = {}
        """Languages for which there is no aligner here, and why."""
        named = align_models_of(spec)
        language = spec.options.language
        if not named or language in named:
            self._aligners[language] = self._load_aligner(language)
        self._info = replace(self._info, load_ms=round((monotonic() - started) * 1000))

    def describe(self) -> EngineInfo:
        """What is loaded and where it runs."""
        return self._info

    def warnings(self, language: str) -> tuple[str, ...]:
        """See :meth:`Engine.warnings`."""
        why = self._why_not_aligned(language)
        return () if why is None else (f"The times of the words are Whisper's own, and less exact: {why}",)

    def hear_language(self, audio: Floats) -> dict[str, float]:
        """See :meth:`Engine.hear_language`."""
        return self._alone.hear_language(audio)

    def decode(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> Iterator[DecodedWindow]:
        """See :meth:`Engine.decode`."""
        self._alone.require(options.language)
        if self._why_not_aligned(options.language) is not None:
            yield from self._alone.decode(audio, windows, options)
            return
        if options.effort is not Effort.FAST:
            for window in self._alone.decode(audio, windows, options):
                yield replace(window, segments=tuple(self._retimed(audio, one, options) for one in window.segments))
            return
        for first in range(0, len(windows), self._info.batch_size):
            yield from self._batch(audio, windows[first : first + self._info.batch_size], options)

    def _batch(self, audio: Floats, windows: Sequence[Span], options: DecodeOptions) -> list[DecodedWindow]:
        language = options.language
        hotwords = FasterWhisper.hotwords(options.vocabulary)
        self._pipeline.options = replace(self._pipeline.options, beam_size=options.beam_size, hotwords=hotwords)
        self._windows.spans = list(windows)
        self._noted.no_speech.clear()
        self._noted.languages.clear()
        # Without the task it would take a number for it as soon as the language is not the first one.
        said = self._pipeline.transcribe(audio, batch_size=len(windows), language=language, task="transcribe")[
            "segments"
        ]
        opinions = zip(said, self._noted.no_speech, strict=True)
        decoded = [_Said(raw["text"].strip(), float(raw["avg_logprob"]), no_speech) for raw, no_speech in opinions]
        heard = self._noted.languages or [{} for _ in windows]
        return [
            DecodedWindow(window, self._aligned(audio, window, one, options), languages)
            for window, one, languages in zip(windows, decoded, heard, strict=True)
        ]

    def _aligned(self, audio: Floats, window: Span, said: "_Said", options: DecodeOptions) -> tuple[Segment, ...]:
        """The window's text as sentences whose words have been found in the sound.

        Where an aligner has lost its way they are spread over the speech of the window instead, because a wrong time
        must not make a true text look invented, nor a wrong opinion make it look unsure.
        """
        if not said.text:
            return ()
        voices = clipped(options.speech, *window) or (window,)
        sentences = self._align(audio, window, said.text, options.language)
        timed = [words_from_alignment(one.get("words", ()), _span_of(one, window)) for one in sentences]
        if has_lost_its_way(timed, voices):
            timed = [spread_over(said.text.split(), voices)]
        return tuple(_segment(words, said) for words in timed if words)

    def _retimed(self, audio: Floats, segment: Segment, options: DecodeOptions) -> Segment:
        """The same words at the moments where the aligner finds them; as they were where it finds another number."""
        span = Span(segment.start_ms, max(segment.end_ms, segment.start_ms + _LEAST_MS))
        said = _Said(segment.text, segment.avg_logprob, segment.no_speech_prob)
        found = self._aligned(audio, span, said, options) if segment.words else ()
        words = tuple(word for sentence in found for word in sentence.words)
        if len(words) != len(segment.words):
            return segment
        return replace(segment, words=words, start_ms=words[0].start_ms, end_ms=words[-1].end_ms)

    def _align(self, audio: Floats, window: Span, text: str, language: str) -> list[dict[str, Any]]:
        import whisperx

        model, metadata = self._aligners[language]
        raw = {"text": text, "start": window.start_ms / 1000, "end": window.end_ms / 1000}
        answer = whisperx.align([raw], model, metadata, audio, self._info.device, return_char_alignments=False)
        sentences: list[dict[str, Any]] = answer["segments"]
        # A sentence the aligner gives up on comes back without words; its text is kept and spread over its time.
        for sentence in sentences:
            if not sentence.get("words"):
                sentence["words"] = [{"word": word} for word in str(sentence.get("text", "")).split()]
        return sentences

    def _why_not_aligned(self, language: str) -> str | None:
        """None where there is an aligner for the language; loaded, or sought in vain, once."""
        if language not in self._aligners and language not in self._without:
            try:
                self._aligners[language] = self._load_aligner(language)
            except ArchivistError as error:
                self._without[language] = error.message
        return self._without.get(language)

    def _load_aligner(self, language: str) -> tuple[Any, Any]:
        """Raises Unusable (``align_model_missing``) with what to do, or what find_companion raises."""
        import whisperx

        found = aligner_of(self._spec, language)
        try:
            aligner: tuple[Any, Any] = whisperx.load_align_model(
                language,
                self._info.device,
                model_name=found.for_whisperx,
                model_dir=self._spec.cache_dir,
                model_cache_only=True,
            )
        except Exception as error:  # Damaged files fail in whatever reads them first.
            if tells_of_exhausted_memory(f"{type(error).__name__}: {error}"):
                raise
            raise Unusable(_damaged(found), code="align_model_missing") from error
        return aligner


def _damaged(found: Aligner) -> str:
    again = "Fetch it again" if found.path.is_dir() else f"Delete {found.path} and fetch it again"
    return (
        f"The alignment model {found.name} cannot be loaded: its files are damaged or made for another version. "
        f"{again}, set ALIGN_MODEL to another, or set WHISPER_ENGINE=faster-whisper."
    )


def words_from_alignment(entries: Sequence[Mapping[str, Any]], span: Span) -> tuple[Word, ...]:
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


def spread_over(texts: Sequence[str], voices: Sequence[Span]) -> tuple[Word, ...]:
    """Words that have equal shares of the time in which somebody speaks, none of them in a pause."""
    share = max(total_ms(voices) / max(1, len(texts)), 1.0)
    words: list[Word] = []
    before_ms, at = 0.0, 0
    for number, text in enumerate(texts):
        # The middle of its share says in which stretch of speech a word lies.
        while at + 1 < len(voices) and (number + 0.5) * share >= before_ms + voices[at].length_ms:
            before_ms, at = before_ms + voices[at].length_ms, at + 1
        voice, start_ms = voices[at], voices[at].start_ms + number * share - before_ms
        start = max(voice.start_ms, round(start_ms), words[-1].end_ms if words else 0)
        words.append(Word(text, start, max(start + 1, min(voice.end_ms, round(start_ms + share)))))
    return tuple(words)


def has_lost_its_way(timed: Sequence[Sequence[Word]], voices: Sequence[Span]) -> bool:
    """Whether an aligner's times for the sentences of a window can be true.

    One of the wrong language or with damaged weights squeezes words together, puts them where nobody speaks, or is no
    surer that a sound is a letter than if it had drawn lots among the letters.
    """
    if not all(_is_plausible(words) for words in timed):
        return True
    words = [word for sentence in timed for word in sentence]
    alone = sum(not common([Span(word.start_ms, word.end_ms)], voices) for word in words)
    scores = [word.confidence for word in words if word.confidence is not None]
    draws_lots = len(scores) >= _ENOUGH and fmean(scores) < _BY_CHANCE
    return alone > _ASTRAY * len(words) or draws_lots


def _segment(words: tuple[Word, ...], said: _Said) -> Segment:
    line = " ".join(word.text for word in words)
    return Segment(
        start_ms=words[0].start_ms,
        end_ms=words[-1].end_ms,
        text=line,
        words=words,
        avg_logprob=round(said.avg_logprob, 4),
        no_speech_prob=round(said.no_speech_prob, 4),
        compression_ratio=_compression(line),
    )


def _is_plausible(words: Sequence[Word]) -> bool:
    """Whether somebody could have said them in that time, and the times fall one after the other."""
    if len(words) < _ENOUGH:
        return True
    return (words[-1].end_ms - words[0].start_ms) / len(words) >= _QUICKEST_MS


def _is_timed(entry: Mapping[str, Any]) -> bool:
    start, end = entry.get("start"), entry.get("end")
    return start is not None and end is not None and float(start) == float(start) and float(end) == float(end)


def _span_of(sentence: Mapping[str, Any], window: Span) -> Span:
    start, end = sentence.get("start"), sentence.get("end")
    if start is None or end is None or float(start) != float(start) or float(end) != float(end):
        return window
    return Span(round(float(start) * 1000), round(float(end) * 1000))


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
            self.spans: list[Span] = []

        def __call__(self, audio: Mapping[str, Any], **_: Any) -> list[Span]:
            return self.spans

        @staticmethod
        def preprocess_audio(audio: Any) -> Any:
            return torch.from_numpy(audio)

        @staticmethod
        def merge_chunks(segments: list[Span], *_: Any, **__: Any) -> list[dict[str, Any]]:
            return [
                {"start": span.start_ms / 1000, "end": span.end_ms / 1000, "segments": [(span.start_ms, span.end_ms)]}
                for span in segments
            ]

    return GivenWindows()


def _set_up_libraries(offline: bool) -> None:
    """Settings that must stand before the first import: no telemetry, and no downloads unless wanted."""
    os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "0")
    if offline:
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
