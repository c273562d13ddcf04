"""``python -m services.transcriber``: turn recordings into captions until told to stop."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from services.transcriber.compose import Choices
from services.transcriber.deps import TranscriberDeps
from services.transcriber.engines.values import EngineInfo, EngineSpec
from services.transcriber.plan import SliceOptions
from services.transcriber.sizing import suggest
from services.transcriber.speech import SpeechPool
from services.transcriber.usecases.end_transcription import end_slice, end_transcription
from services.transcriber.usecases.finish_transcription import finish_transcription
from services.transcriber.usecases.plan_recording import plan_recording
from services.transcriber.usecases.transcribe_slice import transcribe_slice
from shared import metrics
from shared.db.leases import Lease
from shared.entry import read_settings
from shared.errors import ArchivistError
from shared.jobs.lanes import Lane
from shared.jobs.worker import Handler
from shared.quality import Thresholds
from shared.runtime import Runtime, open_runtime, run_lanes
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
        align_model=settings.align_model,
    )


def build_deps(settings: Settings, runtime: Runtime) -> TranscriberDeps:
    """Everything the jobs need."""
    size = (
        settings.transcriber_concurrency or suggest("cuda" if settings.whisper_device == "cuda" else "cpu").concurrency
    )
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
    )


def handlers(deps: TranscriberDeps) -> dict[Lane, Handler]:
    """What this worker does on its lanes."""

    def job(use_case: Callable[[Lease, TranscriberDeps], Awaitable[None]]) -> Callable[[Lease], Awaitable[None]]:
        return lambda lease: use_case(lease, deps)

    return {
        Lane.SLICE: Handler(job(transcribe_slice), end_slice),
        Lane.FINISH: Handler(job(finish_transcription), end_transcription),
        Lane.PLAN: Handler(job(plan_recording), end_transcription),
    }


async def serve(settings: Settings) -> None:
    """Load the model first: one that is missing ends the start with a sentence, not the first job with a trace."""
    async with open_runtime("transcriber", settings) as runtime:
        deps = build_deps(settings, runtime)
        try:
            info = await deps.speech.check()
            _announce(info)
            await run_lanes(
                runtime,
                settings,
                handlers(deps),
                concurrency=deps.speech.size + 1,  # one more, so that planning goes on while every engine is busy
                facts=lambda: _facts(info),
            )
        finally:
            await deps.speech.close()


def _announce(info: EngineInfo) -> None:
    metrics.ENGINE_INFO.labels(info.name, info.model, info.device, str(info.is_demonstration).lower()).set(1)
    log.info("engine_ready", extra={"fields": {"engine": info.title, "memory_mib": info.memory_bytes // 2**20}})
    if info.is_demonstration:
        log.warning(
            "demonstration_model",
            extra={"fields": {"meaning": "its text is for trying Archivist out; set WHISPER_MODEL to a real model"}},
        )


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
