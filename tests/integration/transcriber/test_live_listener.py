# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""Listening while the sound is decoded hears what listening to the finished file hears, and ends when it has to."""

import subprocess
import threading

import numpy as np
import pytest

from services.transcriber.decoding.plan import SliceOptions
from services.transcriber.decoding.prepare import prepare
from services.transcriber.hearing.audio import decode_to_flac
from services.transcriber.hearing.listen import listen
from services.transcriber.hearing.live_listener import LiveListener
from shared.errors import Temporary, Unusable


def _alive() -> int:
    return sum(thread.name == "live-listener" for thread in threading.enumerate())


def test_what_is_heard_while_decoding_is_what_the_file_holds(meeting, tmp_path) -> None:
    shares: list[float] = []

    prepared = prepare(
        meeting.media, tmp_path / "a.flac", language="en", slices=SliceOptions(), on_progress=shares.append
    )

    assert prepared.heard == meeting.heard
    assert (tmp_path / "a.flac").read_bytes() == meeting.flac.read_bytes()
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert shares[-1] == 1.0
    assert _alive() == 0


def test_of_two_tracks_the_one_that_is_kept_is_the_one_that_was_heard(meeting, tmp_path) -> None:
    media = tmp_path / "silent-first.mkv"
    silence = ["-f", "lavfi", "-t", "40", "-i", "anullsrc=r=16000:cl=mono"]
    subprocess.run(
        ["ffmpeg", "-v", "error", *silence, "-t", "40", "-i", meeting.media, "-map", "0:a", "-map", "1:a", media],
        stdin=subprocess.DEVNULL,
        check=True,
    )

    prepared = prepare(media, tmp_path / "a.flac", language="en", slices=SliceOptions())

    assert prepared.decoded.stream_index == 1
    assert prepared.heard == listen(tmp_path / "a.flac")
    assert prepared.heard.speech
    assert _alive() == 0


@pytest.mark.parametrize("when", ["while it is decoded", "when only listening is left"])
def test_a_stop_wish_ends_decoding_and_listening(meeting, tmp_path, when: str) -> None:
    flac = tmp_path / "a.flac"
    shares: list[float] = []
    has_begun = {"while it is decoded": lambda: bool(shares), "when only listening is left": flac.exists}[when]

    with pytest.raises(Temporary) as stopped:
        prepare(
            meeting.media,
            flac,
            language="en",
            slices=SliceOptions(),
            on_progress=shares.append,
            should_stop=has_begun,
        )

    assert stopped.value.code == "stopped"
    assert _alive() == 0
    assert list(tmp_path.iterdir()) == []


def test_trouble_with_the_recording_ends_the_listening_too(tmp_path) -> None:
    media = tmp_path / "picture.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=duration=1:size=64x48", str(media)],
        check=True,
    )

    with pytest.raises(Unusable) as refused:
        prepare(media, tmp_path / "a.flac", language="en", slices=SliceOptions())

    assert refused.value.code == "no_audio"
    assert _alive() == 0


def test_trouble_with_listening_ends_the_decoding_with_its_reason(meeting, tmp_path) -> None:
    def refuse() -> bool:
        if threading.current_thread().name == "live-listener":
            raise MemoryError("no room to listen")
        return False

    with pytest.raises(MemoryError, match="no room"), LiveListener(should_stop=refuse) as listener:
        decoded = decode_to_flac(meeting.media, tmp_path / "a.flac", listener=listener)
        listener.heard(decoded.stream_index)

    assert _alive() == 0


def test_decoding_waits_for_a_listener_that_is_far_behind(tmp_path) -> None:
    """Ten hours must not pile up in memory."""
    gate = threading.Event()

    def slow() -> bool:
        gate.wait()
        return False

    fed = 0
    with LiveListener(should_stop=slow) as listener:
        listener.begin(0)

        def feed() -> None:
            nonlocal fed
            for _ in range(200):
                listener.feed(np.zeros(64_000, np.int16))
                fed += 1

        feeding = threading.Thread(target=feed)
        feeding.start()
        feeding.join(1.0)
        waited = fed
        gate.set()
        feeding.join()
        heard = listener.heard(0)

    assert waited < 70
    assert fed == 200
    assert heard.duration_ms == 200 * 4_000
