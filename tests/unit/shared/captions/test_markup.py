"""What markup inside cues means, in files of people and of programs."""

import pytest

from shared.captions.markup import read_markup, unescape
from shared.captions.model import ITALIC, Colour, Style, Styled

UNDERLINED = Style(underline=True)


def marks(text: str, *, is_srt: bool = False) -> tuple[tuple[str, ...], tuple[Styled, ...]]:
    found = read_markup(text, is_srt=is_srt)
    return found.rows, found.styles


@pytest.mark.parametrize("is_srt", [True, False])
@pytest.mark.parametrize(
    ("text", "styles"),
    [
        ("a<i>bc</i>d", [Styled(1, 3, ITALIC)]),
        ("a<em>bc</em>d", [Styled(1, 3, ITALIC)]),
        ("a<u>bc</u>d", [Styled(1, 3, UNDERLINED)]),
        ("<i>a<i>bc</i></i>d", [Styled(0, 3, ITALIC)]),
        ("<i>a</i></i><i>bc</i>d", [Styled(0, 3, ITALIC)]),
        ("<u>a</u></u><u>bc</u>d", [Styled(0, 3, UNDERLINED)]),
        ("<i>a<u>b</i>c</u>d", [Styled(0, 1, ITALIC), Styled(1, 2, Style(True, True)), Styled(2, 3, UNDERLINED)]),
        ("<c.red>ab</c>cd", [Styled(0, 2, Style(colour=Colour.RED))]),
        ("<c.lime>ab</c>cd", [Styled(0, 2, Style(colour=Colour.GREEN))]),
        ("<c.bold.Yellow>ab</c>cd", [Styled(0, 2, Style(colour=Colour.YELLOW))]),
        ("<c.red>a<c.bold>b</c>c</c>d", [Styled(0, 3, Style(colour=Colour.RED))]),
        ("<c.red>a<c.blue>b</c>c</c>d", [(0, 1, Colour.RED), (1, 2, Colour.BLUE), (2, 3, Colour.RED)]),
        ("<c.bold>ab</c>cd</c>", []),
        ('<font color="#ff0000">ab</font>cd', [(0, 2, Colour.RED)]),
        ("<font color=00ff00>ab</font>cd", [(0, 2, Colour.GREEN)]),
        ("<font color='#0000ff80'>ab</font>cd", [(0, 2, Colour.BLUE)]),
        ('<font face="x" color = "Cyan">ab</font>cd', [(0, 2, Colour.CYAN)]),
        ('<font color="#000000">ab</font>cd', []),
        ('<font color="#808080">ab</font>cd', []),
        ('<font color="#ff7f00">ab</font>cd', [(0, 2, Colour.RED)]),
        ('<font color="#ff8000">ab</font>cd', [(0, 2, Colour.YELLOW)]),
        ('<font color="#102010">ab</font>cd', []),
        ('<font color="#101f0f">ab</font>cd', [(0, 2, Colour.YELLOW)]),
        ('<font color="orange">ab</font>cd', []),
        ('<font face="x">ab</font>cd', []),
        (r"a{\i1}bc{\i0}d", [Styled(1, 3, ITALIC)]),
        (r"a{\u1}bc{\u0}d", [Styled(1, 3, UNDERLINED)]),
        (r"a{\i1\u1}bc{\r}d", [Styled(1, 3, Style(True, True))]),
        (r"a{\c&H0000FF&}bc{\c&HFFFFFF&}d", [(1, 3, Colour.RED)]),
        (r"a{\1c&H00FF0000&}bc{\r}d", [(1, 3, Colour.BLUE)]),
        (r"a{\i1}<u>b</u>c{\i0}d", [Styled(1, 2, Style(True, True)), Styled(2, 3, ITALIC)]),
    ],
)
def test_letters_look_as_the_markup_says(text: str, styles: list[object], is_srt: bool) -> None:
    expected = tuple(
        one if isinstance(one, Styled) else Styled(one[0], one[1], Style(colour=one[2]))  # type: ignore[index]
        for one in styles
    )

    assert marks(text, is_srt=is_srt) == (("abcd",), expected)


@pytest.mark.parametrize("is_srt", [True, False])
@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a\nb", ("a", "b")),
        (r"a\Nb", ("a", "b")),
        (r"a\nb", ("a", "b")),
        ("a<br>b", ("a", "b")),
        ("a<br/>b", ("a", "b")),
        ("a\n \nb", ("a", "b")),
        (r"a\hb", ("a b",)),
        (r"see C:\notes\new now", (r"see C:\notes\new now",)),
        (r"see \\server\notes now", (r"see \\server\notes now",)),
        (r"Q:\NDid you", ("Q:", "Did you")),
        ("<ruby>ab<rt>note</rt></ruby> c", ("ab (note) c",)),
        ("<ruby>ab<rt>note</ruby> c", ("ab (note) c",)),
        ("<ruby>ab<rt>note", ("ab (note)",)),
        ("<ruby>ab<rt> </rt></ruby>c", ("ab c",)),
        (r"{\p1}m 0 0 l 100 0{\p0}text", ("text",)),
        (r"{\p1}m 0 0 l 100 0{\p00}text", ("text",)),
        (r"{\p1}said", ("said",)),
        ("{not an override}", ("{not an override}",)),
        ("", ()),
        ("<i></i>", ()),
    ],
)
def test_rows_begin_where_the_markup_says(text: str, rows: tuple[str, ...], is_srt: bool) -> None:
    assert marks(text, is_srt=is_srt)[0] == rows


