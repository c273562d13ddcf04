"""Published captions are believed only when their words are read back."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from demo.cablecast import hls
from demo.cablecast.found_sidecars import ShownCue
from services.vod.verification import (
    CaptionProof,
    FetchText,
    Hints,
    PlaylistSegment,
    SubtitleTrack,
    master_playlist_url,
    published_cues,
    segments_of,
    share_found,
    subtitle_tracks,
    track_of,
    verify_captions,
    worth_reading,
)
from shared.captions import Cue, write_cue_list
from shared.compute import ComputeHere
from shared.errors import NotFound, Temporary

NOW = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)
URL = "https://vod.example.org/store-12/2101-Maplewood-v1/vod.mp4"
SAID = ["Good evening.", "The meeting will\ncome to order.", "Roll call & pledge.", "All in favor?", "Motion carries."]


class Files:
    """Published files by the end of their address."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.asked: list[str] = []

    async def __call__(self, url: str) -> str:
        name = url.removeprefix("https://vod.example.org/store-12/2101-Maplewood-v1/")
        self.asked.append(name)
        if name not in self.files:
            raise NotFound(f"{url} does not exist.")
        return self.files[name]


def placed(said: list[str] = SAID) -> dict[str, Any]:
    """The cue list of captions of four seconds, one every seven."""
    cues = [
        Cue(Fraction(7 * number), Fraction(7 * number + 4), tuple(text.split("\n"))) for number, text in enumerate(said)
    ]
    found: dict[str, Any] = json.loads(write_cue_list(cues))
    return found


async def verified(cue_list: dict[str, Any], fetch: FetchText, hints: Hints | None = None) -> CaptionProof:
    return await verify_captions(
        URL, cue_list, fetch, language="en", compute=ComputeHere(), checked_at=NOW, hints=hints
    )


def published(said: list[str] = SAID) -> Files:
    shown = [ShownCue(7000 * number + 33, 7000 * number + 4033, text) for number, text in enumerate(said)]
    files = {"vod.m3u8": hls.master_playlist(captioned=True), "captions.en.m3u8": hls.caption_playlist(88, 35)}
    for number in range(hls.segment_count(35)):
        files[hls.segment_name(88, number)] = hls.caption_segment(shown, number)
    return Files(files)


async def test_captions_that_say_what_was_placed_are_proven() -> None:
    proof = await verified(placed(), published(), Hints(show=True))

    assert proof.is_proven
    assert (proof.share, proof.language, proof.segments_read) == (1.0, "en", 4)
    assert proof.as_facts()["checked_at"] == "2026-09-15T02:00:00+00:00"
    assert proof.as_facts()["show_hint"] is True


async def test_a_master_without_subtitles_proves_nothing_whatever_the_hints_say() -> None:
    files = Files({"vod.m3u8": hls.master_playlist(captioned=False)})

    proof = await verified(placed(), files, Hints(show=True, asset=True))

    assert not proof.is_proven
    assert proof.reason == "The published VOD has no subtitle track."
    assert files.asked == ["vod.m3u8"]


async def test_captions_of_another_file_are_not_ours() -> None:
    other = ["Welcome to the parade.", "Here comes the band.", "What a float!", "Balloons everywhere.", "Goodbye."]

    proof = await verified(placed(), published(other))

    assert not proof.is_proven
    assert proof.share is not None and proof.share < 0.2


async def test_missing_playlists_and_segments_prove_nothing() -> None:
    named_only = Files({"vod.m3u8": hls.master_playlist(captioned=True)})

    assert (await verified(placed(), Files({}))).reason == ("The VOD has no HLS master playlist.")
    assert not (await verified(placed(), named_only)).is_proven


async def test_empty_segments_prove_nothing() -> None:
    proof = await verified(placed(), published(["", "", "", "", ""]))

    assert not proof.is_proven
    assert proof.share == 0.0


async def test_a_server_that_does_not_answer_is_asked_again_later() -> None:
    async def silent(_: str) -> str:
        raise Temporary("vod.example.org did not answer.")

    with pytest.raises(Temporary):
        await verified(placed(), silent)


async def test_only_a_few_segments_of_a_long_meeting_are_read() -> None:
    said = [f"Item number {number}" for number in range(600)]
    shown = [ShownCue(7000 * number, 7000 * number + 4000, text) for number, text in enumerate(said)]
    files = {"vod.m3u8": hls.master_playlist(captioned=True), "captions.en.m3u8": hls.caption_playlist(88, 4200)}
    files |= {hls.segment_name(88, n): hls.caption_segment(shown, n) for n in range(hls.segment_count(4200))}

    proof = await verified(placed(said), Files(files))

    assert proof.is_proven
    assert proof.segments_read == 6


