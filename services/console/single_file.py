"""What is ordered for a file of somebody's own: options that were typed, then the settings, then what fits the machine.

The settings are the service's, so that a file by itself is worked on as a station's recording would be.
"""

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from services.console.caption_files import content_of
from services.console.paths import DEMONSTRATION_MODEL
from services.transcriber.__main__ import diarization_spec, engine_spec
from services.transcriber.composing.compose import FILE_NAMES, CaptionChoices
from services.transcriber.decoding.plan import SliceOptions
from services.transcriber.engines.companions import USUAL_SPEAKERS
from services.transcriber.engines.diarize import DiarizationSpec
from services.transcriber.engines.sizing import Machine, MachineUse, fit
from services.transcriber.engines.speech_models import from_here, model_languages
from services.transcriber.engines.values import EngineSpec, OtherLanguages
from services.transcriber.single import SingleOrder
from shared.captions import PROFILES
from shared.captions.encoding import decode
from shared.captions.timecode import parse
from shared.errors import InvalidInput, Unusable
from shared.languages import AUTO, language_code, require_language
from shared.media.ffmpeg_commands import probe_command
from shared.media.probe import MediaFacts, read_probe
from shared.meetings import Vocabulary, read_vocabulary
from shared.quality import Thresholds
from shared.settings import Settings

_NOWHERE = Path()
_ALWAYS = ("quality", "manifest")
FORMATS = tuple(kind for kind in FILE_NAMES if kind not in _ALWAYS)
"""What can be asked for; the report and the manifest are always written."""


@dataclass(frozen=True, slots=True)
class TypedOptions:
    """What was typed; None leaves it to the settings, as zero does."""

    model: str | None = None
    engine: str | None = None
    language: str | None = None
    vocabulary: Path | None = None
    profile: str | None = None
    start_tc: str | None = None
    device: str | None = None
    workers: int = 0
    speakers: bool = False
    summary: bool | None = None
    formats: tuple[str, ...] = ()
    compute_type: str | None = None
    batch_size: int = 0
    threads: int = 0
    beam_size: int = 0


def order_for(
    choice: TypedOptions,
    settings: Settings,
    machine: Machine | None = None,
    *,
    media: Path = _NOWHERE,
    out: Path = _NOWHERE,
) -> SingleOrder:
    """What was typed, completed by the settings and by what fits this machine, or the one given.

    Whoever has several files replaces ``media`` and ``out``.
    """
    if choice.profile is not None and choice.profile not in PROFILES:
        raise InvalidInput(f"--profile is one of {', '.join(PROFILES)}.")
    start_tc = choice.start_tc or settings.caption_start_tc
    parse(start_tc)
    spec = _spec(choice, settings)
    language = language_code(choice.language) if choice.language else settings.default_language
    require_language(language, spec.model, model_languages(spec.model))
    prepared_for = settings.usual_language if language == AUTO else language
    spec = replace(spec, options=replace(spec.options, language=prepared_for))
    fitted = fit(spec, concurrency=choice.workers or settings.transcriber_concurrency, machine=machine)
    formats = _formats(choice.formats)
    return SingleOrder(
        media=media,
        out=out,
        spec=fitted.spec,
        choices=CaptionChoices(
            profile=choice.profile or settings.caption_profile,
            start_tc=start_tc,
            thresholds=Thresholds(pass_score=settings.quality_threshold),
            include_summary=settings.include_summary if choice.summary is None else choice.summary,
            language=language,
            other_languages=OtherLanguages(settings.other_languages),
            vocabulary=_vocabulary(choice.vocabulary) if choice.vocabulary else Vocabulary(),
        ),
        # The service's own length, so that a file gets the same captions everywhere.
        slices=SliceOptions(target_ms=settings.slice_seconds * 1000, max_ms=settings.slice_seconds * 1500),
        workers=fitted.concurrency,
        slots=fitted.slots,
        slice_timeout_s=settings.slice_timeout,
        diarization=_diarization(settings, fitted) if choice.speakers else None,
        diarization_timeout_s=settings.diarization_timeout,
        formats=formats,
    )


def _diarization(settings: Settings, fitted: MachineUse) -> DiarizationSpec | None:
    """By the settings' model; where none is chosen and speakers are asked for, by the one that needs no account."""
    model = settings.diarization_model or USUAL_SPEAKERS
    return diarization_spec(settings.model_copy(update={"diarization_model": model}), fitted)


def _spec(choice: TypedOptions, settings: Settings) -> EngineSpec:
    spec = engine_spec(settings)
    model = choice.model or spec.model
    if not model:
        raise Unusable(
            "No speech model is chosen. Add --model with a name (small.en is downloaded once) or a folder;"
            " --model demo/model is the demonstration model, which understands only the demonstration.",
            code="model_not_chosen",
        )
    if model == "demo/model" and not Path(model).is_dir():  # typed as we say it, in another folder than ours
        model = str(DEMONSTRATION_MODEL)
    return replace(
        spec,
        engine=choice.engine or spec.engine,
        model=from_here(model),
        device=choice.device or spec.device,
        compute_type=choice.compute_type or spec.compute_type,
        batch_size=choice.batch_size or spec.batch_size,
        threads=choice.threads or spec.threads,
        options=replace(spec.options, beam_size=choice.beam_size or spec.options.beam_size),
    )


def _formats(typed: tuple[str, ...]) -> frozenset[str] | None:
    wanted = {part.strip().lower() for one in typed for part in one.split(",") if part.strip()}
    unknown = sorted(wanted - {*FORMATS, *_ALWAYS, "all"})
    if unknown:
        raise InvalidInput(
            f"There is no format {unknown[0]!r}; --output-format takes all, {', '.join(FORMATS)}.", code="bad_format"
        )
    return None if not wanted or "all" in wanted else frozenset(wanted)


def _vocabulary(file: Path) -> Vocabulary:
    try:
        text, _ = decode(content_of(file, "vocabulary"))
        return read_vocabulary(text)
    except InvalidInput as error:
        message = error.message if str(file) in error.message else f"{file}: {error.message}"
        raise InvalidInput(message, code=error.code) from error


def facts_of(media: Path) -> MediaFacts | None:
    """Frame rate, timecode and length; None where decoding will say in a sentence what is wrong with the file."""
    try:
        answer = subprocess.run(probe_command(str(media)), capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return None
    return read_probe(answer.stdout.decode("utf-8", "replace")) if answer.returncode == 0 else None


def with_picture(order: SingleOrder, facts: MediaFacts | None) -> SingleOrder:
    """The order with the frame rate and kind of timecode that decide how SCC labels are counted."""
    if facts is None:
        return order
    return replace(
        order,
        frame_rate=facts.frame_rate,
        drop_frame=facts.timecode.is_drop_frame if facts.timecode else None,
    )
