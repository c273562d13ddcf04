"""Asks ffprobe and ffmpeg whether a file is a complete recording with sound.

Cheap questions come first, and the answer to each is a verdict a person understands. A four-hour file costs a few
seconds: only its last seconds and some windows of sound are decoded, except when all of those are silent; then
everything is decoded, because a recording is not called silent on samples.
"""

import errno
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

from services.ingest.gateways.child import Finished, run
from services.ingest.sniff import HEAD_BYTES, is_text, judge_unreadable
from services.ingest.verdicts import Growing, Rejected, Valid, Verdict
from shared.faults import Fault, errno_in, fault_of, reading_error
from shared.media.ffmpeg_commands import measure_command, packets_command, probe_command, volume_command
from shared.media.probe import (
    AudioStream,
    MediaFacts,
    Volume,
    read_error,
    read_packets,
    read_probe,
    read_progress,
    read_volume,
)
from shared.storage.reading import reading_command, reading_time_s, require_read

SILENCE_PEAK_DB = -70.0
"""A peak below this is an unplugged input: the noise of an open analogue one lies well above."""
_TAIL_MS = 5_000
_END_TOLERANCE_MS = 3_000
_WINDOW_MS = 15_000
_WINDOWS = 8


NEEDS_NO_PROOF = frozenset({"too_large", "not_media"})
"""Verdicts that rest on what we saw ourselves and not on a program's failing."""


class _ReadError(Exception):
    """ffprobe spoke of an error of input: the drive's, or its own way of saying that bytes are wrong."""


