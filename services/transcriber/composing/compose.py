"""From a transcript to everything that is written: captions in every format, the quality report, the word list.

Pure but for the clock it does not read: the same transcript and choices give the same bytes, whoever composes them.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from services.transcriber.composing.assemble import Transcript
from services.transcriber.engines.values import OtherLanguages
from services.transcriber.hearing.audio import DecodedAudio
from shared.captions import (
    CueList,
    SccOptions,
    Severity,
    check_scc,
    has_errors,
    profile,
    segment,
    write_cue_list,
    write_scc,
    write_srt,
    write_text,
    write_vtt,
)
from shared.captions.legible import ILLEGIBLE
from shared.captions.model import Cue, Finding
from shared.captions.timecode import labelling_for
from shared.errors import Unusable
from shared.languages import language_name
from shared.meetings import (
    Correction,
    Enrichment,
    Hotwords,
    Vocabulary,
    correct,
    enrich,
    enrichment_json,
    hotwords,
    summary_markdown,
)
from shared.meetings.abstract import AbstractSummary
from shared.quality import (
    AudioFacts,
    EngineFacts,
    Evidence,
    OtherLanguage,
    ProbeFacts,
    QualityReport,
    Thresholds,
    judge,
    to_json,
)


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """Which recording this is, for people who find the files years later."""

    title: str
    """File name without its ending."""
    path: str
    recorded_at: datetime
    identity: str | None = None
    size_bytes: int | None = None
    city: str | None = None
    frame_rate: Fraction | None = None
    drop_frame: bool | None = None
    """Whether the picture carries drop-frame timecode; None when it carries none."""
    scheduled_ms: int | None = None
    """Run length that the station's schedule gives; None where it is not known."""


@dataclass(frozen=True, slots=True)
class CaptionChoices:
    """What the city or the station decided about captions."""

    profile: str = "fcc"
    start_tc: str = "00:00:00;00"
    thresholds: Thresholds = field(default_factory=Thresholds)
    include_summary: bool = True
    language: str = "en"
    other_languages: OtherLanguages = OtherLanguages.DECODE
    """What is made of stretches in another language than that one."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    phrases: tuple[str, ...] = ()
    """Names and terms that whoever wants the captions expects in this recording."""

    @property
    def hotwords(self) -> Hotwords:
        """What the engine was told to expect."""
        return hotwords(self.vocabulary, first=self.phrases)


@dataclass(frozen=True, slots=True)
class Composition:
    """The bytes of every file but the manifest, and what was found while making them."""

    files: Mapping[str, bytes]
    """Format (``scc``, ``vtt``, ``words``, ...) to content."""
    cue_list: dict[str, Any]
    enrichment: Enrichment
    corrections: tuple[Correction, ...]
    """Names that were put right by the city's vocabulary."""
    report: QualityReport
    evidence: Evidence
    """What the report rests on."""
    findings: tuple[Finding, ...]


NOT_WRITABLE = "edit_not_writable"
"""Code of what viewers of SCC could not be shown as a person has written it."""
FILE_NAMES = {
    "scc": "{base}.scc",
    "vtt": "{base}.vtt",
    "srt": "{base}.srt",
    "txt": "{base}.txt",
    "json": "cues.json",
    "words": "words.json",
    "quality": "quality.json",
    "enrichment": "enrichment.json",
    "summary": "summary.md",
    "manifest": "manifest.json",
}
"""What each format is called in the output folder."""


def compose(
    transcript: Transcript,
    decoded: DecodedAudio,
    source: RecordingFacts,
    choices: CaptionChoices,
    *,
    second_decode_done: bool = False,
) -> Composition:
    """Write and judge the captions of one recording; takes about a second for three hours."""
    words, corrections = correct(transcript.words, choices.vocabulary)
    transcript = replace(transcript, words=words)
    rules = profile(choices.profile)
    options = scc_options(source, choices)
    scc = write_scc(segment(transcript.words, rules, transcript.sounds), options)
    findings = _findings(scc.findings, check_scc(scc.text, scc.cues, options=options))
    web = segment(transcript.words, rules.for_web(), transcript.sounds)
    evidence = _evidence(transcript, decoded, source, choices, scc.cues, findings)
    report = judge(evidence, choices.thresholds, second_decode_done=second_decode_done)
    cue_list = write_cue_list(scc.cues, start_tc=options.start_tc, drop_frame=options.counts_drop_frame)
    enrichment = enrich(
        words, duration_ms=transcript.duration_ms, sounds=transcript.sounds, roster=choices.vocabulary.roster
    )
    files = {
        "scc": scc.text,
        "vtt": write_vtt(web),
        "srt": write_srt(web),
        "txt": write_text(web),
        "json": cue_list,
        "words": _words_json(transcript, source, choices, corrections),
        "quality": to_json(report),
        "enrichment": enrichment_json(enrichment),
    }
    if choices.include_summary:
        files["summary"] = summary_markdown(
            enrichment, title=source.title, facts=_facts(source), is_demonstration=report.is_demonstration
        )
    return Composition(
        files={name: text.encode() for name, text in files.items()},
        cue_list=json.loads(cue_list),
        enrichment=enrichment,
        corrections=corrections,
        report=report,
        evidence=evidence,
        findings=findings,
    )


def compose_edited(captions: CueList) -> dict[str, bytes]:
    """The files of captions that a person has edited: cut into cues as they are, in every format.

    Raises Unusable where viewers would not see them as they are.
    """
    options = SccOptions(start_tc=captions.start_tc)
    scc = write_scc(captions.cues, options)
    findings = _findings(scc.findings, check_scc(scc.text, scc.cues, options=options))
    if has_errors(findings):
        worst = next(one for one in findings if one.severity is Severity.ERROR)
        raise Unusable(f"The edited captions cannot be written as SCC: {worst.message}", code=NOT_WRITABLE)
    cue_list = write_cue_list(captions.cues, start_tc=captions.start_tc, drop_frame=captions.drop_frame)
    texts = {
        "scc": scc.text,
        "vtt": write_vtt(captions.cues),
        "srt": write_srt(captions.cues),
        "txt": write_text(captions.cues),
        "json": cue_list,
    }
    return {kind: text.encode() for kind, text in texts.items()}


