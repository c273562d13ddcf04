"""How good the captions of one recording are, and whether they may be published without a person looking.

Pure: evidence goes in, a report comes out. ``judge`` never opens a file, so a report can be made again from stored
evidence at any time, and two services that hold the same evidence reach the same verdict.
"""

from shared.quality.evidence import AudioFacts, EngineFacts, Evidence, OtherLanguage, ProbeFacts, SecondDecode
from shared.quality.gate import judge
from shared.quality.report import Check, Outcome, QualityReport, Reason, Verdict
from shared.quality.report_json import from_json, to_json
from shared.quality.report_text import quality_markdown, quality_summary
from shared.quality.review import ReviewReason, as_rows, review_reasons
from shared.quality.second_decode import Worth, is_better, sent_back, worth_of
from shared.quality.spans import Span
from shared.quality.thresholds import CheckName, Thresholds

__all__ = [
    "AudioFacts",
    "Check",
    "CheckName",
    "EngineFacts",
    "Evidence",
    "OtherLanguage",
    "Outcome",
    "ProbeFacts",
    "QualityReport",
    "Reason",
    "ReviewReason",
    "SecondDecode",
    "Span",
    "Thresholds",
    "Verdict",
    "Worth",
    "as_rows",
    "from_json",
    "is_better",
    "judge",
    "quality_markdown",
    "quality_summary",
    "review_reasons",
    "sent_back",
    "to_json",
    "worth_of",
]
