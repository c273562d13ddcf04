"""SCC and MCC into each other without reading them as cues: every word stays, on its frame, under another label."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from shared.captions.caption_services import FIELDS, Services, field_of
from shared.captions.codes import FILLER, Channel
from shared.captions.interchange import Loaded
from shared.captions.mcc import read_mcc, write_mcc
from shared.captions.model import Finding, Severity
from shared.captions.scc_lines import HEADER, read_paper, start_frame
from shared.captions.scc_reader import sending
from shared.captions.scc_words import runs_of
from shared.captions.timecode import frames_per_day, label, parse
from shared.errors import InvalidInput

WORDED = (".scc", ".mcc")
"""Formats that hold the words of CEA-608 themselves."""

_Run = tuple[int, tuple[int, ...]]


def unchanged(
    loaded: Loaded, source: str, target: str, start_tc: str, now: datetime
) -> tuple[str, tuple[Finding, ...]]:
    """The text of an SCC or MCC file with the words of another one; ``start_tc`` is its label of media time 0.

    Raises:
        InvalidInput: the words do not come back when the text is read.
    """
    if source == target == ".mcc" and start_tc == loaded.start_tc:
        # Both fields and the services of CEA-708 are in it, and nothing is to be done to them.
        return loaded.text, ()
    runs, findings = _runs_of_scc(loaded) if source == ".scc" else _runs_of_mcc(loaded)
    if source == target == ".mcc":
        message = "Under another label only CEA-608 is written; services of CEA-708 are not in this file."
        findings = (*findings, Finding("no_708", message, Severity.WARNING))
    drop_frame = parse(start_tc).drop_frame
    start = start_frame(start_tc, drop_frame=drop_frame)
    late = start + runs[0][0] < 0 if runs else False
    runs = list(_from_zero(runs, start))
    if late:
        message = "The first words are due before label 00:00:00 and are sent from there on."
        findings = (*findings, Finding("before_start", message, Severity.WARNING))
    if target == ".scc":
        lines = [f"{label(at, drop_frame=drop_frame)}\t{_hexadecimal(words)}" for at, words in runs]
        text = "\n\n".join([HEADER, *lines]) + "\n"
        back = [(line.frame, line.words) for line in read_paper(text, start_tc).lines]
        is_equal = back == runs
    else:
        words = [one for one in _words(runs) if one[1] != FILLER]
        text = write_mcc(words, start_frame=0, drop_frame=drop_frame, field=field_of(loaded.channel), created_at=now)
        # Labels begin again at midnight, and nothing in the file tells on which day it begins.
        days = words[0][0] - words[0][0] % frames_per_day(drop_frame=drop_frame) if words else 0
        is_equal = [(at + days, word) for at, word in read_mcc(text).words(loaded.channel)] == words
    if not is_equal:
        raise InvalidInput(f"The words do not survive being written as {target[1:].upper()}.")
    return text, findings


def _runs_of_scc(loaded: Loaded) -> tuple[list[_Run], tuple[Finding, ...]]:
    paper = read_paper(loaded.text, loaded.start_tc)
    return [(frame - loaded.start, words) for frame, words, _line in sending(paper)], ()


def _runs_of_mcc(loaded: Loaded) -> tuple[list[_Run], tuple[Finding, ...]]:
    """The captions of one field, for an SCC has no more; the other field is named if it has any."""
    reading = read_mcc(loaded.text)
    field = field_of(loaded.channel)
    services = Services(field)
    words = [one for one in reading.words(loaded.channel) if services.of(one[1]) in FIELDS[field]]
    runs = [(frame - loaded.start, tuple(run)) for frame, run in runs_of(words)]
    other: Channel = "CC3" if field == 1 else "CC1"
    if not reading.words(other):
        return runs, ()
    message = f"The captions of field {3 - field} are not in this file; choose them with channel {other}."
    return runs, (Finding("other_field", message, Severity.WARNING),)


def _from_zero(runs: Iterable[_Run], start: int) -> Iterator[_Run]:
    """No label is before zero: words that would be wait, as they do in an encoder's queue."""
    free = 0
    for frame, words in runs:
        at = max(frame + start, free)
        yield at, words
        free = at + len(words)


def _words(runs: Iterable[_Run]) -> Iterator[tuple[int, int]]:
    for at, words in runs:
        yield from enumerate(words, at)


def _hexadecimal(words: Iterable[int]) -> str:
    return " ".join(f"{word:04x}" for word in words)