def test_the_master_lies_beside_the_video() -> None:
    assert master_playlist_url(f"{URL}?token=1#t=5") == "https://vod.example.org/store-12/2101-Maplewood-v1/vod.m3u8"


def test_subtitle_tracks_are_told_from_other_media() -> None:
    master = (
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",URI="audio.m3u8"\n'
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="Spanish, US",URI="captions.es.m3u8",LANGUAGE="es"\n'
    )

    assert subtitle_tracks(master) == [SubtitleTrack("captions.es.m3u8", "es", "Spanish, US")]


def test_segments_know_their_stretch_of_time() -> None:
    playlist = "#EXTM3U\r\n#EXTINF:10.0,\r\na.vtt\r\n#EXTINF:9.5,title\r\nb.vtt\r\n#EXT-X-ENDLIST\r\n"

    assert [(s.uri, s.start, s.end) for s in segments_of(playlist)] == [
        ("a.vtt", Fraction(0), Fraction(10)),
        ("b.vtt", Fraction(10), Fraction(39, 2)),
    ]


def test_cues_lose_tags_entities_and_identifiers() -> None:
    vtt = (
        "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\nNOTE 00:01.000 --> 00:02.000\nno\n\n"
        "7\n01:00:00.500 --> 01:00:02.000 align:center\n<v Chair>Roll &amp; call</v>\n\n00:03.000 --> 00:04.000\nAye\n"
    )

    cues = published_cues(vtt)

    assert [(cue.start, cue.text) for cue in cues] == [(Fraction(7201, 2), "Roll & call"), (3, "Aye")]


def _master(*languages: str) -> str:
    return "#EXTM3U\n" + "".join(
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subs",NAME="{number}",URI="{number}.m3u8",LANGUAGE="{language}"\n'
        for number, language in enumerate(languages)
    )


@pytest.mark.parametrize(
    ("offered", "placed_language", "chosen"),
    [
        (("en", "es"), "es", "es"),
        (("es", "en-US"), "en", "en-US"),
        (("en", "spa"), "es", "spa"),
        (("en", ""), "es", ""),
        (("en",), "es", "en"),  # Cablecast calls the first caption channel English, whatever is in it
    ],
)
def test_the_track_in_the_language_that_was_placed_is_compared(
    offered: tuple[str, ...], placed_language: str, chosen: str
) -> None:
    track = track_of(_master(*offered), placed_language)

    assert track is not None
    assert track.language == chosen
    assert track_of("#EXTM3U\n", placed_language) is None


def _cost(work: Callable[[], Any]) -> float:
    """CPU seconds of this thread, the least of three: what else the machine does counts little."""
    spent = []
    for _ in range(3):
        began = time.thread_time()
        work()
        spent.append(time.thread_time() - began)
    return min(spent)


def _playlist(segments: int) -> str:
    return "#EXTM3U\n" + "".join(f"#EXTINF:6.0,\n{number}.vtt\n" for number in range(segments))


@pytest.mark.parametrize(
    "read",
    [
        lambda n: worth_reading(_playlist(n), placed(["Aye."] * n)),
        lambda n: share_found([PlaylistSegment("a", Fraction(0), Fraction(7 * n))], ["\n\n" * n], placed(["Aye."] * n)),
        lambda n: segments_of("#EXTINF:" + "1" * 40 * n),
        lambda n: subtitle_tracks("#EXT-X-MEDIA:" + "A" * 40 * n),
        lambda n: subtitle_tracks("#EXT-X-MEDIA:" + 'A="' * 40 * n),
        lambda n: published_cues("00:01.000 --> 00:02.000\n" + "<" * 40 * n),
        lambda n: published_cues("\n " * 40 * n + "x"),
        lambda n: published_cues("1" * 40 * n + ":00:01.000 --> 00:02.000\nAye"),
        lambda n: published_cues("00:01.000 " + " " * 40 * n + "> 00:02.000\nAye"),
    ],
)
def test_four_times_as_much_costs_about_four_times_as_much(read: Callable[[int], Any]) -> None:
    small, large = _cost(lambda: read(500)), _cost(lambda: read(2000))

    assert large < 0.01 or large < 9 * small  # what is quadratic takes sixteen times as long


def test_a_line_of_blanks_ends_no_cue_and_a_number_without_end_is_text() -> None:
    (cue,) = published_cues("WEBVTT\n\n00:01.000 --> 00:02.000\none\n \ntwo &#" + "9" * 5000 + ";\n")

    assert cue.text.split()[:2] == ["one", "two"]
