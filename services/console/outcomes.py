"""What came of each recording, for a person at the terminal and, as JSON, for a program."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from services.console.chosen_recordings import NamedFile
from services.console.exit_status import ERROR, INTERRUPTED, LOOK, PASSED, detail, sentence
from services.console.progress_display import printable
from services.transcriber.single import SingleResult
from shared.errors import ArchivistError
from shared.languages import language_name
from shared.media.positions import clock, length
from shared.quality import Outcome, QualityReport, Verdict
from shared.quality.report_text import OUTCOMES

SCHEMA = "archivist.transcribe/1"
_FIRST_CUES = 3
_MOST_REASONS = 6


@dataclass(frozen=True, slots=True)
class FileResult:
    """One recording that was worked on, or that could not be."""

    recording: NamedFile
    took_s: float = 0.0
    result: SingleResult | None = None
    error: ArchivistError | None = None

    @property
    def status(self) -> str:
        """``completed``, ``needs_review``, ``failed`` (the quality gate's words) or ``error``."""
        return self.result.composition.report.outcome.value if self.result else "error"

    @property
    def exit_status(self) -> int:
        """0 passed, 1 a person should look, 2 no captions."""
        if self.result is None:
            return ERROR
        return PASSED if self.result.composition.report.outcome is Outcome.COMPLETED else LOOK


def story(done: FileResult) -> Iterator[str]:
    """Lines about one recording whose captions were made: what to think of them, how they begin, where they are."""
    result = done.result
    if result is None:
        return
    report, transcript = result.composition.report, result.transcript
    yield f"{done.recording.name}: {OUTCOMES[report.outcome]} Score {report.score:.2f}."
    yield from (f"  {line}" for line in _reasons(report))
    speech_ms = sum(span.end_ms - span.start_ms for span in transcript.speech)
    pace = f", {transcript.duration_ms / 1000 / done.took_s:.1f} times real time" if done.took_s > 0 else ""
    told = f"{length(speech_ms)} of speech in {language_name(result.language)}"
    yield f"  {report.words} words in {told}, {length(transcript.duration_ms)} of recording"
    engine = f", by {result.engine.title}" if result.engine else ""
    yield f"  made in {length(round(done.took_s * 1000))}{pace}{engine}"
    yield from (f"  {note}" for note in _notes(result))
    for cue in islice(result.composition.cue_list["cues"], _FIRST_CUES):
        yield f"  {clock(round(cue['start'] * 1000)):>7}  {' / '.join(cue['text'].splitlines())}"
    yield f"  {printable(str(done.recording.folder))}/: {', '.join(path.name for path in result.files.values())}"


def _notes(result: SingleResult) -> list[str]:
    """Each once: the report tells of the transcript's warnings too."""
    return list(dict.fromkeys((*result.transcript.warnings, *result.composition.report.notes, *result.notes)))


def _reasons(report: QualityReport) -> Iterator[str]:
    troubles = [
        reason for check in report.checks if check.verdict in (Verdict.DOUBT, Verdict.FAIL) for reason in check.reasons
    ]
    for reason in troubles[:_MOST_REASONS]:
        yield reason.text
    if len(troubles) > _MOST_REASONS:
        yield f"and {len(troubles) - _MOST_REASONS} more reasons in quality.json"


def table(all_of_them: Sequence[FileResult]) -> Iterator[str]:
    """A line for each of several recordings."""
    counts = {status: sum(done.status == status for done in all_of_them) for status in _WORDS}
    told = ", ".join(f"{count} {_WORDS[status]}" for status, count in counts.items() if count)
    yield f"{len(all_of_them)} recordings: {told}"
    for done in all_of_them:
        score = f"{done.result.composition.report.score:.2f}" if done.result else "-"
        where = sentence(done.error) if done.error else f"{printable(str(done.recording.folder))}/"
        yield f"  {_WORDS[done.status]:<15} {score:>4}  {done.recording.name}: {where}"


_WORDS = {
    "completed": "passed",
    "needs_review": "to be reviewed",
    "failed": "failed",
    "error": "without text",
}


def document(
    all_of_them: Sequence[FileResult], *, exit_status: int, error: ArchivistError | None = None
) -> dict[str, Any]:
    """The same for a program. Fields are only ever added; a change of meaning raises the number in ``schema``."""
    return {
        "schema": SCHEMA,
        "exit_status": exit_status,
        "interrupted": exit_status == INTERRUPTED,
        "error": _error(error),
        "recordings": [_as_object(done) for done in all_of_them],
    }


def _error(error: ArchivistError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"code": error.code, "message": error.message, "detail": detail(error)}


def _as_object(done: FileResult) -> dict[str, Any]:
    found: dict[str, Any] = {
        "file": done.recording.typed,
        "status": done.status,
        "error": _error(done.error),
        "took_s": round(done.took_s, 3),
    }
    if done.result is None:
        return found
    result, report = done.result, done.result.composition.report
    return {
        **found,
        "score": report.score,
        "checks": {check.name.value: check.score for check in report.checks},
        "reasons": [
            {
                "check": check.name.value,
                "code": reason.code,
                "text": reason.text,
                "start_ms": reason.start_ms,
                "end_ms": reason.end_ms,
            }
            for check in report.checks
            if check.verdict in (Verdict.DOUBT, Verdict.FAIL)
            for reason in check.reasons
        ],
        "notes": _notes(result),
        "is_demonstration": report.is_demonstration,
        "words": report.words,
        "cues": report.cues,
        "speech_ms": sum(span.end_ms - span.start_ms for span in result.transcript.speech),
        "duration_ms": result.transcript.duration_ms,
        "language": result.language,
        "engine": result.engine.title if result.engine else None,
        "folder": str(done.recording.folder.absolute()),
        "files": {kind: str(path) for kind, path in result.files.items()},
    }
