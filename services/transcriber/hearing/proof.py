"""Decodes a recording so that one error of its drive is never taken for the recording's own end, or for damage.

FFmpeg stops at a drive's error as at the end of a file, and says so only in words, if at all. So what failed or looks
short is done again, after every byte was read once more by ourselves, until two passes agree: then it is the file.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from services.transcriber.hearing.audio import DecodedAudio, DecodeLimits, TrackListener, decode_to_flac
from shared.children import tied
from shared.errors import Temporary, Unusable
from shared.faults import errno_in, waiting_error
from shared.storage.reading import reading_command, reading_time_s, require_read

_LOOKS_LIKE_DAMAGE = ("media_unreadable", "audio_undecodable", "no_audio")
_SHORT_MS = 1000
"""Sound that ends so long before the container does is looked at twice; most pictures and sounds end together."""
_PASSES = 3
_LIMITS = DecodeLimits()


def decode_proven(
    media: Path,
    out: Path,
    *,
    language: str,
    limits: DecodeLimits = _LIMITS,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    listener: TrackListener | None = None,
) -> DecodedAudio:
    """As :func:`~services.transcriber.hearing.audio.decode_to_flac`; what it raises or finds is the recording's own.

    Raises Temporary (``mount_trouble``, ``recording_away``, ``media_inconsistent`` ...) for what is not; uncounted.
    """

    def decode() -> DecodedAudio | Unusable:
        options = {"limits": limits, "on_progress": on_progress, "should_stop": should_stop, "listener": listener}
        try:
            return decode_to_flac(media, out, language=language, **options)  # type: ignore[arg-type]
        except Unusable as error:
            return error

    outcome = decode()
    for _ in range(_PASSES - 1):
        if not _is_doubtful(outcome):
            return _decoded_or_raised(outcome)
        _read_whole(media, out, should_stop)
        before, outcome = outcome, decode()
        if _agree(before, outcome):
            return _decoded_or_raised(outcome)
    out.unlink(missing_ok=True)
    raise Temporary(
        "The recording read differently each time: its mount does not answer properly.",
        code="media_inconsistent",
        outside=True,
    )


def _decoded_or_raised(outcome: DecodedAudio | Unusable) -> DecodedAudio:
    if isinstance(outcome, Unusable):
        raise outcome
    return outcome


def _agree(one: DecodedAudio | Unusable, other: DecodedAudio | Unusable) -> bool:
    if isinstance(one, Unusable) or isinstance(other, Unusable):
        return isinstance(one, Unusable) and isinstance(other, Unusable) and one.code == other.code
    return _outline(one) == _outline(other)


def _outline(found: DecodedAudio) -> tuple[object, ...]:
    return found.duration_ms, found.offset_ms, found.broken, found.gone


def _is_doubtful(outcome: DecodedAudio | Unusable) -> bool:
    if isinstance(outcome, Unusable):
        return outcome.code in _LOOKS_LIKE_DAMAGE
    is_short = outcome.container_ms is not None and outcome.duration_ms < outcome.container_ms - _SHORT_MS
    return is_short or errno_in(outcome.complaint or "") is not None


def _read_whole(media: Path, out: Path, should_stop: Callable[[], bool] | None) -> None:
    """Every byte once more; where that fails, nothing that was decoded stays behind."""
    try:
        require_read(_read(media, should_stop), waiting_error)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _read(media: Path, should_stop: Callable[[], bool] | None) -> str:
    ends_at = monotonic() + reading_time_s(media.stat().st_size)
    with subprocess.Popen(
        tied(reading_command(str(media))),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as child:
        try:
            while monotonic() < ends_at:
                if should_stop is not None and should_stop():
                    raise Temporary("Reading the recording was stopped.", code="stopped")
                try:
                    return child.communicate(timeout=0.5)[0]
                except subprocess.TimeoutExpired:
                    continue
        finally:
            child.kill()
    raise Temporary("Reading the recording takes too long; its mount may hang.", code="media_stalled", outside=True)
