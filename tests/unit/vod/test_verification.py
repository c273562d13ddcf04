"""Published captions are believed only when their words are read back."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from demo.cablecast import hls
from demo.cablecast.sidecar import ShownCue
from services.vod.verification import (
    Hints,
    SubtitleTrack,
    master_playlist_url,
    published_cues,
    segments_of,
    subtitle_tracks,
    verify_captions,
)
from shared.captions import Cue
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


def placed(said: list[str] = SAID) -> list[Cue]:
    return [
        Cue(Fraction(7 * number), Fraction(7 * number + 4), tuple(text.split("\n"))) for number, text in enumerate(said)
    ]


def published(said: list[str] = SAID) -> Files:
    shown = [ShownCue(7000 * number + 33, 7000 * number + 4033, text) for number, text in enumerate(said)]
    files = {"vod.m3u8": hls.master_playlist(captioned=True), "captions.en.m3u8": hls.caption_playlist(88, 35)}
    for number in range(hls.segment_count(35)):
        files[hls.segment_name(88, number)] = hls.caption_segment(shown, number)
    return Files(files)


async def test_captions_that_say_what_was_placed_are_proven() -> None:
    proof = await verify_captions(URL, placed(), published(), checked_at=NOW, hints=Hints(show=True))

    assert proof.is_proven
    assert (proof.share, proof.language, proof.segments_read) == (1.0, "en", 4)
    assert proof.as_facts()["checked_at"] == "2026-09-15T02:00:00+00:00"
    assert proof.as_facts()["show_hint"] is True


async def test_a_master_without_subtitles_proves_nothing_whatever_the_hints_say() -> None:
    files = Files({"vod.m3u8": hls.master_playlist(captioned=False)})

    proof = await verify_captions(URL, placed(), files, checked_at=NOW, hints=Hints(show=True, asset=True))

    assert not proof.is_proven
    assert proof.reason == "The published VOD has no subtitle track."
    assert files.asked == ["vod.m3u8"]


async def test_captions_of_another_file_are_not_ours() -> None:
    other = ["Welcome to the parade.", "Here comes the band.", "What a float!", "Balloons everywhere.", "Goodbye."]

    proof = await verify_captions(URL, placed(), published(other), checked_at=NOW)

    assert not proof.is_proven
    assert proof.share is not None and proof.share < 0.2


async def test_missing_playlists_and_segments_prove_nothing() -> None:
    named_only = Files({"vod.m3u8": hls.master_playlist(captioned=True)})

    assert (await verify_captions(URL, placed(), Files({}), checked_at=NOW)).reason == (
        "The VOD has no HLS master playlist."
    )
    assert not (await verify_captions(URL, placed(), named_only, checked_at=NOW)).is_proven


async def test_empty_segments_prove_nothing() -> None:
    proof = await verify_captions(URL, placed(), published(["", "", "", "", ""]), checked_at=NOW)

    assert not proof.is_proven
    assert proof.share == 0.0


async def test_a_server_that_does_not_answer_is_asked_again_later() -> None:
    async def silent(_: str) -> str:
        raise Temporary("vod.example.org did not answer.")

    with pytest.raises(Temporary):
        await verify_captions(URL, placed(), silent, checked_at=NOW)


async def test_only_a_few_segments_of_a_long_meeting_are_read() -> None:
    said = [f"Item number {number}" for number in range(600)]
    shown = [ShownCue(7000 * number, 7000 * number + 4000, text) for number, text in enumerate(said)]
    files = {"vod.m3u8": hls.master_playlist(captioned=True), "captions.en.m3u8": hls.caption_playlist(88, 4200)}
    files |= {hls.segment_name(88, n): hls.caption_segment(shown, n) for n in range(hls.segment_count(4200))}

    proof = await verify_captions(URL, placed(said), Files(files), checked_at=NOW)

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
