"""Say what is wrong with a caption file that somebody sent, at a bounded cost and in a bounded answer.

Runs in a child process (:mod:`shared.compute`), so it imports nothing but what it needs.
"""

from dataclasses import dataclass, replace

from shared.captions import profile
from shared.captions.codes import Channel
from shared.captions.encoding import MAX_BYTES
from shared.captions.gathering import gathered
from shared.captions.interchange import check_captions, read_captions
from shared.captions.model import Finding, Severity
from shared.errors import InvalidInput

MOST_FINDINGS = 500
"""More than a person reads; the counts tell the rest."""
MOST_OF_A_CODE = 100
"""So that the commonest fault does not hide the others."""
_MOST_CHARACTERS = 500
"""Of a finding's sentence, which may quote the file."""
_MOST_BYTES = {".mcc": MAX_BYTES}
"""Every frame of an MCC file has a line, so it is a hundred times as long as the others."""
_MOST_BYTES_OF_OTHERS = 8 * 1024 * 1024
"""Twenty-five times a meeting of three hours."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found."""

    cues: int
    is_fit_for_air: bool
    findings: tuple[Finding, ...]
    """The first of each code; if there are too many kinds, errors before warnings."""
    counts: dict[str, int]
    """How many there are of each code, also of those left out."""


def require_size(size_bytes: int, ending: str) -> None:
    """Raises InvalidInput (``too_large``) for a file that is too long to be captions, before anything reads it."""
    most = _MOST_BYTES.get(ending, _MOST_BYTES_OF_OTHERS)
    if size_bytes > most:
        raise InvalidInput(f"A caption file of this kind has at most {most // 2**20} MiB.", code="too_large")


def judge_captions(content: bytes, ending: str, guide: str, start_tc: str | None, channel: Channel) -> CheckResult:
    """Read and check. Raises InvalidInput for a file that is no text, or a cue list that is none."""
    loaded = read_captions(content, ending, start_tc, channel)
    findings = check_captions(loaded, ending, profile(guide), start_tc)
    found = gathered(findings, each=MOST_OF_A_CODE, most=MOST_FINDINGS)
    return CheckResult(
        cues=len(loaded.cues),
        is_fit_for_air=not any(one.severity is Severity.ERROR for one in findings),
        findings=tuple(replace(one, message=one.message[:_MOST_CHARACTERS]) for one in found.listed),
        counts=found.counts,
    )
