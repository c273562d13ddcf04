"""New captions replace one service of a video; CC1 to CC4 and CEA-708 of others come through, in real containers."""

import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from services.console.gateways.containers import carrier, framing_of, muxer, muxer_options, opened, route
from services.console.gateways.embedding import EmbedChoices, embed_captions
from services.console.gateways.extraction import extract_captions, pictures_in, words_in
from services.console.gateways.subtitling import caption_track
from shared.captions import Cue, SccOptions, read_scc, write_scc
from shared.captions.codes import Channel
from shared.captions.sei import carried, user_data
from shared.errors import Unusable
from tests.integration.embed.test_embedding import by_ffmpeg

Video = Callable[..., Path]
KINDS = [
    ("h264", "mp4", "30000/1001"),
    ("h264", "ts", "60000/1001"),
    ("h264", "mkv", "25"),
    ("mpeg2", "mpg", "30000/1001"),
]


def scc_of(channel: Channel, *cues: tuple[float, float, str]) -> str:
    made = [Cue(Fraction(start), Fraction(end), tuple(text.split("|"))) for start, end, text in cues]
    return write_scc(made, SccOptions(channel=channel)).text


ENGLISH = scc_of("CC1", (1.5, 3, "The old captions|of this meeting."), (3.5, 5, "Aye."))
SPANISH = scc_of("CC3", (1, 2.5, "Buenas noches,"), (3, 5, "señoras y|señores."))
SIMPLE = scc_of("CC2", (2, 4, "The short form."))
NEW = scc_of("CC1", (1.25, 2.75, "The new captions:"), (3.25, 5.5, "better in|every row."))


def texts(video: Path, channel: Channel) -> list[str]:
    return [cue.text for cue in read_scc(extract_captions(video, channel), channel=channel).cues]


def times(video: Path, channel: Channel) -> list[tuple[Fraction, Fraction]]:
    return [(cue.start, cue.end) for cue in read_scc(extract_captions(video, channel), channel=channel).cues]


@pytest.fixture
def step(tmp_path: Path) -> Callable[[str], Path]:
    """A new path in a folder of its own, because a copy never lies beside its source."""

    def make(name: str) -> Path:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        return folder / name

    return make


def with_708(video: Path, out: Path) -> None:
    """A copy whose pictures carry a CEA-708 packet of service 1 each, behind the captions they have."""
    with (
        opened(video) as source,
        av.open(str(out), "w", format=muxer(out), options=muxer_options(muxer(out))) as target,
    ):
        stream = carrier(source)
        framing, (routes, _) = framing_of(stream), route(source, target)
        for number, packet in enumerate(source.demux(list(routes))):
            if packet.size == 0:
                continue
            origin, packet.stream = packet.stream, routes[packet.stream]
            if origin is not stream:
                target.mux(packet)
                continue
            had = carried(framing.captions(bytes(packet)))
            block = bytes([(number & 3) << 6 | 2, 1 << 5 | 2, 0x41 + number % 26, 0x42])
            triplets = (b"\xff" + block[:2], b"\xfe" + block[2:])
            data = user_data(had.field_1, had.field_2, dtvcc=triplets, triplets=20)
            copy = av.Packet(framing.with_captions(bytes(packet), data))
            copy.stream, copy.time_base = packet.stream, packet.time_base
            copy.pts, copy.dts, copy.duration, copy.is_keyframe = (
                packet.pts,
                packet.dts,
                packet.duration,
                packet.is_keyframe,
            )
            target.mux(copy)


def dtvcc(video: Path) -> list[bytes]:
    return [one for _, captions in pictures_in(video) for one in captions.dtvcc]


@pytest.mark.parametrize(("codec", "ext", "rate"), KINDS)
def test_other_services_of_a_captioned_video_are_kept_and_what_is_replaced_is_named(
    make_video: Video, step: Callable[[str], Path], codec: str, ext: str, rate: str
) -> None:
    source = make_video(f"meeting.{ext}", rate=rate, codec=codec)
    for number, scc in enumerate((ENGLISH, SPANISH, SIMPLE)):
        copy = step(f"{number}.{ext}")
        assert embed_captions(source, scc, copy).replaced == ()
        source = copy
    captioned = step(f"all.{ext}")
    with_708(source, captioned)
    spanish, simple = times(captioned, "CC3"), texts(captioned, "CC2")
    assert simple == ["The short form."]
    copy = step(f"new.{ext}")

    result = embed_captions(captioned, NEW, copy)

    assert (result.replaced, result.kept) == (("CC1",), ("CC2", "CC3", "CEA-708 service 1"))
    assert (result.late_words, result.unsent_words, result.largest_delay) == (0, 0, 0)
    assert texts(copy, "CC1") == ["The new captions:", "better in\nevery row."]
    assert texts(copy, "CC2") == simple
    assert (texts(copy, "CC3"), times(copy, "CC3")) == (["Buenas noches,", "señoras y\nseñores."], spanish)
    assert dtvcc(copy) == dtvcc(captioned) != []
    # FFmpeg's decoder does not tell CC2 from CC1 and shows both.
    assert {text for text, _, _ in by_ffmpeg(copy)} == {"The new captions:", "better in\nevery row.", *simple}


def test_nothing_else_stays_when_only_the_new_captions_are_wanted(
    make_video: Video, step: Callable[[str], Path]
) -> None:
    first, captioned, copy = step("a.mp4"), step("b.mp4"), step("c.mp4")
    embed_captions(make_video("meeting.mp4"), SPANISH, first)
    with_708(first, captioned)

    result = embed_captions(captioned, NEW, copy, EmbedChoices(keeps_others=False))

    assert (result.replaced, result.kept) == (("CC3", "CEA-708 service 1"), ())
    assert (list(words_in(copy, 2)), dtvcc(copy)) == ([], [])


