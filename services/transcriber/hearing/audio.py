"""Sound of a recording: decoded once to 16 kHz mono FLAC in work storage, then read back in exact spans.

The recording is untrusted. ffmpeg runs as a child that may open local files only, through a closed list of containers
(so that no playlist can send it elsewhere), with a deadline, and it ends with us: its output is our pipe, and where
``setpriv`` exists the kernel kills it when we die. Samples stream through in small blocks, so memory does not depend
on length.

Time in the FLAC is media time (``media_time.py``): gaps in the audio's own timestamps are filled with silence, and an
audio track that begins after (or before) the first picture is padded (or trimmed), because captions are timed against
the picture.
"""

import contextlib
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import soundfile

from services.transcriber.hearing.channels import Downmix
from services.transcriber.hearing.damage import Damage, Reach, damage_in, lines_of, listing, with_mute_packets
from services.transcriber.hearing.levels import AudioLevels, LevelMeter
from services.transcriber.hearing.lost_time import Clockless, Signs, clockless, packets_command, time_lost
from services.transcriber.hearing.media_time import (
    Ask,
    MediaTime,
    container_end_s,
    has_sound_between,
    media_time,
    seconds,
    sound_is_over,
)
from services.transcriber.hearing.probing import (
    asking,
    first_line,
    guards,
    probe_media,
    rank_audio_streams,
    refuse_empty,
)
from services.transcriber.hearing.samples import RATE, Floats, Samples
from shared.children import tied
from shared.errors import RanShort, Temporary, Unusable
from shared.faults import errno_in
from shared.quality.spans import Span
from shared.storage.files import put_in_place

_BLOCK_BYTES = 2 * RATE * 4
_SHORT_S = 0.2
"""Sound that ends so much before its file is looked at more closely."""


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """How long decoding may take and how much it may produce."""

    timeout_s: float = 3600.0
    stall_s: float = 120.0
    """No sample for this long: the mount hangs."""
    max_duration_ms: int = 24 * 3_600_000
    """Decoding stops here; a broken timestamp must not fill the disk with silence."""
    refused_above_s: int | None = None
    """Longer sound is refused: at once if the container says so, else when that much has been decoded."""

    def refuse_above(self, length_ms: int) -> None:
        """Raise Unusable when there is more sound than is taken."""
        if self.refused_above_s is not None and length_ms > self.refused_above_s * 1000:
            raise Unusable(
                f"The sound is longer than {self.refused_above_s} s, which is the most that is taken here. Put long"
                " recordings on a mount.",
                code="audio_too_long",
            )


@dataclass(frozen=True, slots=True)
class DecodedAudio:
    """What decoding found."""

    duration_ms: int
    """Length of the FLAC, in media time."""
    container_ms: int | None
    """Length that the file promises for its sound, in media time; None when it promises nothing."""
    offset_ms: int
    """How much later than the first picture the audio begins; negative if earlier. Already applied to the FLAC."""
    stream_index: int
    levels: AudioLevels
    complaint: str | None = None
    """ffmpeg's first error line if it met one, or the first that speaks of the drive; the audio up to and around the
    damage is there."""
    heard_from_ms: int | None = None
    """Where in the FLAC the first sample lies that is not digital silence; None when none does."""
    cancelled_ms: int = 0
    """For how long the two channels cancelled each other, so that only one was listened to."""
    complaints: int = 0
    """At how many places ffmpeg met an error."""
    broken: tuple[Span, ...] = ()
    """Where an error took so much of the sound, in media time, that a word may be lost. Silence was put there."""
    gone: tuple[Span, ...] = ()
    """Where time is lost, in a file that knows none but the order of its bytes: each begins where the sound closes up,
    and is as long as what is gone. What follows comes that much earlier."""


class TrackListener(Protocol):
    """Hears samples while they are decoded."""

    def begin(self, stream_index: int) -> None:
        """Another track is decoded from now on."""
        ...

    def feed(self, samples: Samples) -> None:
        """Some seconds more of it; decoding waits for the return."""
        ...


def decode_to_flac(
    media: Path,
    out: Path,
    *,
    language: str = "eng",
    limits: DecodeLimits = DecodeLimits(),
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    listener: "TrackListener | None" = None,
) -> DecodedAudio:
    """Write the speech track of ``media`` to ``out`` by atomic replace and say what was found.

    Blocks for as long as decoding takes (about a second per ten minutes of media): call it in a thread.
    ``on_progress`` receives milliseconds decoded and those that the container promises, 0 if none; ``listener`` hears
    what is written. When ``should_stop`` turns true the work ends with ``Temporary`` and nothing is left behind. A
    track that is digitally silent is passed over for one that is not.

    Raises Unusable (``no_audio``, ``audio_too_long``, ``audio_undecodable``, ``media_empty``, ``media_unreadable``)
    or Temporary (``decode_timeout``, a RanShort; ``media_stalled``, ``work_storage_unwritable``, ``stopped``).
    """
    refuse_empty(media)
    probe = probe_media(media, limits.stall_s)
    container_ms = round(1000 * (seconds(probe["format"].get("duration")) or 0))
    limits.refuse_above(container_ms)
    candidates = rank_audio_streams(probe["streams"], language)
    if not candidates:
        raise Unusable("The recording has no audio track.", code="no_audio")
    best: DecodedAudio | None = None
    watch = _Watch(limits, on_progress, should_stop, container_ms, listener)
    for index in candidates[:4]:
        with _writing(out.parent):
            part = _new_part(out)
        try:
            found = _decode_stream(media, part, probe, index, watch)
            if best is None or found.levels.peak_dbfs > best.levels.peak_dbfs:
                with _writing(out.parent):
                    put_in_place(part, out)
                best = found
        finally:
            part.unlink(missing_ok=True)
        if not best.levels.is_silent:
            break
    assert best is not None
    return best


