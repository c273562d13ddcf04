"""Versions of captions as they are stored, a cue list with the ids of its cues, and what edits make of them.

Values of JSON go in and come out, so that a process of its own can do the work (``shared/compute.py``).
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.captions.carrying import CarriedEdits, merge, rebase
from shared.captions.cuelist import CueList, read_cue_list, write_cue_list
from shared.captions.difference import difference
from shared.captions.edits import IdentifiedCue, apply, identified
from shared.captions.edits_json import cue_to_json, edits_from_json, edits_to_json, operation_to_json
from shared.captions.operations import Delete, Operation, RenameSpeaker
from shared.captions.tracing import traced
from shared.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class CaptionsAsKept:
    """A cue list and the ids of its cues; without ids, their numbers."""

    cue_list: dict[str, Any]
    cue_ids: list[str] | None = None


@dataclass(frozen=True, slots=True)
class EditedCaptions:
    """What edits have made of captions."""

    captions: CaptionsAsKept
    edits: dict[str, Any]
    """The operations that were applied, as ``edits_json`` writes them."""
    left_out: list[dict[str, Any]]
    """Those that found no place: ``operation``, ``code`` and ``message``."""


def edit(captions: CaptionsAsKept, edits: object) -> EditedCaptions:
    """The captions after these edits; raises InvalidInput for what is no edit of them, where a cue loses all text
    (whoever wants it gone deletes it), and where no cue is left: viewers would see empty captions."""
    read, cues = _read(captions)
    operations = edits_from_json(edits)
    edited = apply(cues, operations).cues
    if _empty(edited):
        raise InvalidInput("A cue has no text left. Delete it instead.", code="edit_empty_cue")
    if not edited:
        raise InvalidInput(
            "No cue would be left, and viewers would get empty captions. Leave at least one, or stop the publication.",
            code="edit_no_cues_left",
        )
    return EditedCaptions(_kept(edited, read), edits_to_json(operations), [])


def rebase_edits(base: CaptionsAsKept, mine: object, theirs: object) -> EditedCaptions:
    """My edits of ``base`` after somebody else's of the same."""
    read, cues = _read(base)
    return _carried(rebase(cues, edits_from_json(mine), edits_from_json(theirs)), read)


def merge_edits(base: CaptionsAsKept, edits: object, machine: CaptionsAsKept) -> EditedCaptions:
    """A person's edits of ``base`` in a new result, wherever the words still match."""
    read, cues = _read(machine)
    return _carried(merge(_read(base)[1], edits_from_json(edits), cues), read)


def namings(base: CaptionsAsKept, result: CaptionsAsKept) -> dict[str, Any]:
    """What a naming has changed, as operations on the captions before it: captions that are written again with a name
    are cut anew, so who is called what is read from the words."""
    old, new = traced(_read(base)[1], _read(result)[1])
    operations: list[Operation] = []
    for speaker, ids in old.said_by.items():
        heard: Counter[str | None] = Counter(
            new.table[new.where[word]].speaker for id in ids for word in old.words[id] if word in new.where
        )
        name = heard.most_common(1)[0][0] if heard else speaker
        if name != speaker and 2 * heard[name] > heard.total():
            operations.append(RenameSpeaker(tuple(sorted(ids)), speaker, name))
    return edits_to_json(operations)


def shown(captions: CaptionsAsKept) -> dict[str, Any]:
    """The cues under the ids by which operations name them."""
    read, cues = _read(captions)
    return {"start_tc": read.start_tc, "drop_frame": read.drop_frame, "cues": [cue_to_json(one) for one in cues]}


def compared(one: CaptionsAsKept, two: CaptionsAsKept) -> dict[str, Any]:
    """What makes the second of the first: as operations on the first, and as its cues before and after them."""
    before = _read(one)[1]
    operations = difference(before, _read(two)[1])
    old = {cue.id: cue for cue in before}
    new = {cue.id: cue for cue in apply(before, operations).cues}
    touched = sorted(
        {id for step in operations for id in step.touched}, key=lambda id: ((old.get(id) or new[id]).cue.start, id)
    )
    return {
        "operations": [operation_to_json(one) for one in operations],
        "changes": [
            {"cue": id, "before": _shown_if_there(old.get(id)), "after": _shown_if_there(new.get(id))} for id in touched
        ],
    }


def _shown_if_there(cue: IdentifiedCue | None) -> dict[str, Any] | None:
    return cue_to_json(cue) if cue else None


def as_json(function: Callable[..., dict[str, Any]], *captions: tuple[str, list[str] | None]) -> bytes:
    """What ``shown`` or ``compared`` answers for cue lists as they lie in the database, ready to be sent: a process of
    its own reads and writes these megabytes, and the caller only passes them on."""
    answer = function(*(CaptionsAsKept(json.loads(text), ids) for text, ids in captions))
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _carried(carried: CarriedEdits, like: CueList) -> EditedCaptions:
    """A cue that lost its last word to an edit is gone; nobody has put it there."""
    gone: tuple[Operation, ...] = tuple(Delete(id) for id in _empty(carried.cues))
    cues = apply(carried.cues, gone).cues
    left_out = [
        {"operation": operation_to_json(one.operation), "code": one.code, "message": one.message}
        for one in carried.left_out
    ]
    return EditedCaptions(_kept(cues, like), edits_to_json((*carried.operations, *gone)), left_out)


def _empty(cues: Sequence[IdentifiedCue]) -> list[str]:
    return [one.id for one in cues if not one.cue.text.strip()]


def _read(captions: CaptionsAsKept) -> tuple[CueList, tuple[IdentifiedCue, ...]]:
    read = read_cue_list(json.dumps(captions.cue_list))
    return read, identified(read.cues, captions.cue_ids)


def _kept(cues: Sequence[IdentifiedCue], like: CueList) -> CaptionsAsKept:
    text = write_cue_list((one.cue for one in cues), start_tc=like.start_tc, drop_frame=like.drop_frame)
    return CaptionsAsKept(json.loads(text), [one.id for one in cues])
