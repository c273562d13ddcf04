"""Every metric Archivist exports: ``archivist_<thing>_<unit>``; a label is never an identifier."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

STATION = CollectorRegistry()
"""What is the whole station's. Only the API exports it, read from the database at that moment: a process that has a
gauge of its own would go on telling what it saw when it last looked."""


def _of_the_station(name: str, meaning: str, label: str) -> Gauge:
    return Gauge(name, meaning, [label], registry=STATION)


QUEUE_ROWS = _of_the_station("archivist_queue_rows", "Rows ready to be worked on now", "lane")
QUEUE_MEDIA_SECONDS = _of_the_station(
    "archivist_queue_media_seconds", "Seconds of recording waiting for speech work", "lane"
)
QUEUE_OLDEST_SECONDS = _of_the_station(
    "archivist_queue_oldest_seconds", "Age of the row that has been ready longest", "lane"
)
RECORDINGS = _of_the_station("archivist_recordings", "Recordings in the ledger", "status")
MOUNT_UP = _of_the_station("archivist_mount_up", "1 when the mount answered its last look", "mount")
MOUNT_SCANNED = _of_the_station(
    "archivist_mount_scanned_timestamp_seconds", "When the mount was last scanned whole", "mount"
)
MOUNT_NOT_LOOKED_AT = _of_the_station(
    "archivist_mount_not_looked_at_files", "Files and folders that the last look at the mount had to leave out", "mount"
)
UNSETTLED_OLDEST_SECONDS = _of_the_station(
    "archivist_unsettled_oldest_seconds", "Longest wait of a file that no longer changes and is not decided on", "mount"
)
OF_THE_STATION = (
    QUEUE_ROWS,
    QUEUE_MEDIA_SECONDS,
    QUEUE_OLDEST_SECONDS,
    RECORDINGS,
    MOUNT_UP,
    MOUNT_SCANNED,
    MOUNT_NOT_LOOKED_AT,
    UNSETTLED_OLDEST_SECONDS,
)
STATION_READ = Gauge(
    "archivist_station_read", "1 when the station's figures could be read from the database", registry=STATION
)

WORK_SECONDS = Histogram(
    "archivist_work_seconds",
    "Wall time of one row's work",
    ["lane", "outcome"],
    buckets=(0.05, 0.2, 1, 5, 15, 60, 300, 900, 3600),
)
FAILURES = Counter("archivist_failures_total", "Work that ended for good without success", ["lane", "code"])
RETRIES = Counter("archivist_retries_total", "Work given back to be tried again", ["lane", "code"])
LEASES_LOST = Counter(
    "archivist_leases_lost_total", "Work stopped because another worker or a person took over", ["lane"]
)
HEARTBEAT = Gauge("archivist_worker_heartbeat_timestamp_seconds", "When the event loop last turned")
LOOP_LAG_SECONDS = Histogram(
    "archivist_event_loop_lag_seconds",
    "How late the event loop was with what was due",
    buckets=(0.01, 0.05, 0.25, 1, 5, 30),
)
SWEEPS = Counter("archivist_sweeps_total", "Looks for rows nobody is tending", ["outcome"])

SCAN_SECONDS = Histogram(
    "archivist_scan_seconds", "Wall time of one look at a mount", ["mount"], buckets=(0.01, 0.1, 0.5, 2, 10, 60)
)

MEDIA_SECONDS = Counter("archivist_transcribed_media_seconds_total", "Seconds of recording turned into words")
SPEECH_SECONDS = Counter("archivist_speech_work_seconds_total", "Seconds the speech engine worked on them")
TRANSCRIPTIONS = Counter("archivist_transcriptions_total", "Transcriptions that ended", ["outcome"])
QUALITY_SCORE = Histogram(
    "archivist_quality_score", "Overall quality score", buckets=(0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1)
)
ENGINE_RESTARTS = Counter("archivist_engine_restarts_total", "Speech engine processes started again", ["reason"])
ENGINE_INFO = Gauge("archivist_engine_info", "The speech engine in use", ["engine", "model", "device", "demonstration"])

CABLECAST_REQUESTS = Counter("archivist_cablecast_requests_total", "Requests to Cablecast", ["method", "outcome"])
CABLECAST_SECONDS = Histogram("archivist_cablecast_request_seconds", "Time Cablecast took to answer", ["method"])
PUBLICATIONS = Counter("archivist_publications_total", "Publications that ended", ["outcome"])

HTTP_REQUESTS = Counter("archivist_http_requests_total", "Requests to the API", ["method", "route", "status"])
HTTP_SECONDS = Histogram("archivist_http_request_seconds", "Time the API took to answer", ["route"])