def _findings(writing: tuple[Finding, ...], reading: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What was found when the SCC was written and read back; where nothing of it can be read, that says it all.

    What both find at one time is said once, by the reader.
    """
    said = {(finding.code, finding.timecode) for finding in reading}
    writing = tuple(finding for finding in writing if (finding.code, finding.timecode) not in said)
    if any(finding.code == ILLEGIBLE for finding in reading):
        writing = tuple(finding for finding in writing if finding.code != "transliterated")
    return (*writing, *reading)


def with_abstract(composition: Composition, abstract: AbstractSummary, source: RecordingFacts) -> Composition:
    """The same composition with a language model's own words on the summary page, marked as such."""
    page = summary_markdown(
        composition.enrichment,
        title=source.title,
        facts=_facts(source),
        is_demonstration=composition.report.is_demonstration,
        abstract=abstract,
    )
    return replace(composition, files={**composition.files, "summary": page.encode()})


def scc_options(source: RecordingFacts, choices: CaptionChoices) -> SccOptions:
    """The labels of this recording's SCC: whether they drop frames follows the picture, where there is one."""
    if source.frame_rate is None and source.drop_frame is None:
        return SccOptions(start_tc=choices.start_tc)
    labelling = labelling_for(source.frame_rate, source.drop_frame)
    separator = ";" if labelling.drop_frame else ":"
    time, frames = choices.start_tc[:8], choices.start_tc[9:]
    if labelling.drop_frame and frames < "02" and time.endswith(":00") and int(time[3:5]) % 10:
        frames = "02"  # 00:01:00;00 and ;01 do not exist
    return SccOptions(start_tc=f"{time}{separator}{frames}")


def _evidence(
    transcript: Transcript,
    decoded: DecodedAudio,
    source: RecordingFacts,
    choices: CaptionChoices,
    cues: tuple[Cue, ...],
    findings: tuple[Finding, ...],
) -> Evidence:
    levels = decoded.levels
    engine = transcript.engine
    return Evidence(
        duration_ms=transcript.duration_ms,
        words=transcript.words,
        cues=cues,
        sounds=transcript.sounds,
        speech=transcript.speech,
        overruled=transcript.overruled,
        findings=findings,
        audio=AudioFacts(
            rms_dbfs=levels.loud_dbfs,
            peak_dbfs=levels.peak_dbfs,
            clipped_share=levels.clipped_ratio,
            snr_db=levels.snr_db if transcript.speech else None,
            cancelled_ms=decoded.cancelled_ms,
        ),
        probe=ProbeFacts(
            decoded_ms=decoded.duration_ms,
            container_ms=decoded.container_ms,
            sound_starts_ms=decoded.offset_ms,
            heard_from_ms=decoded.heard_from_ms,
            scheduled_ms=source.scheduled_ms,
            warnings=(decoded.complaint,) if decoded.complaint else (),
            complaints=decoded.complaints,
            broken=decoded.broken,
            gone=decoded.gone,
        ),
        engine=EngineFacts(
            name=engine.title if engine else "",
            is_demonstration=bool(engine and engine.is_demonstration),
            degradations=transcript.degradations,
            smaller_model=transcript.smaller_model,
            redecoded=transcript.redecoded,
            second_decodes=transcript.second_decodes,
            inaudible=transcript.inaudible,
            warnings=transcript.warnings,
            language=language_name(transcript.language.code) if transcript.language else None,
            language_probability=transcript.language.probability if transcript.language else 1.0,
            is_calibrated=engine is None or engine.name == "faster-whisper",
            other_languages=tuple(
                OtherLanguage(
                    one.start_ms,
                    one.end_ms,
                    language_name(one.language) if one.language else None,
                    one.probability,
                    one.has_words,
                )
                for one in transcript.other_languages
            ),
            own_language=language_name(choices.language),
            names_told=choices.hotwords.used if engine else 0,
            names_known=choices.hotwords.entries if engine else 0,
        ),
    )


def _facts(source: RecordingFacts) -> list[tuple[str, str]]:
    facts = [("Recorded", f"{source.recorded_at:%Y-%m-%d}"), ("File", source.path)]
    return [("City", source.city), *facts] if source.city else facts


def _words_json(
    transcript: Transcript, source: RecordingFacts, choices: CaptionChoices, corrections: tuple[Correction, ...]
) -> str:
    body = {
        "schema": "archivist.words/1",
        "title": source.title,
        "language": choices.language,
        "duration_ms": transcript.duration_ms,
        "is_demonstration": bool(transcript.engine and transcript.engine.is_demonstration),
        "words": [
            {
                "text": word.text,
                "start_ms": word.start_ms,
                "end_ms": word.end_ms,
                "confidence": None if word.confidence is None else round(word.confidence, 3),
                "speaker": word.speaker,
            }
            for word in transcript.words
        ],
        "sounds": [
            {"kind": sound.text, "start_ms": sound.start_ms, "end_ms": sound.end_ms} for sound in transcript.sounds
        ],
        "other_languages": [asdict(one) for one in transcript.other_languages],
        "corrections": [asdict(one) for one in corrections],
        "doubts": [
            {"code": doubt.code, "start_ms": doubt.start_ms, "end_ms": doubt.end_ms} for doubt in transcript.doubts
        ],
    }
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"
