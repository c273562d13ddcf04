"""``python -m services.transcriber``: turn recordings into captions until told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from services.transcriber.composing.compose import CaptionChoices
from services.transcriber.decoding.plan import SliceOptions
from services.transcriber.deps import TranscriberDeps
from services.transcriber.engines.diarize import DiarizationSpec, diarization_folder, usual_likeness
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.engines.sizing import MachineUse, fit
from services.transcriber.engines.values import DecodeOptions, EngineInfo, EngineSpec, OtherLanguages
from services.transcriber.gateways.summariser import Summariser, SummariserSettings
from services.transcriber.usecases.end_transcription import end_slice, end_transcription
from services.transcriber.usecases.finish_transcription import finish_transcription
from services.transcriber.usecases.plan_recording import plan_recording
from services.transcriber.usecases.prune_outputs import prune_outputs
from services.transcriber.usecases.tidy_work_storage import tidy_work_storage
from services.transcriber.usecases.transcribe_slice import transcribe_slice
from shared import metrics
from shared.db.leases import Lease
from shared.db.usable import require_usable
from shared.entry import read_settings, saying_why
from shared.errors import ArchivistError
from shared.jobs.task_lane import DoTask, TaskInHand
from shared.jobs.worker import Handler
from shared.lanes import Lane
from shared.languages import ENGLISH, as_text, require_language
from shared.quality import Thresholds
from shared.runtime import EngineInUse, Runtime, alive_while_starting, open_runtime, run_lanes, stay_idle
from shared.settings import Settings

log = logging.getLogger(__name__)


def engine_spec(settings: Settings) -> EngineSpec:
    """The speech engine that the settings ask for."""
    return EngineSpec(
        engine=settings.whisper_engine,
        model=settings.speech_model,
        device=settings.whisper_device,
        compute_type=settings.whisper_compute_type,
        batch_size=settings.whisper_batch_size,
        threads=settings.whisper_threads,
        cache_dir=str(settings.model_cache) if settings.model_cache else None,
        offline=settings.models_offline,
        align_model=as_text(settings.align_models),
        options=DecodeOptions(language=settings.usual_language, beam_size=settings.whisper_beam_size),
    )


def diarization_spec(settings: Settings, fitted: MachineUse | None = None) -> DiarizationSpec | None:
    """How speakers are told apart, on the device that slices are decoded on; None when the settings name no model."""
    if not settings.diarization_model:
        return None
    return DiarizationSpec(
        settings.diarization_model,
        likeness=settings.diarization_likeness or usual_likeness(settings.diarization_model),
        min_speakers=settings.diarization_min_speakers,
        max_speakers=settings.diarization_max_speakers,
        device=fitted.spec.device if fitted else settings.whisper_device,
        card=fitted.roomiest_card if fitted else "",
        offline=settings.models_offline,
        cache_dir=str(settings.model_cache) if settings.model_cache else None,
        token=settings.hugging_face_token.get_secret_value() if settings.hugging_face_token else None,
    )


def build_deps(settings: Settings, runtime: Runtime, client: httpx.AsyncClient) -> TranscriberDeps:
    """Everything the jobs need."""
    fitted = fit(engine_spec(settings), concurrency=settings.transcriber_concurrency)
    return TranscriberDeps(
        work=runtime.work,
        speech=SpeechPool(
            fitted.spec, fitted.concurrency, slots=fitted.slots, recycle_after=settings.child_recycle_slices
        ),
        work_root=settings.temp_directory.absolute(),
        output_root=settings.default_output_path.absolute(),
        slices=SliceOptions(target_ms=settings.slice_seconds * 1000, max_ms=settings.slice_seconds * 1500),
        slice_timeout_s=settings.slice_timeout,
        choices=CaptionChoices(
            profile=settings.caption_profile,
            start_tc=settings.caption_start_tc,
            thresholds=Thresholds(pass_score=settings.quality_threshold),
            include_summary=settings.include_summary,
            language=settings.default_language,
            other_languages=OtherLanguages(settings.other_languages),
        ),
        diarization=diarization_spec(settings, fitted),
        diarization_timeout_s=settings.diarization_timeout,
        summariser=summariser_of(settings, client),
        publish_policy=settings.default_publish_policy,
    )


def summariser_of(settings: Settings, client: httpx.AsyncClient) -> Summariser | None:
    """The language model that writes summaries in its own words; None when the settings name none."""
    if not settings.summary_api_url:
        return None
    key = settings.summary_api_key.get_secret_value() if settings.summary_api_key else None
    return Summariser(SummariserSettings(settings.summary_api_url, settings.summary_api_model, key), client)


def handlers(deps: TranscriberDeps) -> dict[Lane, Handler]:
    """What this worker does on its lanes."""

    def job(use_case: Callable[[Lease, TranscriberDeps], Awaitable[None]]) -> Callable[[Lease], Awaitable[None]]:
        return lambda lease: use_case(lease, deps)

    return {
        # A slice that no engine is free for is left to another worker, of which one may be idle.
        Lane.SLICE: Handler(job(transcribe_slice), end_slice, concurrency=deps.speech.size),
        # While speakers are told apart, which takes long, another meeting without that can be finished.
        Lane.FINISH: Handler(job(finish_transcription), end_transcription, concurrency=2 if deps.diarization else 1),
        Lane.PLAN: Handler(job(plan_recording), end_transcription, concurrency=1),
    }


def tasks(deps: TranscriberDeps) -> dict[str, DoTask]:
    """What this worker does besides."""

    async def tidy(_: TaskInHand) -> dict[str, Any]:
        return {"folders": await tidy_work_storage(deps)}

    async def prune(_: TaskInHand) -> dict[str, Any]:
        return {"versions": await prune_outputs(deps)}

    return {"tidy-work-storage": tidy, "prune-outputs": prune}


async def serve(settings: Settings) -> None:
    """Load the model first: one that is missing ends the start with a sentence, not the first job with a trace."""
    async with open_runtime("transcriber", settings) as runtime, httpx.AsyncClient() as client:
        await require_usable(runtime.engine)
        deps = build_deps(settings, runtime, client)
        try:
            with alive_while_starting(settings, "the speech model"):
                info = await deps.speech.check()
                _announce(info)
                _look_at_language(settings, info)
                await look_for_companions(settings, info, deps.diarization)
            await run_lanes(
                runtime,
                settings,
                handlers(deps),
                concurrency=deps.speech.size + 2,  # planning and finishing go on while every engine is busy
                facts=lambda: _facts(info),
                engine=EngineInUse(info.name, info.model, info.device),
                disk=deps.work_root,
                tasks=tasks(deps),
            )
        finally:
            await deps.speech.close()


async def wait_for_a_model(settings: Settings) -> None:
    """Recordings wait in the database meanwhile, and whoever looks finds one sentence instead of a crash."""
    async with open_runtime("transcriber", settings) as runtime:
        meaning = (
            "No speech model is chosen, so recordings wait for their captions: set WHISPER_MODEL in .env to a name,"
            " such as small.en (it is downloaded once), or to a folder, and start the transcriber again."
        )
        log.warning("model_not_chosen", extra={"fields": {"meaning": meaning}})
        await stay_idle(runtime, settings, "transcriber", "WHISPER_MODEL")


def _announce(info: EngineInfo) -> None:
    metrics.ENGINE_INFO.labels(info.name, info.model, info.device, str(info.is_demonstration).lower()).set(1)
    log.info("engine_ready", extra={"fields": {"engine": info.title, "memory_mib": info.memory_bytes // 2**20}})
    if info.is_demonstration:
        log.warning(
            "demonstration_model",
            extra={"fields": {"meaning": "its text is for trying Archivist out; set WHISPER_MODEL to a real model"}},
        )


def _look_at_language(settings: Settings, info: EngineInfo) -> None:
    """No end of the start: cities may have languages and models of their own. Each order is asked again."""
    try:
        require_language(settings.default_language, info.model, None if info.is_multilingual else ENGLISH)
    except ArchivistError as error:
        log.warning(
            "default_language_not_known", extra={"fields": {"meaning": f"DEFAULT_LANGUAGE and model: {error.message}"}}
        )


async def look_for_companions(settings: Settings, info: EngineInfo, diarization: DiarizationSpec | None) -> None:
    """One sentence now for each wish about words' times and speakers that cannot be met; captions are made anyway."""
    if info.passed_over:
        log.warning("whisperx_not_used", extra={"fields": {"meaning": info.passed_over}})
    elif settings.align_model and info.name != "whisperx":
        meaning = "ALIGN_MODEL is for WhisperX, and faster-whisper is used."
        log.warning("align_model_not_used", extra={"fields": {"meaning": meaning}})
    if diarization is not None:
        try:
            await asyncio.to_thread(diarization_folder, diarization)
        except ArchivistError as error:
            log.warning("speakers_not_told_apart", extra={"fields": {"code": error.code, "meaning": error.message}})


def _facts(info: EngineInfo) -> dict[str, Any]:
    return {"engine": info.title, "demonstration_model": info.is_demonstration}


def main() -> None:
    """Entry point."""
    settings = read_settings("transcriber")
    with saying_why("transcriber"):
        asyncio.run(serve(settings) if settings.speech_model else wait_for_a_model(settings))


if __name__ == "__main__":
    main()