@pytest.mark.parametrize(
    ("text", "in_srt", "in_vtt"),
    [
        ("a <b", "a <b", "a <b"),
        ("if a<b and c>d", "if a<b and c>d", "if a<b and c>d"),
        ("<sigh> yes", "<sigh> yes", "yes"),
        ("a <i> b", "a <i> b", "a  b"),
        ("<i>a b", "a b", "a b"),
        ("<b>a b", "a b", "a b"),
        ("a <i>b</i>", "a b", "a b"),
        ("a <b and c> b</b>", "a <b and c> b", "a <b and c> b"),
        ("a <u x=1>b</u>", "a <u x=1>b", "a <u x=1>b"),
        ("a <span class=x>b</span>", "a b", "a b"),
        ("a <span>b</span>", "a b", "a b"),
        ("a <c.x>b</c>", "a b", "a b"),
        ("a<00:01.000>b", "a<00:01.000>b", "ab"),
        ("a<>b", "a<>b", "ab"),
        ("a<->b", "a<->b", "a<->b"),
        ("</i>a", "a", "a"),
        ("a</i>", "a", "a"),
        ("1 <i>2</i> 3 <i>", "1 2 3 <i>", "1 2 3"),
        ("C <i>a</i> <i>b", "C a <i>b", "C a b"),
    ],
)
def test_in_srt_only_what_is_used_as_a_tag_is_one(text: str, in_srt: str, in_vtt: str) -> None:
    assert "\n".join(marks(text, is_srt=True)[0]) == in_srt
    assert "\n".join(marks(text)[0]) == in_vtt


@pytest.mark.parametrize(
    ("text", "rows", "speaker"),
    [
        ("<v Mayor Lee>Good evening", ("Good evening",), "Mayor Lee"),
        ("<v.loud  Mayor \n", ("<v.loud  Mayor",), None),
        ("<v.loud Mayor  Lee>Good evening</v>", ("Good evening",), "Mayor Lee"),
        ("<v A&amp;B>Good evening", ("Good evening",), "A&B"),
        ("<v Lee>Aye.\n<v Abbott>Nay.", (">> LEE: Aye.", ">> ABBOTT: Nay."), None),
        ("<v Lee>Aye. <v Abbott>Nay.", (">> LEE: Aye.", ">> ABBOTT: Nay."), None),
        ("<v Lee>Aye.</v> <v Lee>Nay.", ("Aye.", "Nay."), "Lee"),
        ("<v Lee>Aye.\nThat is all.\n<v Abbott>Nay.", (">> LEE: Aye.", "That is all.", ">> ABBOTT: Nay."), None),
        ("<v Lee>Aye.</v>\nThat is all.\n<v Lee>Nay.", ("Aye.", "That is all.", "Nay."), "Lee"),
        ("<v>Aye.", ("Aye.",), None),
    ],
)
def test_one_voice_is_the_speaker_and_several_are_named_in_the_rows(
    text: str, rows: tuple[str, ...], speaker: str | None
) -> None:
    found = read_markup(text, is_srt=False)

    assert (found.rows, found.speaker) == (rows, speaker)


def test_styles_stay_on_their_letters_behind_a_name() -> None:
    found = read_markup("<v Lee>A<i>ye</i>.\n<v Abbott><i>Nay</i>.", is_srt=False)

    assert len(found.rows) == 2
    letters = "".join("".join(found.rows).split())
    assert [letters[one.start : one.end] for one in found.styles] == ["ye", "Nay"]


def test_overrides_about_the_whole_cue_and_blanks_that_move_a_row_are_told() -> None:
    found = read_markup("{\\an8}{\\pos(1,2)\\i1}\u00a0\u00a0up\n \t\u00a0here \u00a0there", is_srt=True)

    assert found.rows == ("up", "here \u00a0there")
    assert found.leading == (2, 1)
    assert [one for one in found.overrides if one] == ["an8", "pos(1,2)"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a &amp; b", "a & b"),
        ("a &lt;b&gt;", "a <b>"),
        ("&#65;&#x42;&#X43;", "ABC"),
        ("&amp b", "& b"),
        ("&#12345678;", "&#12345678;"),
        ("&#x1234567;", "&#x1234567;"),
        ("R&D & more", "R&D & more"),
        ("&eacute;", "é"),
    ],
)
def test_entities_are_characters_and_what_is_none_is_text(text: str, said: str) -> None:
    assert unescape(text) == said
