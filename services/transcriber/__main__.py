"""``python -m services.transcriber``: turn recordings into captions until told to stop."""

import asyncio
import importlib.util
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from services.transcriber.compose import Choices
from services.transcriber.deps import TranscriberDeps
from services.transcriber.engines.companions import Companion, find_companion
from services.transcriber.engines.diarize import DiarizationSpec, diarization_folder
from services.transcriber.engines.values import EngineInfo, EngineSpec
from services.transcriber.gateways.summariser import Summariser, SummariserSettings
from services.transcriber.plan import SliceOptions
from services.transcriber.sizing import suggest, this_machine
from services.transcriber.speech import SpeechPool
from services.transcriber.usecases.end_transcription import end_slice, end_transcription
from services.transcriber.usecases.finish_transcription import finish_transcription
from services.transcriber.usecases.plan_recording import plan_recording
from services.transcriber.usecases.tidy_work_storage import tidy_work_storage
from services.transcriber.usecases.transcribe_slice import transcribe_slice
from shared import metrics
from shared.db.leases import Lease
from shared.db.session import DATABASE_TROUBLE
from shared.entry import read_settings
from shared.errors import ArchivistError
from shared.jobs.lanes import Lane
from shared.jobs.worker import Handler
from shared.quality import Thresholds
from shared.runtime import Runtime, open_runtime, run_lanes
from shared.settings import Settings

log = logging.getLogger(__name__)

_TIDY_S = 600.0


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
        align_model=settings.align_model,
    )


def diarization_spec(settings: Settings) -> DiarizationSpec | None:
    """How speakers are told apart; None when the settings name no model for it."""
    if not settings.diarization_model:
        return None
    return DiarizationSpec(
        settings.diarization_model,
        device=settings.whisper_device,
        offline=settings.models_offline,
        cache_dir=str(settings.model_cache) if settings.model_cache else None,
        token=settings.hugging_face_token.get_secret_value() if settings.hugging_face_token else None,
    )


def build_deps(settings: Settings, runtime: Runtime, client: httpx.AsyncClient) -> TranscriberDeps:
    """Everything the jobs need."""
    machine = this_machine()
    has_gpu = machine.gpu_memory_bytes > 0 and settings.whisper_device == "auto"
    device = "cuda" if has_gpu or settings.whisper_device == "cuda" else "cpu"
    size = settings.transcriber_concurrency or suggest(device, machine).concurrency
    return TranscriberDeps(
        work=runtime.work,
        speech=SpeechPool(engine_spec(settings), size, recycle_after=settings.child_recycle_slices),
        work_root=settings.temp_directory.absolute(),
        output_root=settings.default_output_path.absolute(),
        slices=SliceOptions(target_ms=settings.slice_seconds * 1000, max_ms=settings.slice_seconds * 1500),
        slice_timeout_s=settings.slice_timeout,
        choices=Choices(
            profile=settings.caption_profile,
            start_tc=settings.caption_start_tc,
            thresholds=Thresholds(pass_score=settings.quality_threshold),
            include_summary=settings.include_summary,
            language=settings.default_language,
        ),
        diarization=diarization_spec(settings),
        diarization_timeout_s=settings.diarization_timeout,
        summariser=_summariser(settings, client),
    )


def _summariser(settings: Settings, client: httpx.AsyncClient) -> Summariser | None:
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
        Lane.SLICE: Handler(job(transcribe_slice), end_slice, abreast=deps.speech.size),
        # While speakers are told apart, which takes long, another meeting without that can be finished.
        Lane.FINISH: Handler(job(finish_transcription), end_transcription, abreast=2 if deps.diarization else 1),
        Lane.PLAN: Handler(job(plan_recording), end_transcription, abreast=1),
    }


async def serve(settings: Settings) -> None:
    """Load the model first: one that is missing ends the start with a sentence, not the first job with a trace."""
    async with open_runtime("transcriber", settings) as runtime, httpx.AsyncClient() as client:
        deps = build_deps(settings, runtime, client)
        tidying = asyncio.create_task(_keep_tidy(deps), name="tidy")
        try:
            info = await deps.speech.check()
            _announce(info)
            await look_for_companions(settings, info.name, deps.diarization)
            await run_lanes(
                runtime,
                settings,
                handlers(deps),
                concurrency=deps.speech.size + 2,  # planning and finishing go on while every engine is busy
                facts=lambda: _facts(info),
            )
        finally:
            tidying.cancel()
            await asyncio.gather(tidying, return_exceptions=True)
            await deps.speech.close()


async def _keep_tidy(deps: TranscriberDeps) -> None:
    while True:
        try:
            await tidy_work_storage(deps)
        except DATABASE_TROUBLE as error:
            log.warning("work_storage_not_tidied", extra={"fields": {"error": repr(error)}})
        await asyncio.sleep(_TIDY_S)


def _announce(info: EngineInfo) -> None:
    metrics.ENGINE_INFO.labels(info.name, info.model, info.device, str(info.is_demonstration).lower()).set(1)
    log.info("engine_ready", extra={"fields": {"engine": info.title, "memory_mib": info.memory_bytes // 2**20}})
    if info.is_demonstration:
        log.warning(
            "demonstration_model",
            extra={"fields": {"meaning": "its text is for trying Archivist out; set WHISPER_MODEL to a real model"}},
        )


async def look_for_companions(settings: Settings, engine: str, diarization: DiarizationSpec | None) -> None:
    """One sentence now for each wish about words' times and speakers that cannot be met; captions are made anyway."""
    if settings.align_model and engine != "whisperx":
        log.warning("align_model_not_used", extra={"fields": {"meaning": _why_not_aligned(settings)}})
    if diarization is not None:
        try:
            await asyncio.to_thread(diarization_folder, diarization)
        except ArchivistError as error:
            log.warning("speakers_not_told_apart", extra={"fields": {"code": error.code, "meaning": error.message}})


def _why_not_aligned(settings: Settings) -> str:
    if settings.whisper_engine == "faster-whisper" or importlib.util.find_spec("whisperx") is None:
        return "ALIGN_MODEL is for WhisperX, and faster-whisper is used."
    try:
        cache = settings.model_cache
        find_companion(Companion.ALIGN, settings.align_model, cache_dir=cache, offline=True)
    except ArchivistError as error:
        return error.message
    return f"The alignment model {settings.align_model} could not be loaded, so faster-whisper is used."


def _facts(info: EngineInfo) -> dict[str, Any]:
    return {"engine": info.title, "demonstration_model": info.is_demonstration}


def main() -> None:
    """Entry point."""
    settings = read_settings("transcriber")
    if not settings.speech_model:
        print(
            "transcriber: no speech model is chosen. Set WHISPER_MODEL to a model's name (it is downloaded) or to a"
            " folder; demo/model is the demonstration model.",
            file=sys.stderr,
        )
        raise SystemExit(2)
    try:
        asyncio.run(serve(settings))
    except ArchivistError as error:
        print(f"transcriber: {error.message}", file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
