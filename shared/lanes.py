"""The lanes: kinds of work, each done by one service.

A message says only "there is work on this lane". Which row is best is decided by PostgreSQL at the moment a worker is
free, so priority, newest-first, pause and cancel take effect at once, and a message may come twice or get lost.
"""

from enum import StrEnum


class Lane(StrEnum):
    """``service.verb``; the service's queue on Redis is ``archivist:<service>``."""

    SCAN = "ingest.scan"
    INSPECT = "ingest.inspect"
    PLAN = "transcriber.plan"
    SLICE = "transcriber.slice"
    FINISH = "transcriber.finish"
    PUBLISH = "vod.publish"
    API_TASK = "api.task"
    INGEST_TASK = "ingest.task"
    TRANSCRIBER_TASK = "transcriber.task"
    VOD_TASK = "vod.task"

    @property
    def service(self) -> str:
        """The service whose workers listen."""
        return self.value.partition(".")[0]

    @property
    def queue(self) -> str:
        """Name of the queue on Redis."""
        return f"archivist:{self.service}"


def task_lane(service: str) -> Lane:
    """The lane of one service's tasks: work that has no row of its own."""
    return Lane(f"{service}.task")


def lanes_of(service: str) -> tuple[Lane, ...]:
    """The lanes on which one service brings recordings further; its tasks are apart."""
    return tuple(lane for lane in Lane if lane.service == service and lane is not task_lane(service))