def test_captions_of_cc3_lie_in_field_2_and_ffmpeg_sees_nothing_in_cc1(
    make_video: Video, step: Callable[[str], Path]
) -> None:
    copy = step("copy.mp4")

    embed_captions(make_video("meeting.mp4"), SPANISH, copy)

    assert by_ffmpeg(copy) == []
    assert list(words_in(copy, 1)) == []
    assert texts(copy, "CC3") == ["Buenas noches,", "señoras y\nseñores."]


def test_captions_that_an_encoder_wrote_are_replaced_and_kept_alike(
    make_video: Video, step: Callable[[str], Path]
) -> None:
    """libx264 writes A/53 itself when it encodes pictures that come with captions."""
    english, both, encoded, copy = step("a.mp4"), step("b.mp4"), step("c.ts"), step("d.ts")
    embed_captions(make_video("meeting.mp4"), ENGLISH, english)
    embed_captions(english, SPANISH, both)
    run = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(both),
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-bf",
        "3",
        "-c:a",
        "copy",
    ]
    subprocess.run([*run, "-b_strategy", "0", str(encoded)], check=True, timeout=120)
    assert (texts(encoded, "CC1")[-1], texts(encoded, "CC3")) == ("Aye.", texts(both, "CC3"))

    result = embed_captions(encoded, NEW, copy)

    assert (result.replaced, result.kept) == (("CC1",), ("CC3",))
    assert (texts(copy, "CC3"), times(copy, "CC3")) == (texts(encoded, "CC3"), times(encoded, "CC3"))
    assert [text for text, _, _ in by_ffmpeg(copy)] == ["The new captions:", "better in\nevery row."]


def test_a_caption_track_of_quicktime_is_read(make_video: Video, step: Callable[[str], Path]) -> None:
    copy = step("edit.mov")
    caption_track(make_video("meeting.mp4"), ENGLISH, copy)

    assert list(words_in(copy)) == []
    wanted = read_scc(ENGLISH).cues
    found = read_scc(extract_captions(copy)).cues
    assert [cue.text for cue in found] == [cue.text for cue in wanted]
    for cue, one in zip(found, wanted, strict=True):
        assert abs(cue.start - one.start) <= Fraction(1001, 30000)
        assert abs(cue.end - one.end) <= Fraction(1001, 30000)


def test_a_caption_track_comes_along_into_a_copy_of_the_same_kind(
    make_video: Video, step: Callable[[str], Path]
) -> None:
    edit, copy = step("edit.mov"), step("copy.mov")
    caption_track(make_video("meeting.mp4"), ENGLISH, edit)

    assert embed_captions(edit, NEW, copy).left_out == ()


def test_a_channel_that_is_not_there_is_answered_with_those_that_are(
    make_video: Video, step: Callable[[str], Path]
) -> None:
    copy = step("copy.mp4")
    embed_captions(make_video("meeting.mp4"), SPANISH, copy)

    with pytest.raises(Unusable, match="no captions in CC1, but in CC3"):
        extract_captions(copy)


# Two channels of one field with captions at the same time: rows as full as a station's.
DENSE = (
    (1.5, 3.4, "The clerk will now call the roll|of the members of this committee"),
    (3.5, 5.4, "All of the members are with us|tonight, so we do have a quorum."),
)
SPARSE = ((2.002, 3.5, "Aye."), (4.004, 5.5, "The motion passes."))


@pytest.mark.parametrize(("first", "second"), [("CC1", "CC2"), ("CC3", "CC4")])
@pytest.mark.parametrize("rate", ["30000/1001", "25", "60000/1001"])
def test_captions_beside_others_of_their_field_move_none_of_them_and_what_is_late_is_told(
    make_video: Video, step: Callable[[str], Path], first: Channel, second: Channel, rate: str
) -> None:
    one, both = step("one.mp4"), step("both.mp4")
    embed_captions(make_video("meeting.mp4", rate=rate), scc_of(first, *SPARSE), one)

    result = embed_captions(one, scc_of(second, *SPARSE), both)

    assert (result.kept, result.replaced) == ((first,), ())
    assert (texts(both, first), times(both, first)) == (texts(one, first), times(one, first))
    assert extract_captions(both, first) == extract_captions(one, first)
    assert texts(both, second) == texts(one, first)
    late = [there[0] - here[0] for there, here in zip(times(both, second), times(one, first), strict=True)]
    told = [finding for finding in result.findings if "appears" in finding.message]
    assert len(told) == sum(one > Fraction(3 * 1001, 30000) for one in late) > 0


@pytest.mark.parametrize("rate", ["30000/1001", "60000/1001"])
def test_captions_of_the_other_field_keep_their_frames_at_every_rate(
    make_video: Video, step: Callable[[str], Path], rate: str
) -> None:
    one, both = step("one.ts"), step("both.ts")
    embed_captions(make_video("meeting.ts", rate=rate), ENGLISH, one)

    embed_captions(one, SPANISH, both)

    assert (texts(both, "CC1"), times(both, "CC1")) == (texts(one, "CC1"), times(one, "CC1"))


@pytest.mark.parametrize(("first", "second"), [("CC1", "CC2"), ("CC3", "CC4")])
def test_captions_for_which_others_of_their_field_leave_no_room_are_refused(
    make_video: Video, step: Callable[[str], Path], first: Channel, second: Channel
) -> None:
    one, both = step("one.mp4"), step("both.mp4")
    embed_captions(make_video("meeting.mp4"), scc_of(first, *DENSE), one)

    with pytest.raises(Unusable) as refusal:
        embed_captions(one, scc_of(second, *DENSE), both)

    assert refusal.value.code == "captions_without_room"
    assert list(both.parent.iterdir()) == []
