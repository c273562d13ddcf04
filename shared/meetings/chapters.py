"""Chapters of a meeting, found by the language with which a chair leads through an agenda.

Only phrases that *take up* a matter begin a chapter: "let's move on to item 23" does, "item 23 has been continued" and
"I urge you to vote no on item 23" do not. After a recess, a hearing or public comment inside an item the item goes on
in a chapter of its own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shared.captions.model import Sound, SoundKind
from shared.meetings.agenda_language import (
    CLOSES_COMMENT,
    DESCRIBES,
    LEADS_IN,
    NEXT_ITEM,
    OFF_AGENDA,
    OPENS_WITH_ITEM,
    PHRASES,
    TAKES_UP_ITEM,
    ChapterKind,
)
from shared.meetings.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the meeting, and the sentence that opens it."""

    kind: ChapterKind
    title: str
    start_ms: int
    end_ms: int
    heard: str
    """The words that open the chapter; empty when a sound or the start of the recording does."""
    item: str | None = None
    """Agenda code such as ``4B``."""


_ONCE = frozenset({ChapterKind.OPENING, ChapterKind.ADJOURNMENT})
_BEFORE_ROLL_CALL = frozenset({ChapterKind.OPENING, ChapterKind.PRESENTATION})
_COMMENT = frozenset({ChapterKind.PUBLIC_COMMENT, ChapterKind.PUBLIC_HEARING})
_INSIDE = _COMMENT | {ChapterKind.RECESS, ChapterKind.CLOSED_SESSION}
LONGEST_TITLE = 80
CONTINUED = " (continued)"
SHORTEST_RETURN_MS = 10_000
"""A return to an item for less than this is only the way to the next matter."""
OPENING_AFTER_MS = 10_000
SAME_AGAIN_MS = 30_000


def chapters(said: Sequence[Sentence], *, duration_ms: int, sounds: Iterable[Sound] = ()) -> tuple[Chapter, ...]:
    """The meeting cut into chapters without gap or overlap, from 0 to ``duration_ms``."""
    begun: list[Chapter] = []
    for chapter in _starts(said):
        _begin(begun, chapter)
    begun = _without_short_returns(_with_recesses(begun, sounds), duration_ms)
    if not begun:
        return ()
    if begun[0].start_ms > OPENING_AFTER_MS:
        begun.insert(0, Chapter(ChapterKind.OPENING, "Before the meeting", 0, 0, ""))
    else:
        begun[0] = replace(begun[0], start_ms=0)
    ends = [chapter.start_ms for chapter in begun[1:]] + [max(duration_ms, begun[-1].start_ms)]
    return tuple(
        replace(chapter, end_ms=end) for chapter, end in zip(begun, ends, strict=True) if end > chapter.start_ms
    )


def _without_short_returns(begun: list[Chapter], duration_ms: int) -> list[Chapter]:
    ends = [chapter.start_ms for chapter in begun[1:]] + [duration_ms]
    return [
        chapter
        for chapter, end in zip(begun, ends, strict=False)
        if not (_returns(chapter) and end - chapter.start_ms < SHORTEST_RETURN_MS)
    ]


def _returns(chapter: Chapter) -> bool:
    return chapter.kind is ChapterKind.RESUMED or chapter.title.endswith(CONTINUED)


def _starts(said: Sequence[Sentence]) -> Iterator[Chapter]:
    """A chapter for each sentence that takes up a matter; what belongs together is sorted out afterwards."""
    item: Chapter | None = None
    inside = False
    for at, sentence in enumerate(said):
        taken = _takes_up_item(sentence)
        if taken is not None:
            item = _item_chapter(said, at, taken)
            inside = False
            yield item
            continue
        kind = _phrase(sentence)
        if kind is None:
            if inside and CLOSES_COMMENT.search(sentence.plain) and item is not None:
                yield _continued(item, sentence)
                inside = False
            continue
        if kind[0] is ChapterKind.RESUMED and item is not None:
            yield _continued(item, sentence)
            continue
        if kind[0] not in _INSIDE and kind[0] is not ChapterKind.RESUMED:
            item = None
        if OFF_AGENDA.search(sentence.plain):
            item = None
        inside = kind[0] in _COMMENT
        yield _phrase_chapter(kind, sentence, item)


def _takes_up_item(sentence: Sentence) -> re.Match[str] | None:
    if sentence.is_question and not re.search(r"\b(?:read|title)\b", sentence.plain):
        return None
    return OPENS_WITH_ITEM.search(sentence.plain) or TAKES_UP_ITEM.search(sentence.plain)