@dataclass(frozen=True, slots=True)
class FfprobeInspector:
    """Inspects files by their absolute path; holds no state."""

    max_size_bytes: int = 0
    """0 for no limit."""
    timeout_s: float = 60.0
    """For each single question; whole-file passes get more, in proportion to the file."""

    async def inspect(self, path: str, size_bytes: int) -> Verdict:
        """Give the verdict on the file as it is now.

        Raises NotFound when it has gone and Temporary when the mount does not answer: neither says anything about the
        recording. A verdict against the file is one only after :meth:`prove`.
        """
        try:
            return await self._judge(path, size_bytes, was_read=False)
        except _ReadError:
            return await self.prove(path, size_bytes)

    async def prove(self, path: str, size_bytes: int) -> Verdict:
        """Read every byte once more, and then judge again: a drive that erred for a moment looks like wrong bytes."""
        read = await run(reading_command(path), timeout_s=self.timeout_s + reading_time_s(size_bytes))
        require_read(read.stdout)
        return await self._judge(path, size_bytes, was_read=True)

    async def _judge(self, path: str, size_bytes: int, *, was_read: bool) -> Verdict:
        if size_bytes == 0:
            return Growing("empty", "The file is empty.")
        if 0 < self.max_size_bytes < size_bytes:
            return Rejected("too_large", f"The file is larger than the limit of {self.max_size_bytes:,} bytes.")
        head = await self._head(path)
        if is_text(head):  # told at once: a thousand of them must not hold up a recording
            return judge_unreadable(head)
        probed = await run(probe_command(path), timeout_s=self.timeout_s)
        _require_file_system(probed, was_read=was_read)
        if probed.status:
            return judge_unreadable(head)
        facts = read_probe(probed.stdout)
        if not any(_is_decodable(stream) for stream in facts.audio):
            return Rejected("no_audio", "There is no sound track, so there is nothing to caption.")
        if not facts.duration_ms or "Estimating duration" in probed.stderr:
            facts = replace(facts, duration_ms=await self._measure(path, size_bytes))
        if not facts.duration_ms:
            return Growing("no_duration", "The file says nothing about its length: it was not finished.")
        return await self._end_missing(path, facts) or await self._sound(path, facts)

    async def _head(self, path: str) -> bytes:
        """The first bytes, read by a process that may hang in our place."""
        head = await run(["od", "-An", "-v", "-tx1", f"-N{HEAD_BYTES}", "--", path], timeout_s=self.timeout_s)
        if head.status:
            raise reading_error(errno_in(head.stderr))
        return bytes.fromhex(head.stdout)

    async def _measure(self, path: str, size_bytes: int) -> int:
        """Length of a container that does not say it (a live recording) or guesses, from its packets; 0 when it breaks
        off."""
        reading_s = size_bytes / 20_000_000
        measured = await run(measure_command(path), timeout_s=self.timeout_s + reading_s)
        if measured.status or "prematurely" in measured.stderr:
            return 0
        return read_progress(measured.stdout)

    async def _end_missing(self, path: str, facts: MediaFacts) -> Growing | None:
        """Read the last seconds and decode their sound; None when the file reaches as far as it says."""
        missing = Growing("tail_missing", "The last seconds cannot be read: still being written, or cut off.")
        start_ms = max(0, facts.duration_ms - _TAIL_MS)
        from_ms, end_ms = facts.start_ms + start_ms, facts.start_ms + facts.duration_ms
        listed = await run(packets_command(path, from_ms=from_ms), timeout_s=self.timeout_s)
        packets = read_packets(listed.stdout)
        if max((time for _, time in packets), default=0) < end_ms - _END_TOLERANCE_MS:
            return missing
        # Sound may end before the picture does: what has packets must decode, no more.
        audio = _decodable(facts)[0]
        promised_ms = max((time - from_ms for stream, time in packets if stream == audio.index), default=0)
        if promised_ms < _END_TOLERANCE_MS // 10:
            return None
        tail = await self._volume(path, audio, start_ms=start_ms, length_ms=_TAIL_MS)
        return None if tail.samples * 2 * 1000 >= promised_ms * audio.sample_rate * audio.channels else missing

    async def _sound(self, path: str, facts: MediaFacts) -> Valid | Rejected:
        """Find the first sound track on which anything is heard."""
        for audio in _decodable(facts):
            async for volume in self._listen(path, facts, audio):
                if volume.peak_db > SILENCE_PEAK_DB:
                    return Valid(facts, audio, volume.peak_db)
        tracks = "the sound track is" if len(facts.audio) == 1 else f"all {len(facts.audio)} sound tracks are"
        return Rejected("silent", f"Nothing is heard: {tracks} silent from beginning to end. Was the sound unplugged?")

    async def _listen(self, path: str, facts: MediaFacts, audio: AudioStream) -> AsyncIterator[Volume]:
        """Loudness window by window, and at last of everything."""
        for start_ms in _windows(facts.duration_ms):
            yield await self._volume(path, audio, start_ms=start_ms, length_ms=_WINDOW_MS)
        yield await self._volume(path, audio, seconds=facts.duration_ms // 1000)

    async def _volume(
        self, path: str, audio: AudioStream, *, start_ms: int = 0, length_ms: int | None = None, seconds: int = 0
    ) -> Volume:
        command = volume_command(path, stream=audio.index, start_ms=start_ms, length_ms=length_ms)
        # Sound decodes at hundreds of times its speed; a tenth of that is a slow mount, not a hung one.
        decoded = await run(command, timeout_s=self.timeout_s + seconds / 10)
        return read_volume(decoded.stderr)


def _windows(duration_ms: int) -> Iterator[int]:
    """Where to listen: evenly over the recording, and not at all in one that is quickly heard whole."""
    if duration_ms <= _WINDOWS * _WINDOW_MS:
        return
    step = (duration_ms - _WINDOW_MS) // (_WINDOWS - 1)
    # The middle first: beginnings are often silent slates.
    order = sorted(range(_WINDOWS), key=lambda window: abs(2 * window - _WINDOWS))
    yield from (window * step for window in order)


def _is_decodable(audio: AudioStream) -> bool:
    """A track that was announced but never written has no rate."""
    return audio.sample_rate > 0 and audio.channels > 0


def _decodable(facts: MediaFacts) -> list[AudioStream]:
    return [audio for audio in facts.audio if _is_decodable(audio)]


def _require_file_system(probed: Finished, *, was_read: bool) -> None:
    """Raise what the operating system said to ffprobe; nothing of it is said about the bytes.

    Only EIO may also be ffprobe's own word for wrong bytes, so it is believed until the file ``was_read`` whole.
    """
    number = read_error(probed.stdout) or errno_in(probed.stderr)
    if number == errno.EIO:
        if not was_read:
            raise _ReadError
    elif fault_of(number) in (Fault.GONE, Fault.MOUNT, Fault.SOMEBODY):
        raise reading_error(number)
