"""What a trial of a speech model found: as a table at the terminal, as a page to send on, and as JSON for programs."""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from services.console.exit_status import ERROR, INTERRUPTED, LOOK, PASSED, sentence
from services.console.trial_run import Figures, ModelTrial, TriedRecording
from shared.errors import ArchivistError, InvalidInput, Unusable
from shared.media.positions import clock
from shared.storage.files import write_atomically

SCHEMA = "archivist.models-try/1"
ENDINGS = (".md", ".html")
UNKNOWN = "not known"
_FEW_WORDS = 1000
_STYLE = (
    "body{font:16px sans-serif;margin:2em;max-width:75em}table{border-collapse:collapse}"
    "td,th{border:1px solid #999;padding:.3em .6em;text-align:left}"
)
_LEANS = (
    "A corrected text leans to the model that it was made from: whoever corrects changes what is seen to be wrong. "
    "Speed of captions in place was noted when they were made, perhaps on another machine or with other work beside."
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text below a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def exit_status(tried: Sequence[TriedRecording]) -> int:
    """Done with all of them; some failed; none could be compared."""
    if not any(one.difference for one in tried):
        return ERROR
    return LOOK if any(one.error for one in tried) else PASSED


def totals(trial: ModelTrial, tried: Sequence[TriedRecording]) -> Table:
    """The sums over all recordings: what a decision rests on."""
    fine = [one for one in tried if one.difference is not None]
    weighed = [(one.difference, one) for one in fine if one.difference is not None]
    right = [difference for difference, _ in weighed if difference.corrected_words]
    rows: list[tuple[str, ...]] = []
    if right:
        words = sum(each.corrected_words or 0 for each in right)
        old, new = (
            sum((getattr(each, name) or 0.0) * (each.corrected_words or 0) for each in right) / words
            for name in ("old_errors", "new_errors")
        )
        what = f"word errors, of {words} words in {_recordings(len(right))} that a person has corrected"
        rows.append((what, _share(old), _share(new)))
    others = [each for each, _ in weighed if each.differing is not None and not each.corrected_words]
    if others:
        words = sum(each.old_words for each in others)
        differing = sum((each.differing or 0.0) * each.old_words for each in others) / words
        what = f"words that differ, of {words} in {_recordings(len(others))} that nobody has corrected"
        rows.append((what, "", _share(differing)))
    rows += [
        ("words", str(sum(each.old_words for each, _ in weighed)), str(sum(each.new_words for each, _ in weighed))),
        _row("estimated accuracy", fine, "estimated_accuracy", lambda value: f"{value:.2f}"),
        ("places in doubt", *_doubted(fine)),
        _row("processor seconds for an hour of sound", fine, "processor_s", lambda value: f"{value:,.0f}"),
        _row("seconds of decoding for an hour of sound", fine, "decode_s", lambda value: f"{value:,.0f}"),
    ]
    return Table(("", "now", trial.model), tuple(rows))


def each_recording(tried: Sequence[TriedRecording]) -> Table:
    """A line for each recording, with what became of it."""
    return Table(
        ("recording", "stretch", "errors", "differ", "accuracy", "doubts", "words", "processor s/h", "decoding s/h"),
        tuple(tuple(_line(one)) for one in tried if one.difference is not None),
    )


def _line(one: TriedRecording) -> Iterator[str]:
    found, old, new = one.difference, one.old, one.new
    assert found is not None
    yield one.recording.name
    yield f"{clock(one.stretch.start_ms)}-{clock(one.stretch.end_ms)}"
    yield _pair(found.old_errors, found.new_errors, _share) if found.corrected_words else "-"
    yield _share(found.differing) if found.differing is not None else "-"
    yield _pair(old.estimated_accuracy, new.estimated_accuracy, lambda value: f"{value:.2f}")
    yield _pair(old.doubted, new.doubted, lambda value: f"{value:.0f}")
    yield f"{found.old_words} to {found.new_words}"
    yield _pair(old.processor_s, new.processor_s, lambda value: f"{value:,.0f}")
    yield _pair(old.decode_s, new.decode_s, lambda value: f"{value:,.0f}")


def places(one: TriedRecording) -> Table:
    """Where the two differ most."""
    found = one.difference
    assert found is not None
    is_corrected = found.corrected_words is not None
    return Table(
        ("at", "now", "new", *(("corrected",) if is_corrected else ())),
        tuple(
            (clock(each.at_ms), each.old, each.new, *((each.corrected or "",) if is_corrected else ()))
            for each in found.places
        ),
    )


def remarks(tried: Sequence[TriedRecording]) -> list[str]:
    """Sentences about single recordings: those that were left out, and what is odd about others; and about all."""
    told = []
    compared = [one.difference for one in tried if one.difference is not None]
    words = sum(each.corrected_words or each.old_words for each in compared)
    if compared and words < _FEW_WORDS:
        told.append(
            f"Only {words} words were compared, and a single sentence could turn that: take more recordings or minutes"
            " before you decide."
        )
    for one in tried:
        if one.trouble is not None:
            told.append(f"{one.recording.name}: left out. {sentence(one.trouble)}")
            continue
        told += [f"{one.recording.name}: {note}" for note in one.recording.notes]
        if one.old.identity and one.old.identity == one.new.identity:
            told.append(f"{one.recording.name}: its captions were made by this very model.")
        if one.recording.corrected is not None and one.difference and one.difference.corrected_words is None:
            told.append(f"{one.recording.name}: a person has corrected it, but no word of this stretch.")
    return told


def text(trial: ModelTrial, tried: Sequence[TriedRecording]) -> Iterator[str]:
    """For a terminal."""
    yield _title(trial, tried)
    if any(one.difference for one in tried):
        yield from (*_engines(tried), "")
        yield from _columns(totals(trial, tried))
        yield ""
        yield from _columns(each_recording(tried))
    for one in tried:
        if one.difference is not None and one.difference.places:
            yield ""
            yield f"{one.recording.name}, where they differ most:"
            table = places(one)
            for row in table.rows:
                yield f"  {row[0]}"
                yield from (f"    {name:<9} {said or '-'}" for name, said in zip(table.head[1:], row[1:], strict=True))
    if told := remarks(tried):
        yield from ("", *told)
    if any(one.difference for one in tried):
        yield from ("", _LEANS, _next(trial))


def page(trial: ModelTrial, tried: Sequence[TriedRecording], ending: str) -> str:
    """For whoever decides: Markdown or HTML."""
    write = _Html() if ending == ".html" else _Markdown()
    parts = [write.heading(1, f"Trial of {trial.model}"), write.paragraph(_title(trial, tried))]
    if any(one.difference for one in tried):
        parts += [write.paragraph(line) for line in _engines(tried)]
        parts += [write.table(totals(trial, tried)), write.heading(2, "Recordings"), write.table(each_recording(tried))]
    if told := remarks(tried):
        parts.append(write.items(told))
    if any(one.difference and one.difference.places for one in tried):
        parts.append(write.heading(2, "Where they differ most"))
    for one in tried:
        if one.difference is not None and one.difference.places:
            parts += [write.heading(3, one.recording.name), write.table(places(one))]
    parts += [write.paragraph(_LEANS), write.paragraph(_next(trial))]
    return write.whole(f"Trial of {trial.model}", parts)


def require_ending(report: Path | None) -> None:
    """Raise where the page could not be written at the end of the work."""
    if report is None:
        return
    if report.suffix.lower() not in ENDINGS:
        raise InvalidInput(f"The report's name ends in {' or '.join(ENDINGS)}.", code="wrong_ending")
    if report.is_dir() or not report.absolute().parent.is_dir():
        raise Unusable(f"{report} cannot be written: its folder is not there.", code="output_folder_missing")


def write_page(report: Path, trial: ModelTrial, tried: Sequence[TriedRecording]) -> None:
    """Put the page there, in one step."""
    write_atomically(report.absolute(), page(trial, tried, report.suffix.lower()).encode("utf-8", "replace"))


def document(
    trial: ModelTrial, tried: Sequence[TriedRecording], *, status: int, error: ArchivistError | None = None
) -> dict[str, Any]:
    """For a program. Fields are only ever added; a change of meaning raises the number in ``schema``."""
    return {
        "schema": SCHEMA,
        "exit_status": status,
        "interrupted": status == INTERRUPTED,
        "error": _error(error),
        "model": trial.model,
        "beside": trial.beside or None,
        "recordings": [_as_object(one) for one in tried],
    }


def _as_object(one: TriedRecording) -> dict[str, Any]:
    found = one.difference
    return {
        "name": one.recording.name,
        "error": _error(one.trouble),
        "start_ms": one.stretch.start_ms if found else None,
        "end_ms": one.stretch.end_ms if found else None,
        "took_s": round(one.took_s, 3),
        "comparison": asdict(found) if found else None,
        "old": asdict(one.old) if found else None,
        "new": asdict(one.new) if found else None,
        "notes": list(one.recording.notes),
    }


def _error(error: ArchivistError | None) -> dict[str, Any] | None:
    return {"code": error.code, "message": error.message} if error else None


def _title(trial: ModelTrial, tried: Sequence[TriedRecording]) -> str:
    fine = sum(one.difference is not None for one in tried)
    left = len(tried) - fine
    out = f", {left} left out" if left else ""
    return f"{trial.model} beside what there is now: {_recordings(fine)}{out}, up to {trial.minutes} min of each."


def _engines(tried: Sequence[TriedRecording]) -> list[str]:
    fine = [one for one in tried if one.difference is not None]
    old = dict.fromkeys(one.old.engine or UNKNOWN for one in fine)
    new = dict.fromkeys(one.new.engine or UNKNOWN for one in fine)
    return [f"Now: {'; '.join(old)}.", f"New: {'; '.join(new)}."]


def _next(trial: ModelTrial) -> str:
    take = f"./archivist models use {trial.model}"
    return f"Nothing was changed. To take it: {take}. To go back: ./archivist models use --back."


def _recordings(count: int) -> str:
    return f"{count} recording" if count == 1 else f"{count} recordings"


def _row(name: str, fine: Sequence[TriedRecording], field: str, shown: Callable[[float], str]) -> tuple[str, str, str]:
    old, new = (_mean([(getattr(each, field), one) for each, one in side], shown) for side in _sides(fine))
    return name, old, new


def _sides(
    fine: Sequence[TriedRecording],
) -> tuple[list[tuple[Figures, TriedRecording]], list[tuple[Figures, TriedRecording]]]:
    return [(one.old, one) for one in fine], [(one.new, one) for one in fine]


def _mean(values: Iterable[tuple[float | None, TriedRecording]], shown: Callable[[float], str]) -> str:
    """Weighed by the length of each stretch; of how many, where it is not known of all."""
    every = list(values)
    known = [(value, one.stretch.length_ms) for value, one in every if value is not None]
    if not known or sum(weight for _, weight in known) == 0:
        return UNKNOWN
    mean = sum(value * weight for value, weight in known) / sum(weight for _, weight in known)
    return shown(mean) + (f" (of {len(known)})" if len(known) < len(every) else "")


def _doubted(fine: Sequence[TriedRecording]) -> Iterator[str]:
    for side in _sides(fine):
        known = [figures.doubted for figures, _ in side if figures.doubted is not None]
        yield (str(sum(known)) + (f" (of {len(known)})" if len(known) < len(side) else "")) if known else UNKNOWN


def _pair(old: float | None, new: float | None, shown: Callable[[float], str]) -> str:
    return " to ".join("?" if value is None else shown(value) for value in (old, new))


def _share(value: float | None) -> str:
    return UNKNOWN if value is None else f"{100 * value:.1f} %"


def _columns(table: Table) -> Iterator[str]:
    rows = [table.head, *table.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.head))]
    for row in rows:
        first, *others = row
        cells = (first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)))
        yield "  ".join(cells).rstrip()


