"""Reading what ffprobe and ffmpeg print."""

import json
from fractions import Fraction
from typing import Any

import pytest

from shared.errors import InvalidInput
from shared.media.probe import (
    SILENT,
    Volume,
    facts_as_json,
    facts_from_json,
    read_packets,
    read_probe,
    read_progress,
    read_volume,
)

VIDEO = {"index": 0, "codec_type": "video", "codec_name": "h264", "width": 1920, "height": 1080}
AUDIO = {"index": 1, "codec_type": "audio", "codec_name": "aac", "channels": 2, "sample_rate": "48000"}


def answer(*streams: dict[str, Any], **container: Any) -> str:
    return json.dumps({"format": {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", **container}, "streams": streams})


@pytest.mark.parametrize(
    ("name", "brand", "container"),
    [
        ("mov,mp4,m4a,3gp,3g2,mj2", "isom", "mp4"),
        ("mov,mp4,m4a,3gp,3g2,mj2", "qt  ", "mov"),
        ("mov,mp4,m4a,3gp,3g2,mj2", "M4A ", "m4a"),
        ("matroska,webm", "", "mkv"),
        ("asf", "", "wmv"),
        ("mpegts", "", "ts"),
        ("mpeg", "", "mpg"),
        ("flac", "", "flac"),
    ],
)
def test_containers_get_the_names_people_use(name: str, brand: str, container: str) -> None:
    assert container == read_probe(answer(format_name=name, tags={"major_brand": brand})).container


@pytest.mark.parametrize(
    ("average", "rate"),
    [
        ("30000/1001", Fraction(30000, 1001)),
        ("2997/100", Fraction(30000, 1001)),
        ("30/1", Fraction(30)),
        ("25/1", Fraction(25)),
        ("359/12", Fraction(359, 12)),
        ("0/0", None),
        ("0/1", None),
        ("nonsense", None),
    ],
)
def test_a_rate_is_exact_or_unknown(average: str, rate: Fraction | None) -> None:
    assert rate == read_probe(answer({**VIDEO, "avg_frame_rate": average})).frame_rate


def test_cover_art_is_no_picture() -> None:
    facts = read_probe(answer({**VIDEO, "disposition": {"attached_pic": 1}}, AUDIO))

    assert facts.video == ()
    assert facts.frame_rate is None


def test_picture_and_sound_each_have_their_own_start() -> None:
    facts = read_probe(answer({**VIDEO, "start_time": "1.400000"}, {**AUDIO, "start_time": "1.463"}))

    assert (facts.video[0].start_ms, facts.audio[0].start_ms) == (1400, 1463)


@pytest.mark.parametrize(("label", "is_drop"), [("01:00:00;00", True), ("00:59:59:29", False), ("10:00:00.02", True)])
def test_the_separator_before_the_frames_tells_drop_from_non_drop(label: str, is_drop: bool) -> None:
    facts = read_probe(answer(VIDEO, AUDIO, {"index": 2, "codec_type": "data", "tags": {"timecode": label}}))

    assert facts.timecode is not None
    assert facts.timecode.label == label
    assert facts.timecode.is_drop_frame is is_drop


def test_a_missing_length_is_taken_from_the_longest_stream_or_is_zero() -> None:
    assert read_probe(answer({**VIDEO, "duration": "9.5"}, {**AUDIO, "duration": "10.25"})).duration_ms == 10_250
    assert read_probe(answer(VIDEO, AUDIO, duration="N/A")).duration_ms == 0


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"format": {}}'])
def test_an_answer_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_probe(text)


def test_loudness_is_read_and_nothing_decoded_is_silence() -> None:
    assert read_volume("n_samples: 96000\nmean_volume: -21.1 dB\nmax_volume: -18.5 dB") == Volume(96000, -18.5)
    assert read_volume("n_samples: 96000\nmax_volume: -inf dB") == Volume(96000, SILENT.peak_db)
    assert read_volume("n_samples: 0") == SILENT
    assert read_volume("Invalid data found") == SILENT


def test_packet_times_and_progress_are_read_past_their_oddities() -> None:
    assert read_packets("0,7.000000\n1,6.9,\n1,N/A\n\n") == [(0, 7000), (1, 6900)]
    assert read_progress("out_time_us=1000000\nprogress=continue\nout_time_us=12034000\nprogress=end\n") == 12_034
    assert read_progress("out_time_us=N/A\n") == 0


def test_facts_survive_being_kept_as_json() -> None:
    timecode = {"index": 2, "codec_type": "data", "tags": {"timecode": "01:00:00;00"}}
    facts = read_probe(answer({**VIDEO, "avg_frame_rate": "30000/1001"}, AUDIO, timecode, duration="3600.5"))
    bare = read_probe(answer(AUDIO))

    for one in (facts, bare):
        assert facts_from_json({**json.loads(json.dumps(facts_as_json(one))), "peak_db": -3}) == one