def read_span(flac: Path, start_ms: int, end_ms: int) -> Floats:
    """Samples from ``start_ms`` up to ``end_ms``, -1.0 to 1.0; shorter only where the file ends."""
    with soundfile.SoundFile(flac) as sound:
        first = min(max(0, start_ms) * RATE // 1000, sound.frames)
        last = min(end_ms * RATE // 1000, sound.frames)
        sound.seek(first)
        samples: Floats = sound.read(max(0, last - first), dtype="float32")
        return samples


def read_blocks(flac: Path, samples: int) -> Iterator[Floats]:
    """The whole file in order, ``samples`` at a time; the last block may be shorter."""
    with soundfile.SoundFile(flac) as sound:
        yield from sound.blocks(blocksize=samples, dtype="float32")


def duration_ms(flac: Path) -> int:
    """Length of a decoded file in milliseconds."""
    return int(soundfile.info(flac).frames) * 1000 // RATE


@dataclass
class _Watch:
    """Deadline, progress and stop wish of one decode."""

    limits: DecodeLimits
    on_progress: Callable[[int, int], None] | None
    should_stop: Callable[[], bool] | None
    container_ms: int
    listener: TrackListener | None = None

    def __post_init__(self) -> None:
        self._ends_at = time.monotonic() + self.limits.timeout_s

    def check(self) -> None:
        if self.should_stop is not None and self.should_stop():
            raise Temporary("Decoding was stopped.", code="stopped")
        if time.monotonic() > self._ends_at:
            raise RanShort("Decoding the recording took longer than allowed.", code="decode_timeout")

    def begin(self, stream_index: int) -> None:
        if self.listener is not None:
            self.listener.begin(stream_index)

    def wrote(self, samples: Samples, written: int) -> None:
        if self.listener is not None:
            self.listener.feed(samples)
        if self.on_progress is not None:
            self.on_progress(written * 1000 // RATE, self.container_ms)


def _decode_stream(media: Path, part: Path, probe: dict[str, Any], index: int, watch: _Watch) -> DecodedAudio:
    ask = asking(media, watch.limits.stall_s)
    time0 = media_time(probe, index, ask)
    origin = "STARTPTS" if time0.shift_s is None else f"({time0.shift_s:.6f})/TB"
    along = [] if time0.along is None else ["-map", f"0:{time0.along}", "-c", "copy", "-frames", "1", "-f", "null", "-"]
    stream = next(each for each in probe["streams"] if each["index"] == index)
    # Every frame of FLAC has a checksum, and all its encoders write it: wrong bytes are told instead of played.
    checked = ["-err_detect", "crccheck"] if stream.get("codec_name") == "flac" else []
    source, clock = [*guards(), *checked, "-i", f"file:{media}"], f"asetpts=PTS-{origin}"
    command = [
        "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", *source, "-map", f"0:{index}", "-vn", "-sn", "-dn",
        # async=1 fills and trims gaps in the timestamps; first_pts=0 does the same at the start.
        "-af", f"{clock},aresample={RATE}:async=1:first_pts=0",
        "-ac", "2" if stream.get("channels") == 2 else "1", "-ar", str(RATE),
        "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1", *along,
    ]  # fmt: skip
    meter = LevelMeter(RATE)
    downmix = Downmix() if stream.get("channels") == 2 else None
    watch.begin(index)
    with _writing(part.parent), tempfile.TemporaryFile() as complaints:
        samples = _stream_into_flac(command, part, downmix, meter, complaints, watch)
        complaint = _worst_line(complaints)
    if samples == 0:
        raise Unusable("The audio track cannot be decoded.", code="audio_undecodable", detail=complaint)
    length_ms, promised_ms = samples * 1000 // RATE, _promised_ms(probe, index, time0, samples, ask)
    offset_ms, damage, container = round(time0.offset_s * 1000), Damage(), probe["format"]
    if complaint or meter.has_hole():
        said = lines_of(listing(source, index, clock, along), watch.check, watch.limits.stall_s)
        reach = Reach(offset_ms, length_ms, promised_ms, is_gapless=container.get("format_name") == "flac")
        damage = with_mute_packets(
            damage_in(said, reach), lambda at: has_sound_between(index, *_clock_s(at, time0), ask)
        )
        complaint = complaint if errno_in(complaint) is not None else damage.drive or complaint
    track = clockless(str(container.get("format_name")), stream)
    signs = Signs(max(0, (promised_ms or 0) - length_ms), damage.first_ms, int(container.get("size") or 0))
    return DecodedAudio(
        duration_ms=length_ms,
        container_ms=promised_ms,
        offset_ms=offset_ms,
        stream_index=index,
        levels=meter.levels(),
        complaint=complaint or None,
        heard_from_ms=meter.heard_from_ms,
        cancelled_ms=downmix.cancelled_ms if downmix else 0,
        complaints=damage.places,
        broken=damage.broken,
        gone=() if track is None else _gone(media, track, signs, time0, watch),
    )


def _clock_s(span: Span, time0: MediaTime) -> tuple[float, float]:
    """The same stretch on the container's clock."""
    return time0.origin_s + span.start_ms / 1000, time0.origin_s + span.end_ms / 1000


def _gone(media: Path, track: Clockless, signs: Signs, time0: MediaTime, watch: _Watch) -> tuple[Span, ...]:
    if signs.first_error_ms is None and signs.missing_ms <= 1000 * _SHORT_S:
        return ()
    told = lines_of(packets_command(media, track), watch.check, watch.limits.stall_s)
    return time_lost(told, track, signs, origin_s=time0.origin_s)


def _promised_ms(probe: dict[str, Any], index: int, time0: MediaTime, samples: int, ask: Ask) -> int | None:
    """How long the sound should be. Pictures that go on after it promise nothing about it."""
    end_s = container_end_s(probe)
    if end_s is None:
        return None
    decoded_s = samples / RATE
    is_short = decoded_s < end_s - time0.origin_s - _SHORT_S
    if is_short and sound_is_over(probe, index, time0.origin_s + decoded_s, ask):
        return samples * 1000 // RATE
    return max(0, round(1000 * (end_s - time0.origin_s)))


def _stream_into_flac(
    command: list[str],
    part: Path,
    downmix: Downmix | None,
    meter: LevelMeter,
    complaints: IO[bytes],
    watch: _Watch,
) -> int:
    """Samples written. ffmpeg's exit status is not asked: a broken tail makes it fail after all that could be had."""
    written = 0
    with (
        soundfile.SoundFile(part, "w", samplerate=RATE, channels=1, format="FLAC", subtype="PCM_16") as flac,
        subprocess.Popen(
            tied(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            # A terminal's Ctrl-C would make ffmpeg end its output early, which looks like the recording's own end.
            process_group=0,
        ) as child,
    ):
        try:
            for samples in _metered(_mono(_pcm_blocks(child, watch), downmix), meter, watch):
                flac.write(samples)
                written += len(samples)
                watch.wrote(samples, written)
        finally:
            child.kill()
    return written


def _mono(blocks: Iterator[Samples], downmix: Downmix | None) -> Iterator[Samples]:
    if downmix is None:
        yield from blocks
        return
    for block in blocks:
        yield downmix.feed(block)
    yield downmix.rest()


def _metered(blocks: Iterator[Samples], meter: LevelMeter, watch: _Watch) -> Iterator[Samples]:
    """The blocks, up to the longest length that is taken."""
    most, taken = watch.limits.max_duration_ms * RATE // 1000, 0
    for block in blocks:
        kept = block[: most - taken]
        meter.feed(kept)
        taken += len(kept)
        watch.limits.refuse_above(taken * 1000 // RATE)
        yield kept
        if taken >= most:
            return


def _pcm_blocks(child: subprocess.Popen[bytes], watch: _Watch) -> Iterator[Samples]:
    assert child.stdout is not None
    pipe = child.stdout.fileno()
    held = bytearray()
    heard_at = time.monotonic()
    while True:
        watch.check()
        ready, _, _ = select.select([pipe], [], [], 1.0)
        if not ready:
            if time.monotonic() - heard_at > watch.limits.stall_s:
                raise Temporary(
                    "The recording stopped delivering data; its mount may hang.", code="media_stalled", outside=True
                )
            continue
        heard_at = time.monotonic()
        read = os.read(pipe, _BLOCK_BYTES)
        held += read
        if len(held) >= _BLOCK_BYTES or (not read and len(held) >= 2):
            whole = len(held) // 2 * 2
            yield np.frombuffer(bytes(held[:whole]), dtype="<i2")
            del held[:whole]
        if not read:
            return


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, soundfile.SoundFileError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise Temporary(
            f"Work storage {folder} cannot be written ({reason}). Free some space there, or look at its permissions;"
            " the recording waits.",
            code="work_storage_unwritable",
            retry_after_s=60,
            outside=True,
        ) from error


def _new_part(out: Path) -> Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", suffix=".part", delete=False) as handle:
        return Path(handle.name)


def _worst_line(complaints: IO[bytes]) -> str:
    """The first error line, unless a later one speaks of the drive; the end is where ffmpeg stopped."""
    complaints.seek(0)
    text = complaints.read(4000)
    complaints.seek(max(complaints.seek(0, os.SEEK_END) - 4000, len(text)))
    lines = (text + complaints.read()).decode("utf-8", "replace").splitlines()
    return next((line.strip()[:300] for line in lines if errno_in(line) is not None), first_line("\n".join(lines)))
