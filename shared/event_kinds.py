"""All that can happen and is written down: the closed list of kinds, what each is about, and how long it is kept.

An event is past tense, ``<subject>.<what happened>``, and its row is written in the transaction of the change itself
(``shared.db.event_log.tell``). Percent of progress is no event: it stands in the row that makes it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Subject(StrEnum):
    """What an event is about."""

    RECORDING = "recording"
    MOUNT = "mount"
    TRANSCRIPTION = "transcription"
    SLICE = "slice"
    PUBLICATION = "publication"
    CITY = "city"
    USER = "user"
    API_KEY = "api_key"
    TASK = "task"
    SCHEDULE = "schedule"
    EVENTS = "events"
    LANE = "lane"
    LOG = "log"


class Level(StrEnum):
    """How much it wants to be seen by a person; the words of the system log."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


SERVICES = ("api", "console", "ingest", "transcriber", "vod")
"""Who acts besides people."""


class Somebody(Protocol):
    """A person, or a program with a key."""

    @property
    def name(self) -> str: ...

    @property
    def user_id(self) -> int: ...


class Happened(StrEnum):
    """What happened. A kind is added here and nowhere else; none is ever given another meaning."""

    RECORDING_SEEN = "recording.seen"
    RECORDING_VALID = "recording.valid"
    RECORDING_REJECTED = "recording.rejected"
    RECORDING_CHANGED = "recording.changed"
    RECORDING_GONE = "recording.gone"
    RECORDING_MOVED = "recording.moved"
    RECORDING_COPY_TRIED = "recording.copy_tried"

    MOUNT_UP = "mount.up"
    MOUNT_DOWN = "mount.down"
    MOUNT_CREATED = "mount.created"
    MOUNT_CHANGED = "mount.changed"
    MOUNT_REMOVED = "mount.removed"
    MOUNT_SCAN_REQUESTED = "mount.scan_requested"

    TRANSCRIPTION_REQUESTED = "transcription.requested"
    TRANSCRIPTION_RESUMED = "transcription.resumed"
    TRANSCRIPTION_STARTED = "transcription.started"
    TRANSCRIPTION_PLANNED = "transcription.planned"
    TRANSCRIPTION_SENT_BACK = "transcription.sent_back"
    TRANSCRIPTION_COMPLETED = "transcription.completed"
    TRANSCRIPTION_NEEDS_REVIEW = "transcription.needs_review"
    TRANSCRIPTION_FAILED = "transcription.failed"
    TRANSCRIPTION_ENDED = "transcription.ended"
    TRANSCRIPTION_CANCELLED = "transcription.cancelled"
    TRANSCRIPTION_RETRIED = "transcription.retried"
    TRANSCRIPTION_RETRY_CANCELLED = "transcription.retry_cancelled"
    TRANSCRIPTION_PRIORITISED = "transcription.prioritised"
    TRANSCRIPTION_DUE = "transcription.due"
    TRANSCRIPTION_APPROVED = "transcription.approved"
    TRANSCRIPTION_SPEAKER_NAMED = "transcription.speaker_named"
    TRANSCRIPTION_EDITED = "transcription.edited"
    TRANSCRIPTION_MOVED = "transcription.moved"
    """Its files lie in another city's folder now."""
    UPLOAD_ACCEPTED = "upload.accepted"

    SLICE_DONE = "slice.done"
    SLICE_FAILED = "slice.failed"

    PUBLICATION_PENDING = "publication.pending"
    PUBLICATION_LINKED = "publication.linked"
    PUBLICATION_PLACED = "publication.placed"
    PUBLICATION_PROCESSING = "publication.processing"
    PUBLICATION_PUBLISHED = "publication.published"
    PUBLICATION_DONE = "publication.done"
    PUBLICATION_NEEDS_REVIEW = "publication.needs_review"
    PUBLICATION_FAILED = "publication.failed"
    PUBLICATION_REMOVED = "publication.removed"
    PUBLICATION_RETRIED = "publication.retried"

    WORK_RETRIED = "work.retried"
    """A try failed, or its process died, and another follows; the cause is its code."""
    WORK_PAUSED = "work.paused"
    WORK_RESUMED = "work.resumed"

    CITY_CREATED = "city.created"
    CITY_CHANGED = "city.changed"
    CITY_TAUGHT = "city.taught"
    USER_CREATED = "user.created"
    USER_LOGGED_IN = "user.logged_in"
    USER_PASSWORD_RESET = "user.password_reset"  # noqa: S105 - what happened to one
    API_KEY_CREATED = "api_key.created"
    API_KEY_REVOKED = "api_key.revoked"

    TASK_REQUESTED = "task.requested"
    TASK_CANCELLED = "task.cancelled"
    TASK_FAILED = "task.failed"
    SCHEDULE_CHANGED = "schedule.changed"

    SCHEDULE_ROWS_FORGOTTEN = "schedule.rows_forgotten"
    """A run of ``forget-old-rows``, with how much it let go of each."""

    EVENTS_FORGOTTEN = "events.forgotten"
    LOG_WRITTEN = "log.written"
    """A line of ``system_logs`` from before there were events."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of every event of a kind."""

    subject: Subject | None
    """None where it may be any row of work."""
    level: Level = Level.INFO
    days: int | None = None
    """How long it is kept; None for ever."""


_MONTH, _SEASON, _YEARS = 31, 93, 800
"""A slice is looked up while its meeting is fresh, a retry while its cause may come back; reports go back two years."""

