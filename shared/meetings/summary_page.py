"""``summary.md``: one page on a meeting for a person, every statement with its place in the recording."""

from collections.abc import Iterator, Mapping, Sequence

from shared.media.positions import clock, length
from shared.meetings.abstract import AbstractSummary
from shared.meetings.enrich import Enrichment
from shared.meetings.motion import Motion, MotionOutcome

OUTCOMES = {
    MotionOutcome.CARRIED: "carried",
    MotionOutcome.FAILED: "failed",
    MotionOutcome.WITHDRAWN: "withdrawn",
    MotionOutcome.NO_SECOND: "no second",
    MotionOutcome.UNKNOWN: "no decision heard",
}


def summary_markdown(
    enrichment: Enrichment,
    *,
    title: str,
    facts: Sequence[tuple[str, str]] = (),
    is_demonstration: bool = False,
    abstract: AbstractSummary | None = None,
) -> str:
    """The page; ``facts`` are (name, value) pairs such as ``("City", "Maple Ridge")``. Ends with a line feed."""
    parts = [
        f"# {title}",
        *_warning(is_demonstration),
        "\n".join(_facts(enrichment, facts)),
        *_abstract(abstract),
        *_section("What was said", (f"- [{clock(one.start_ms)}] {one.text}" for one in enrichment.summary)),
        *_section("Chapters", (f"- [{clock(one.start_ms)}] {one.title}" for one in enrichment.chapters)),
        *_section("Motions and votes", _motion_table(enrichment)),
        *_section(
            "Key phrases",
            (f"- {one.text} ({one.count} times, first at {clock(one.places_ms[0])})" for one in enrichment.key_phrases),
        ),
        *_section(
            "Topics",
            (
                f"- {one.name}: {one.share:.0%} of mentions ({', '.join(one.words)}), first at "
                f"{clock(one.places_ms[0])}"
                for one in enrichment.topics
            ),
        ),
        *_tone(enrichment),
        "Made by a program from the recording's captions. Sentences are quotations; a time in brackets is the place "
        "to listen to.",
    ]
    return "\n\n".join(parts) + "\n"


def _warning(is_demonstration: bool) -> Iterator[str]:
    if is_demonstration:
        yield (
            "> **Made with the demonstration speech model.** It knows only made-up council sentences, so nothing on "
            "this page is evidence of what was said."
        )


def _facts(enrichment: Enrichment, facts: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield from (f"- {name}: {value}" for name, value in facts)
    yield f"- Length: {length(enrichment.duration_ms)}"
    yield f"- Words: {enrichment.words}"
    if enrichment.speakers:
        yield f"- Voices told apart: {enrichment.speakers}"


def _abstract(abstract: AbstractSummary | None) -> Iterator[str]:
    if abstract is None or not abstract.statements:
        return
    lines = [
        f"- [{clock(one.start_ms)}] {one.text}" if one.start_ms is not None else f"- (no place given) {one.text}"
        for one in abstract.statements
    ]
    note = f"Written by the language model {abstract.model}; not checked by a person."
    yield "\n".join(["## In short", "", note, "", *lines])


def _section(heading: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield "\n".join([f"## {heading}", "", *found])


def _motion_table(enrichment: Enrichment) -> Iterator[str]:
    if not enrichment.motions:
        return
    probable = {one.label: one.name for one in enrichment.names if one.name != one.label}
    yield "| Time | Motion | Moved by | Seconded by | Outcome | Vote |"
    yield "|---|---|---|---|---|---|"
    for motion in enrichment.motions:
        cells = (
            clock(motion.start_ms),
            motion.text or "(text not heard)",
            _member(motion.mover, probable),
            _member(motion.seconder, probable),
            OUTCOMES[motion.outcome],
            _vote(motion),
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _member(name: str | None, probable: Mapping[str, str]) -> str:
    """A name as heard, or a speaker label with the name that it probably has."""
    if name is None:
        return "-"
    return f"{probable[name]} (probably; {name})" if name in probable else name


def _vote(motion: Motion) -> str:
    if motion.is_disputed:
        return f"{motion.announced} announced, {motion.counted} counted"
    if motion.tally is not None:
        return f"{motion.tally}, unanimous" if motion.is_unanimous else str(motion.tally)
    return "unanimous" if motion.is_unanimous else "-"


def _tone(enrichment: Enrichment) -> Iterator[str]:
    tone = enrichment.sentiment
    if tone.label == "neutral":
        return
    strong = sorted((*tone.most_positive, *tone.most_negative), key=lambda one: one.start_ms)
    intro = (
        f"{tone.label.capitalize()}, by {tone.positive} pleased and {tone.negative} upset words: a hint, not a poll."
    )
    yield "\n".join(["## Tone", "", intro, "", *(f"- [{clock(one.start_ms)}] {one.text}" for one in strong)])