class _Markdown:
    """The page as Markdown."""

    def heading(self, level: int, said: str) -> str:
        return f"{'#' * level} {self._plain(said)}\n"

    def paragraph(self, said: str) -> str:
        return f"{self._plain(said)}\n"

    def items(self, said: Iterable[str]) -> str:
        return "".join(f"- {self._plain(one)}\n" for one in said)

    def table(self, table: Table) -> str:
        rows = [table.head, tuple("---" for _ in table.head), *table.rows]
        return "".join(f"| {' | '.join(self._plain(cell) for cell in row)} |\n" for row in rows)

    def whole(self, title: str, parts: Sequence[str]) -> str:
        return "\n".join(parts)

    def _plain(self, said: str) -> str:
        return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(said.split()))


class _Html:
    """The page as HTML, with nothing to be fetched."""

    def heading(self, level: int, said: str) -> str:
        return f"<h{level}>{html.escape(said)}</h{level}>"

    def paragraph(self, said: str) -> str:
        return f"<p>{html.escape(said)}</p>"

    def items(self, said: Iterable[str]) -> str:
        return f"<ul>{''.join(f'<li>{html.escape(one)}</li>' for one in said)}</ul>"

    def table(self, table: Table) -> str:
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in table.head)
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>\n" for row in table.rows)
        return f"<table>\n<tr>{head}</tr>\n{rows}</table>"

    def whole(self, title: str, parts: Sequence[str]) -> str:
        head = f'<meta charset="utf-8"><title>{html.escape(title)}</title>\n<style>{_STYLE}</style>'
        return "\n".join(("<!doctype html>", f'<html lang="en">{head}', *parts, "</html>", ""))
