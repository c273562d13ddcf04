"""Running one file for a person at the terminal: choices from options and settings, a bar, and what came of it."""

import subprocess
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from services.console.telling import Teller
from services.transcriber.__main__ import diarization_spec
from services.transcriber.compose import Choices
from services.transcriber.engines.companions import USUAL_SPEAKERS
from services.transcriber.engines.values import EngineSpec
from services.transcriber.plan import SliceOptions
from services.transcriber.single import SingleOrder, SingleResult, transcribe_file, with_workers
from services.transcriber.sizing import suggest
from shared.captions import PROFILES
from shared.captions.timecode import parse
from shared.entry import read_settings
from shared.errors import InvalidInput, Unusable
from shared.media.commands import probe_command
from shared.media.probe import read_probe
from shared.meetings import Vocabulary, read_vocabulary
from shared.quality import Outcome, Thresholds, quality_summary
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Choice:
    """What was typed; None leaves it to the settings."""

    file: Path
    out: Path
    model: str | None
    engine: str | None
    language: str | None
    vocabulary: Path | None
    profile: str | None
    start_tc: str | None
    device: str | None
    workers: int
    speakers: bool = False


async def run_single(choice: Choice) -> int:
    """0 when the captions passed, 1 when a person should look."""
    settings = read_settings("transcribe")
    order = _order(choice, settings)
    with Teller() as teller:
        result = await transcribe_file(order, teller.step)
        teller.rest()
        _tell(result, teller)
    return 0 if result.composition.report.outcome is Outcome.COMPLETED else 1


def _order(choice: Choice, settings: Settings) -> SingleOrder:
    model = choice.model or settings.speech_model
    if not model:
        raise Unusable(
            "No speech model is chosen. Add --model with a name (small.en is downloaded once) or a folder;"
            " --model demo/model is the demonstration model, which understands only the demonstration.",
            code="model_not_chosen",
        )
    if choice.profile is not None and choice.profile not in PROFILES:
        raise InvalidInput(f"--profile is one of {', '.join(PROFILES)}.")
    start_tc = choice.start_tc or settings.caption_start_tc
    parse(start_tc)
    frame_rate, drop_frame = _picture(choice.file)
    device = choice.device or settings.whisper_device
    if choice.speakers and not settings.diarization_model:
        raise Unusable(
            "--speakers needs a model that tells voices apart: set DIARIZATION_MODEL to its folder or name, such as "
            f"{USUAL_SPEAKERS}.",
            code="diarization_model_missing",
        )
    size = suggest("cuda" if device == "cuda" else "cpu")
    diarization = diarization_spec(settings)
    spec = EngineSpec(
        engine=choice.engine or settings.whisper_engine,
        model=model,
        device=device,
        compute_type=settings.whisper_compute_type,
        batch_size=settings.whisper_batch_size,
        threads=settings.whisper_threads,
        cache_dir=str(settings.model_cache) if settings.model_cache else None,
        offline=settings.models_offline,
        align_model=settings.align_model,
    )
    return SingleOrder(
        media=choice.file.absolute(),
        out=choice.out.absolute(),
        spec=with_workers(spec, size.threads),
        choices=Choices(
            profile=choice.profile or settings.caption_profile,
            start_tc=start_tc,
            thresholds=Thresholds(pass_score=settings.quality_threshold),
            language=choice.language or settings.default_language,
            vocabulary=read_vocabulary(choice.vocabulary.read_text()) if choice.vocabulary else Vocabulary(),
        ),
        # Ten minutes is right for a meeting; a short file is shared out so that every worker has something to do.
        slices=SliceOptions(target_ms=settings.slice_seconds * 1000, max_ms=settings.slice_seconds * 1500),
        workers=choice.workers or size.concurrency,
        slice_timeout_s=settings.slice_timeout,
        frame_rate=frame_rate,
        drop_frame=drop_frame,
        diarization=replace(diarization, device=device) if choice.speakers and diarization else None,
        diarization_timeout_s=settings.diarization_timeout,
    )


def _picture(file: Path) -> tuple[Fraction | None, bool | None]:
    """Frame rate and kind of timecode, which decide how SCC labels are counted."""
    answer = subprocess.run(
        probe_command(str(file.absolute())), capture_output=True, text=True, timeout=60, check=False
    )
    if answer.returncode != 0:
        return None, None  # decoding will say in a sentence what is wrong with the file
    facts = read_probe(answer.stdout)
    return facts.frame_rate, facts.timecode.is_drop_frame if facts.timecode else None


def _tell(result: SingleResult, teller: Teller) -> None:
    if result.engine is not None:
        teller.say(f"Engine: {result.engine.title}")
    for warning in result.transcript.warnings:
        teller.say(warning)
    teller.say(quality_summary(result.composition.report).strip())
    for kind, path in result.files.items():
        teller.say(f"{kind:<11} {path}")
    if result.engine is not None and result.engine.is_demonstration:
        teller.say("The demonstration model was used: it understands only the demonstration's own sentences.")
