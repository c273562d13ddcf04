"""Every table, in one place, because relations cross nouns."""

from shared.db.base import Base
from shared.db.models.events import Event
from shared.db.models.people import ApiKey, User
from shared.db.models.publishing import CablecastShow, Publication, VodContent
from shared.db.models.recordings import Recording
from shared.db.models.stations import City, Mount, Voice
from shared.db.models.tasks import Schedule, Task
from shared.db.models.transcriptions import CaptionVersion, Slice, Transcription
from shared.db.models.workers import CityTurn, PausedLane, RandomDeath, Worker

__all__ = [
    "ApiKey",
    "Base",
    "CablecastShow",
    "CaptionVersion",
    "City",
    "CityTurn",
    "Event",
    "Mount",
    "PausedLane",
    "Publication",
    "RandomDeath",
    "Recording",
    "Schedule",
    "Slice",
    "Task",
    "Transcription",
    "User",
    "VodContent",
    "Voice",
    "Worker",
]
