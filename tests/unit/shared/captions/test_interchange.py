"""Which format a name asks for, which channel a file speaks in, and what of the others' captions is compared."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from shared.captions import PROFILES, Cue, SccOptions, words_by_frame, write_mcc, write_scc
from shared.captions.caption_services import field_of
from shared.captions.codes import Channel
from shared.captions.interchange import check_captions, format_of, main_channel_of, read_captions
from shared.captions.keeping import Present
from shared.captions.sei import Carried, carried_by_track
from shared.captions.timecode import parse
from shared.errors import InvalidInput

ALL = (".scc", ".vtt")


@pytest.mark.parametrize(("name", "ending"), [("a.scc", ".scc"), ("A.B.VTT", ".vtt"), (".scc", ".scc")])
def test_the_ending_of_a_name_is_its_format(name: str, ending: str) -> None:
    assert format_of(name, ALL) == ending


@pytest.mark.parametrize("name", ["a.srt", "scc", "a.scc.txt", "", "a."])
def test_another_ending_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        format_of(name, ALL)

    assert refused.value.code == "not_captions"


@pytest.mark.parametrize("channel", ["CC1", "CC2", "CC3", "CC4"])
def test_the_channel_that_says_most_is_the_main_one(channel: Channel) -> None:
    text = write_scc([Cue(Fraction(2), Fraction(4), ("Good evening.",))], SccOptions(channel=channel)).text

    assert main_channel_of(text.encode(), ".scc") == channel
    assert main_channel_of(text.encode(), ".srt") is None
    assert main_channel_of(b"Scenarist_SCC V1.0\n", ".scc") is None
    assert main_channel_of(b"File Format=MacCaption_MCC V1.0\n", ".mcc") is None


def test_an_mcc_without_captions_and_one_that_is_none_say_different_things() -> None:
    def said(content: bytes) -> list[str]:
        return [one.code for one in check_captions(read_captions(content, ".mcc"), ".mcc", PROFILES["fcc"])]

    assert "no_captions" in said(b"File Format=MacCaption_MCC V1.0\n\nTime Code Rate=30DF\n")
    assert "header" in said(b"nothing of the kind\n")
    assert "no_captions" not in said(b"nothing of the kind\n")


def test_a_sample_of_a_track_is_triplets_and_only_valid_ones_count() -> None:
    sample = bytes.fromhex("fc9420 fdc1c2 f89425 feaabb ff0102 fc")

    assert carried_by_track(sample) == Carried((0x9420,), (0xC1C2,), (b"\xfe\xaa\xbb", b"\xff\x01\x02"))
    assert carried_by_track(b"") == Carried((), (), ())


def _present(*pictures: Carried, channel: Channel = "CC1") -> Present:
    present = Present(channel)
    for number, picture in enumerate(pictures, 1):
        present.take(Fraction(number), picture)
    return present


def test_what_stays_is_blind_for_the_channel_itself_and_for_fillers() -> None:
    own = Carried((0x9420, 0xC1C2), (), ())

    assert _present(own).equals(_present())
    assert _present(Carried((0x8080,), (0x8080,), ())).equals(_present())
    assert not _present(own, channel="CC3").equals(_present(channel="CC3"))


@pytest.mark.parametrize(
    "picture",
    [
        Carried((), (0x9420, 0xC1C2), ()),
        Carried((), (), (b"\xfe\xaa\xbb",)),
        Carried((0x1C20, 0xC1C2), (), ()),
    ],
)
def test_what_stays_is_all_that_the_others_say(picture: Carried) -> None:
    assert not _present(picture).equals(_present())


@pytest.mark.parametrize("text", ["01:00:02;03", "01:00:02:03"])
def test_a_label_is_written_as_it_was_read(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize("channel", ["CC1", "CC3"])
def test_the_main_channel_of_packets_is_looked_for_in_both_fields(channel: Channel) -> None:
    scc = write_scc([Cue(Fraction(2), Fraction(4), ("Good evening.",))], SccOptions(channel=channel)).text
    words = words_by_frame(scc, start_tc="00:00:00;00")
    now = datetime(2026, 1, 1, tzinfo=UTC)

    text = write_mcc(words, start_frame=0, drop_frame=True, field=field_of(channel), created_at=now)

    assert main_channel_of(text.encode(), ".mcc") == channel


@pytest.mark.parametrize(("spoken", "asked"), [("CC3", "CC1"), ("CC1", "CC2")])
def test_a_file_that_speaks_in_another_channel_says_which_instead_of_complaining(
    spoken: Channel, asked: Channel
) -> None:
    text = write_scc([Cue(Fraction(2), Fraction(4), ("Good evening.",))], SccOptions(channel=spoken)).text

    found = check_captions(read_captions(text.encode(), ".scc", channel=asked), ".scc", PROFILES["fcc"])

    assert [one.code for one in found] == ["other_channel"]
    assert found[0].message == f"This file has no captions in {asked}, but in {spoken}."


def test_a_file_in_which_nobody_speaks_has_nothing_wrong_with_it() -> None:
    assert check_captions(read_captions(b"Scenarist_SCC V1.0\n\n", ".scc"), ".scc", PROFILES["fcc"]) == ()


WHOLE = {
    ".vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nAye.\n",
    ".srt": "1\n00:00:01,000 --> 00:00:02,000\nAye.\n",
    ".scc": "Scenarist_SCC V1.0\n\n00:00:01;00\t9420 9420 9470 9470 c1f9 e5ae 942f 942f\n",
    ".mcc": "File Format=MacCaption_MCC V1.0\n\n00:00:01:00\tT\n",
    ".json": '{"schema": "other"}',
}


@pytest.mark.parametrize(("kind", "ending"), [(kind, ending) for kind in WHOLE for ending in WHOLE if kind != ending])
def test_a_file_under_the_name_of_another_format_is_told_once_what_it_is(kind: str, ending: str) -> None:
    with pytest.raises(InvalidInput, match=rf"This is .*: give the file a name that ends in \{kind}\.") as refusal:
        read_captions(("\ufeff\n" + WHOLE[kind]).encode(), ending)

    assert refusal.value.code == "wrong_ending"


@pytest.mark.parametrize("ending", [".vtt", ".srt", ".scc", ".mcc"])
def test_a_file_under_its_own_name_or_without_a_beginning_is_left_to_its_reader(ending: str) -> None:
    read_captions(WHOLE[ending].encode(), ending)
    read_captions(b"nothing of the kind", ending)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[Script Info]\nTitle: x\n", "SubStation Alpha"),
        ('<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"/>', "TTML"),
        ("<tt:tt>", "TTML"),
        ("<SAMI>\n<HEAD>", "SAMI"),
        ("<!DOCTYPE html><html>404</html>", "a web page"),
        ("{25}{75}Hello|there\n", "MicroDVD"),
        ("0:00:01.000,0:00:02.500\nHello there.\n", "SBV"),
        ("[ti:Song]\n[00:12.00]Line one\n", "LRC"),
        ("[00:12.00]Line one\n", "LRC"),
        ("{QTtext}{timeScale:30}\n", "QuickTime text"),
    ],
)
@pytest.mark.parametrize("ending", [".srt", ".vtt"])
def test_a_format_that_is_not_read_is_named_instead_of_a_complaint_about_each_line(
    text: str, name: str, ending: str
) -> None:
    with pytest.raises(InvalidInput, match=f"This is .*{name}") as refusal:
        read_captions(b"\xef\xbb\xbf" + text.encode(), ending)

    assert refusal.value.code == "not_captions"


def test_a_file_that_only_begins_oddly_is_read() -> None:
    text = "[ti:Song]\n\n1\n00:00:01,000 --> 00:00:02,000\n{1}{2}Hello\n"

    assert len(read_captions(text.encode(), ".srt").cues) == 1
