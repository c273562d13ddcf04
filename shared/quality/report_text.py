"""A quality report for people: one line for a log or a terminal, a page of Markdown for a reviewer."""

from shared.media.positions import length
from shared.quality.report import Outcome, QualityReport, Verdict, counted

OUTCOMES = {
    Outcome.COMPLETED: "The captions may be published.",
    Outcome.NEEDS_REVIEW: "A person should look before the captions are published.",
    Outcome.DECODE_AGAIN: "The parts in question are decoded once more with safer settings.",
    Outcome.FAILED: "The captions must not be published.",
}


def quality_summary(report: QualityReport) -> str:
    """One line: what happens next and the checks that stand in the way."""
    trouble = [
        f"{_title(check.name)} {check.verdict.value}" + ("" if check.score is None else f" ({check.score:.2f})")
        for check in report.checks
        if check.verdict in (Verdict.DOUBT, Verdict.FAIL)
    ]
    reason = f": {', '.join(trouble)}" if trouble else ""
    return f"{report.outcome.value}, score {report.score:.2f}{reason}"


def quality_markdown(report: QualityReport) -> str:
    """A page for a reviewer: verdict, table of checks, and below it every reason with its place in the recording."""
    lines = [
        "# Caption quality",
        "",
        f"**{OUTCOMES[report.outcome]}** Overall score {report.score:.2f}. "
        f"{counted(report.words, 'word')} on {counted(report.cues, 'caption')}, "
        f"{length(report.duration_ms)} of recording.",
        "",
        *(f"> {note}" for note in report.notes),
        *([""] if report.notes else []),
        "| Check | Score | Verdict |",
        "|---|---|---|",
    ]
    lines.extend(
        f"| {_heading(check.name)} | {'-' if check.score is None else f'{check.score:.2f}'} | {check.verdict.value} |"
        for check in report.checks
    )
    for check in report.checks:
        if check.reasons:
            lines.extend(["", f"## {_heading(check.name)}: {check.verdict.value}", ""])
            lines.extend(f"- {reason.text}" for reason in check.reasons)
    return "\n".join(lines) + "\n"


def _title(name: str) -> str:
    return name.replace("_", " ").replace("scc", "SCC")


def _heading(name: str) -> str:
    title = _title(name)
    return title[0].upper() + title[1:]
