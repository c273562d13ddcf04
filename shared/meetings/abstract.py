"""What is asked of a language model, and what of its answer is believed.

The model sees lines that begin with their place and must end every statement with the place it rests on. A place that
it was not shown is struck out, so that a made-up reference cannot pass for evidence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.media.positions import clock
from shared.meetings.sentences import Sentence

INSTRUCTIONS = (
    "You summarise a public meeting for its minutes. Use only what the lines say. Write at most {most} short "
    "statements, one per line, in plain English, about decisions, votes, money, and what residents asked for. End each "
    "line with the time of the line it rests on, in square brackets, copied exactly, for example [1:02:03]. Write "
    "nothing else."
)
_STATEMENT = re.compile(r"^[-*•\d.)\s]*(?P<text>.*?)\s*(?P<places>(?:\[\d{1,2}:\d{2}(?::\d{2})?\][\s,.;]*)*)$")
_PLACE = re.compile(r"\[(\d{1,2}:\d{2}(?::\d{2})?)\]")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a language model."""

    text: str
    start_ms: int | None
    """Where it rests; None when the model gave no place, or one that it was not shown."""


@dataclass(frozen=True, slots=True)
class AbstractSummary:
    """A summary in a language model's own words."""

    statements: tuple[Statement, ...]
    model: str


def prompts(said: Sequence[Sentence], *, most_characters: int) -> Iterator[str]:
    """The meeting as lines ``[1:02:03] text``, in pieces of at most about ``most_characters``."""
    piece: list[str] = []
    size = 0
    for sentence in said:
        speaker = f"{sentence.speaker}: " if sentence.speaker else ""
        line = f"[{clock(sentence.start_ms)}] {speaker}{sentence.text}"
        if piece and size + len(line) > most_characters:
            yield "\n".join(piece)
            piece, size = [], 0
        piece.append(line)
        size += len(line) + 1
    if piece:
        yield "\n".join(piece)


def read_statements(answer: str, said: Sequence[Sentence]) -> tuple[Statement, ...]:
    """The statements of a model's answer, each with a place only if that place was among the lines shown."""
    shown = {clock(sentence.start_ms): sentence.start_ms for sentence in reversed(said)}
    statements = []
    for line in answer.splitlines():
        match = _STATEMENT.match(line.strip())
        if match is None or not match["text"]:
            continue
        places = [shown[place] for place in _PLACE.findall(match["places"]) if place in shown]
        statements.append(Statement(match["text"], places[0] if places else None))
    return tuple(statements)