ABOUT: dict[Happened, About] = {
    Happened.RECORDING_SEEN: About(Subject.RECORDING, days=_YEARS),
    Happened.RECORDING_VALID: About(Subject.RECORDING, days=_YEARS),
    Happened.RECORDING_REJECTED: About(Subject.RECORDING, Level.WARNING, _YEARS),
    Happened.RECORDING_CHANGED: About(Subject.RECORDING, Level.WARNING, _YEARS),
    Happened.RECORDING_GONE: About(Subject.RECORDING, days=_YEARS),
    Happened.RECORDING_MOVED: About(Subject.RECORDING),
    Happened.RECORDING_COPY_TRIED: About(Subject.RECORDING, Level.WARNING, _YEARS),
    Happened.MOUNT_UP: About(Subject.MOUNT, days=_YEARS),
    Happened.MOUNT_DOWN: About(Subject.MOUNT, Level.ERROR, _YEARS),
    Happened.MOUNT_CREATED: About(Subject.MOUNT),
    Happened.MOUNT_CHANGED: About(Subject.MOUNT),
    Happened.MOUNT_REMOVED: About(Subject.MOUNT),
    Happened.MOUNT_SCAN_REQUESTED: About(Subject.MOUNT, days=_YEARS),
    Happened.TRANSCRIPTION_REQUESTED: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_RESUMED: About(Subject.TRANSCRIPTION, days=_YEARS),
    Happened.TRANSCRIPTION_STARTED: About(Subject.TRANSCRIPTION, days=_YEARS),
    Happened.TRANSCRIPTION_PLANNED: About(Subject.TRANSCRIPTION, days=_YEARS),
    Happened.TRANSCRIPTION_SENT_BACK: About(Subject.TRANSCRIPTION, Level.WARNING, _YEARS),
    Happened.TRANSCRIPTION_COMPLETED: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_NEEDS_REVIEW: About(Subject.TRANSCRIPTION, Level.WARNING),
    Happened.TRANSCRIPTION_FAILED: About(Subject.TRANSCRIPTION, Level.ERROR),
    Happened.TRANSCRIPTION_ENDED: About(Subject.TRANSCRIPTION, Level.WARNING),
    Happened.TRANSCRIPTION_CANCELLED: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_RETRIED: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_RETRY_CANCELLED: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_PRIORITISED: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_DUE: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_APPROVED: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_SPEAKER_NAMED: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_EDITED: About(Subject.TRANSCRIPTION),
    Happened.TRANSCRIPTION_MOVED: About(Subject.TRANSCRIPTION),
    Happened.UPLOAD_ACCEPTED: About(Subject.TRANSCRIPTION),
    Happened.SLICE_DONE: About(Subject.SLICE, days=_MONTH),
    Happened.SLICE_FAILED: About(Subject.SLICE, Level.ERROR, _YEARS),
    Happened.PUBLICATION_PENDING: About(Subject.PUBLICATION),
    Happened.PUBLICATION_LINKED: About(Subject.PUBLICATION),
    Happened.PUBLICATION_PLACED: About(Subject.PUBLICATION, days=_YEARS),
    Happened.PUBLICATION_PROCESSING: About(Subject.PUBLICATION, days=_YEARS),
    Happened.PUBLICATION_PUBLISHED: About(Subject.PUBLICATION),
    Happened.PUBLICATION_DONE: About(Subject.PUBLICATION),
    Happened.PUBLICATION_NEEDS_REVIEW: About(Subject.PUBLICATION, Level.WARNING),
    Happened.PUBLICATION_FAILED: About(Subject.PUBLICATION, Level.ERROR),
    Happened.PUBLICATION_REMOVED: About(Subject.PUBLICATION),
    Happened.PUBLICATION_RETRIED: About(Subject.PUBLICATION),
    Happened.WORK_RETRIED: About(None, Level.WARNING, _SEASON),
    Happened.WORK_PAUSED: About(None),
    Happened.WORK_RESUMED: About(None),
    Happened.CITY_CREATED: About(Subject.CITY),
    Happened.CITY_CHANGED: About(Subject.CITY),
    Happened.CITY_TAUGHT: About(Subject.CITY),
    Happened.USER_CREATED: About(Subject.USER),
    Happened.USER_LOGGED_IN: About(Subject.USER, days=_YEARS),
    Happened.USER_PASSWORD_RESET: About(Subject.USER),
    Happened.API_KEY_CREATED: About(Subject.API_KEY),
    Happened.API_KEY_REVOKED: About(Subject.API_KEY),
    Happened.TASK_REQUESTED: About(Subject.TASK, days=_YEARS),
    Happened.TASK_CANCELLED: About(Subject.TASK, days=_YEARS),
    Happened.TASK_FAILED: About(Subject.TASK, Level.ERROR, _YEARS),
    Happened.SCHEDULE_CHANGED: About(Subject.SCHEDULE),
    Happened.SCHEDULE_ROWS_FORGOTTEN: About(Subject.SCHEDULE, days=_YEARS),
    Happened.EVENTS_FORGOTTEN: About(Subject.EVENTS),
    Happened.LOG_WRITTEN: About(Subject.LOG, days=_YEARS),
}

DECIDED_BY = frozenset(
    {
        Happened.MOUNT_CREATED,  # whether a person made this mount
        Happened.USER_CREATED,  # who gave a password last
        Happened.USER_PASSWORD_RESET,
        Happened.PUBLICATION_LINKED,  # whether a person asked for this publication
        Happened.PUBLICATION_RETRIED,
    }
)
"""Kinds that the program itself asks for later: these are never forgotten for their age."""
