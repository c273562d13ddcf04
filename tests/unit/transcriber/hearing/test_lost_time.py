"""Lost time shows in the places of packets, where nothing else knows of time."""

import pytest

from services.transcriber.hearing.lost_time import Clockless, Signs, clockless, time_lost
from shared.quality.spans import Span

MP3 = Clockless(0, 1_728)
AVI = Clockless(1, None)


def mp3(*sizes: int) -> list[str]:
    """Frames of 24 ms, one after the other."""
    lines, place = [], 0
    for number, size in enumerate(sizes):
        lines.append(f"0,{number * 0.024:.6f},0.024000,{size},{place}")
        place += size
    return lines


def avi(holes: dict[int, int]) -> list[str]:
    """Two hundred seconds: each has a picture of 800 bytes and sound of 200; after some of them lie other bytes."""
    lines, place = [], 1_000
    for second in range(200):
        lines += [f"0,{second}.0,1.0,800,{place + 8}", f"1,{second}.0,1.0,200,{place + 816}"]
        place += 1_024 + holes.get(second, 0)
    return lines


def test_a_packet_that_no_frame_can_fill_has_bytes_of_lost_ones() -> None:
    (gone,) = time_lost(mp3(*[192] * 1_000, 19_392, *[192] * 1_000), MP3, Signs(), origin_s=0.0)

    assert gone.start_ms == 24_000
    assert gone.length_ms == 2_400


def test_the_largest_frames_of_a_quiet_recording_are_no_loss() -> None:
    assert time_lost(mp3(*[24] * 1_000, *[1_441] * 5, *[24] * 1_000), MP3, Signs(), origin_s=0.0) == ()


def test_pieces_of_one_loss_are_one() -> None:
    pieces = [5_000, 192, 9_000, 192, 6_000]

    assert len(time_lost(mp3(*[192] * 1_000, *pieces, *[192] * 1_000), MP3, Signs(), origin_s=0.0)) == 1


def test_what_is_skipped_without_a_trace_is_placed_where_the_decoder_complained() -> None:
    aac = Clockless(0, 777, skips_in_silence=True)

    (gone,) = time_lost(mp3(*[192] * 1_000), aac, Signs(0, 12_000, 1_250 * 192), origin_s=0.0)

    assert gone == Span(12_000, 18_000)


def test_an_avi_that_is_as_long_as_it_says_has_indexes_between_its_packets() -> None:
    holes = {100: 50_000}

    assert time_lost(avi(holes), AVI, Signs(missing_ms=0), origin_s=0.0) == ()
    (gone,) = time_lost(avi(holes), AVI, Signs(missing_ms=50_000), origin_s=0.0)
    assert gone == Span(101_000, 151_000)


def test_in_an_avi_no_more_is_gone_than_is_missing() -> None:
    gone = time_lost(avi({50: 30_000, 100: 10_000}), AVI, Signs(missing_ms=20_000), origin_s=0.0)

    assert [span.start_ms for span in gone] == [51_000, 101_000]
    assert [span.length_ms for span in gone] == pytest.approx([15_000, 5_000], abs=20)


def test_a_table_that_says_nothing_says_nothing() -> None:
    assert time_lost(["", "0,N/A,N/A,192,0", "nonsense"], MP3, Signs(5_000), origin_s=0.0) == ()


def test_only_tracks_that_count_bytes_are_looked_at() -> None:
    stream = {"index": 3, "codec_name": "aac", "channels": 2}

    assert clockless("mov,mp4,m4a,3gp,3g2,mj2", stream) is None
    assert clockless("aac", stream) == Clockless(3, 1_545, skips_in_silence=True)
    assert clockless("avi", stream) == Clockless(3, None)
