"""The states that rows may be in and the steps they may take, as tables and one function.

The same words stand in check constraints of the database, so a state nobody wrote down cannot be stored.
"""

from collections.abc import Mapping
from enum import StrEnum

from shared.errors import Conflict


class RecordingStatus(StrEnum):
    """The life of a file on a mount."""

    SEEN = "seen"
    """Noticed; nothing is known about it yet."""
    SETTLING = "settling"
    """Still growing, or not quiet for long enough."""
    VALID = "valid"
    """Complete, playable, with sound."""
    REJECTED = "rejected"
    """Looked at and refused, with a reason; looked at again when it changes."""


class TranscriptionStatus(StrEnum):
    """The words integrators of the original system know."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NEEDS_REVIEW = "needs_review"


class Stage(StrEnum):
    """How far a transcription that is being worked on has come."""

    PLAN = "plan"
    SLICES = "slices"
    FINISH = "finish"
    DONE = "done"


class SliceStatus(StrEnum):
    """One piece of about ten minutes."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class PublicationStatus(StrEnum):
    """From finished captions to a publication the server itself confirms."""

    PENDING = "pending"
    LINKED = "linked"
    PLACED = "placed"
    PROCESSING = "processing"
    PUBLISHED = "published"
    DONE = "done"
    """Nothing more is wanted: the station has no Cablecast, and the captions lie where they can lie."""
    NEEDS_REVIEW = "needs_review"
    FAILED = "failed"
    REMOVED = "removed"


class TaskStatus(StrEnum):
    """Work that has no row of its own; one that is in hand is pending and leased."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class VodStatus(StrEnum):
    """What the original system calls the state of a VOD."""

    PROCESSING = "processing"
    PUBLISHED = "published"
    FAILED = "failed"
    REMOVED = "removed"


R, T, P = RecordingStatus, TranscriptionStatus, PublicationStatus

RECORDING_STEPS: Mapping[StrEnum, frozenset[StrEnum]] = {
    R.SEEN: frozenset({R.SETTLING, R.REJECTED}),
    R.SETTLING: frozenset({R.VALID, R.REJECTED}),
    R.VALID: frozenset({R.SETTLING}),  # the file changed after it had been accepted
    R.REJECTED: frozenset({R.SETTLING}),
}

TRANSCRIPTION_STEPS: Mapping[StrEnum, frozenset[StrEnum]] = {
    T.PENDING: frozenset({T.PROCESSING, T.CANCELLED, T.FAILED}),
    T.PROCESSING: frozenset({T.PENDING, T.COMPLETED, T.NEEDS_REVIEW, T.FAILED, T.CANCELLED}),
    # To processing and back: a person has named a speaker, and the captions are written again.
    T.COMPLETED: frozenset({T.PENDING, T.PROCESSING, T.NEEDS_REVIEW}),
    T.NEEDS_REVIEW: frozenset({T.COMPLETED, T.PENDING, T.PROCESSING, T.CANCELLED}),
    T.FAILED: frozenset({T.PENDING, T.CANCELLED}),
    T.CANCELLED: frozenset({T.PENDING}),
}

PUBLICATION_STEPS: Mapping[StrEnum, frozenset[StrEnum]] = {
    P.PENDING: frozenset({P.LINKED, P.DONE, P.NEEDS_REVIEW, P.FAILED, P.REMOVED}),
    # Back to pending: the recording has got a name that says another show.
    P.LINKED: frozenset({P.PENDING, P.PLACED, P.DONE, P.NEEDS_REVIEW, P.FAILED, P.REMOVED}),
    P.PLACED: frozenset({P.PENDING, P.PROCESSING, P.PUBLISHED, P.DONE, P.NEEDS_REVIEW, P.FAILED, P.REMOVED}),
    P.PROCESSING: frozenset({P.PENDING, P.PUBLISHED, P.DONE, P.NEEDS_REVIEW, P.FAILED, P.REMOVED}),
    P.PUBLISHED: frozenset({P.PENDING, P.REMOVED}),
    P.DONE: frozenset({P.PENDING, P.REMOVED}),
    P.NEEDS_REVIEW: frozenset({P.PENDING, P.LINKED, P.REMOVED}),
    P.FAILED: frozenset({P.PENDING, P.REMOVED}),
    P.REMOVED: frozenset({P.PENDING}),
}

TASK_STEPS: Mapping[StrEnum, frozenset[StrEnum]] = {
    TaskStatus.PENDING: frozenset({TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.CANCELLED}),
    # What has ended stays as it ended: it is started anew as another task.
    TaskStatus.DONE: frozenset(),
    TaskStatus.FAILED: frozenset(),
    TaskStatus.CANCELLED: frozenset(),
}

_STEPS: Mapping[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]] = {
    RecordingStatus: RECORDING_STEPS,
    TranscriptionStatus: TRANSCRIPTION_STEPS,
    PublicationStatus: PUBLICATION_STEPS,
    TaskStatus: TASK_STEPS,
}


def check_step(before: StrEnum, after: StrEnum) -> None:
    """Raise ``Conflict`` unless the table allows the step; staying where one is, is always allowed."""
    if before == after or after in _STEPS[type(before)][before]:
        return
    what = type(before).__name__.removesuffix("Status").lower()
    raise Conflict(
        f"A {what} that is {before.replace('_', ' ')} cannot become {after.replace('_', ' ')}.",
        code="wrong_status",
        status=str(before),
        wanted=str(after),
    )
