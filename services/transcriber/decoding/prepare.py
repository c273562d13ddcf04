"""From a recording to a plan: decode the sound once, hear where somebody speaks, cut it into slices."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from services.transcriber.decoding.plan import SliceOptions, SliceSpan, plan_slices
from services.transcriber.engines.values import SliceResult
from services.transcriber.hearing.audio import DecodedAudio, DecodeLimits
from services.transcriber.hearing.levels import AudioLevels
from services.transcriber.hearing.listen import FoundLanguage, Heard, HeardLanguage
from services.transcriber.hearing.live_listener import LiveListener
from services.transcriber.hearing.proof import decode_proven
from services.transcriber.hearing.vad import DEFAULT_VAD, VadOptions
from shared.captions.model import Sound, SoundKind
from shared.quality.spans import Span, clipped

_LIMITS = DecodeLimits()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything speech work needs to know about a recording; survives as JSON in the transcription's row."""

    decoded: DecodedAudio
    heard: Heard
    slices: tuple[SliceSpan, ...]

    def in_language(self, found: FoundLanguage | None) -> "Prepared":
        """The same with what was found out about the language."""
        return replace(self, heard=replace(self.heard, language=found))


def prepare(
    media: Path,
    flac: Path,
    *,
    language: str,
    slices: SliceOptions,
    limits: DecodeLimits = _LIMITS,
    vad: VadOptions = DEFAULT_VAD,
    on_progress: Callable[[float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Prepared:
    """Decode ``media`` into ``flac``, hearing it meanwhile, and plan the work. Blocks: call it in a thread.

    ``on_progress`` receives 0 to 1. Raises what
    :func:`~services.transcriber.hearing.proof.decode_proven` raises, and then leaves nothing behind.
    """

    def told(done_ms: int, of_ms: int) -> None:
        if on_progress is not None and of_ms > 0:
            on_progress(min(1.0, done_ms / of_ms))

    with LiveListener(vad, should_stop=should_stop) as listener:
        decoded = decode_proven(
            media,
            flac,
            language=language,
            limits=limits,
            on_progress=told,
            should_stop=should_stop,
            listener=listener,
        )
        try:
            heard = listener.heard(decoded.stream_index)
        except BaseException:
            flac.unlink(missing_ok=True)
            raise
    if on_progress is not None:
        on_progress(1.0)
    decoded = replace(decoded, levels=decoded.levels.knowing(heard.speech_dbfs, heard.pause_dbfs))
    return Prepared(decoded, heard, plan_slices(heard.speech, heard.duration_ms, slices.for_length(heard.duration_ms)))


def plan_as_json(prepared: Prepared) -> dict[str, Any]:
    """For the transcription's ``plan`` column."""
    return {
        "decoded": asdict(prepared.decoded),
        "duration_ms": prepared.heard.duration_ms,
        "speech": [[span.start_ms, span.end_ms] for span in prepared.heard.speech],
        "sounds": [[sound.kind.value, sound.start_ms, sound.end_ms] for sound in prepared.heard.sounds],
        "language": asdict(prepared.heard.language) if prepared.heard.language else None,
        "doubted": [[span.start_ms, span.end_ms] for span in prepared.heard.doubted],
    }


def plan_from_json(plan: Mapping[str, Any], slices: Iterable[tuple[int, int]] = ()) -> Prepared:
    """What :func:`plan_as_json` wrote, with the slices as far as they are known: they are kept elsewhere."""
    kept = plan["decoded"]
    broken, gone = (tuple(Span(*span) for span in kept.get(name, ())) for name in ("broken", "gone"))
    decoded = DecodedAudio(**{**kept, "levels": AudioLevels(**kept["levels"]), "broken": broken, "gone": gone})
    heard = Heard(
        plan["duration_ms"],
        tuple(Span(start, end) for start, end in plan["speech"]),
        tuple(Sound(SoundKind(kind), start, end) for kind, start, end in plan["sounds"]),
        language=_language(plan.get("language")),
        doubted=tuple(Span(start, end) for start, end in plan.get("doubted", ())),  # the release before has none
    )
    spans = tuple(SliceSpan(number, start, end, ()) for number, (start, end) in enumerate(slices))
    return Prepared(decoded, heard, spans)


def _language(kept: Mapping[str, Any] | None) -> FoundLanguage | None:
    if kept is None:
        return None
    return FoundLanguage(kept["code"], kept["probability"], tuple(HeardLanguage(**place) for place in kept["places"]))


def nothing_said(language: str) -> SliceResult:
    """The result of a slice in which nobody speaks: no engine is needed for it."""
    return SliceResult((), (), (), (), (), language, 0, 0, 0)


def speech_of_slice(speech: Sequence[Span], start_ms: int, end_ms: int) -> tuple[Span, ...]:
    """The speech inside a slice, counted from the slice's start."""
    return tuple(span.moved(-start_ms) for span in clipped(speech, start_ms, end_ms))