def _phrase(sentence: Sentence) -> tuple[ChapterKind, str] | None:
    plain = sentence.plain
    untitled = NEXT_ITEM.search(plain)
    for kind, title, pattern in PHRASES:
        if pattern.search(plain) and not (sentence.is_question and kind in _INSIDE and " i " in f" {plain} "):
            return kind, title
    if untitled:
        return ChapterKind.ITEM, _short(sentence.written(*untitled.span("title")))
    return None


def _phrase_chapter(kind: tuple[ChapterKind, str], sentence: Sentence, item: Chapter | None) -> Chapter:
    code = item.item if item is not None and kind[0] in _INSIDE else None
    about = f" on item {code}" if code and kind[0] in _COMMENT else ""
    return Chapter(kind[0], kind[1] + about, sentence.start_ms, 0, sentence.text, code)


def _item_chapter(said: Sequence[Sentence], at: int, taken: re.Match[str]) -> Chapter:
    sentence = said[at]
    code = taken["item"].upper()
    subject = sentence.written(taken.end() + 1, len(sentence.plain)) if taken.end() < len(sentence.plain) else ""
    follower = said[at + 1] if at + 1 < len(said) else None
    if len(subject) < 8 and follower is not None and follower.start_ms - sentence.end_ms < SAME_AGAIN_MS:
        subject = follower.text if DESCRIBES.match(follower.plain) and _phrase(follower) is None else ""
    subject = _short(re.sub(r"^page \S+( \S+)?$", "", LEADS_IN.sub("", subject.strip(" ,.:;"))))
    title = f"Item {code}: {subject}" if subject else f"Item {code}"
    return Chapter(ChapterKind.ITEM, title, sentence.start_ms, 0, sentence.text, code)


def _short(text: str) -> str:
    text = text.strip(" ,.:;?!")
    if len(text) > LONGEST_TITLE:
        text = text[:LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
    return text[:1].upper() + text[1:]


def _continued(item: Chapter, sentence: Sentence) -> Chapter:
    return replace(item, start_ms=sentence.start_ms, heard=sentence.text, title=f"{item.title}{CONTINUED}")


def _begin(begun: list[Chapter], chapter: Chapter) -> None:
    """Add a chapter, unless it is the one already running said in other words."""
    if not begun:
        begun.append(chapter)
        return
    last = begun[-1]
    same = last.kind is chapter.kind and last.item == chapter.item
    if same and chapter.kind is ChapterKind.ITEM and chapter.item is None:
        same = last.title == chapter.title
    if same:
        if ":" in chapter.title and ":" not in last.title:
            begun[-1] = replace(last, title=chapter.title)
        return
    if chapter.kind is ChapterKind.ROLL_CALL and any(one.kind not in _BEFORE_ROLL_CALL for one in begun):
        return  # later in a meeting the roll is called for votes
    if chapter.kind in _ONCE and any(one.kind is chapter.kind for one in begun[-3:]):
        return
    if chapter.kind is ChapterKind.RESUMED and last.kind not in (ChapterKind.RECESS, ChapterKind.CLOSED_SESSION):
        return
    begun.append(chapter)


def _with_recesses(begun: list[Chapter], sounds: Iterable[Sound]) -> list[Chapter]:
    """Recesses that only the sound tells of; one that was announced shortly before is the same recess."""
    result = list(begun)
    for sound in sounds:
        if sound.kind is not SoundKind.RECESS:
            continue
        before = [chapter for chapter in result if chapter.start_ms <= sound.start_ms + SAME_AGAIN_MS]
        if before and before[-1].kind in (ChapterKind.RECESS, ChapterKind.CLOSED_SESSION):
            continue
        result.append(Chapter(ChapterKind.RECESS, "Recess", sound.start_ms, 0, ""))
        running = before[-1] if before else None
        if not any(sound.start_ms < chapter.start_ms <= sound.end_ms + SAME_AGAIN_MS for chapter in begun):
            resumed = (
                replace(running, start_ms=sound.end_ms, heard="", title=f"{running.title}{CONTINUED}")
                if running is not None and running.kind is ChapterKind.ITEM
                else Chapter(ChapterKind.RESUMED, "Meeting resumes", sound.end_ms, 0, "")
            )
            result.append(resumed)
        result.sort(key=lambda chapter: chapter.start_ms)
    return result
