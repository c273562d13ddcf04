"""Names that the station's earlier Archivist had in its ``.env``, and what has become of those that changed."""

from collections.abc import Mapping
from urllib.parse import urlsplit

_GONE = {
    "REDIS_DB": "is not read: the number of the database stands at the end of REDIS_URL, such as redis://host:6379/1",
    "CELERY_BROKER_URL": "is not read: work is kept in PostgreSQL, and REDIS_URL only wakes the workers",
    "CELERY_RESULT_BACKEND": "is not read: results are kept in PostgreSQL",
    "CELERY_WORKER_CONCURRENCY": "is not read: TRANSCRIBER_CONCURRENCY says how many slices are decoded at once",
    "CELERY_TASK_TIMEOUT": "is not read: SLICE_TIMEOUT limits one slice of ten minutes, and nothing limits a meeting",
    "CABLECAST_API_KEY": "is not read: Cablecast has no API keys; set CABLECAST_USERNAME and CABLECAST_PASSWORD",
    "VOD_DEFAULT_QUALITY": "is not read: a VOD's qualities belong to its configuration, CABLECAST_VOD_CONFIGURATION_ID",
    "VOD_PROCESSING_TIME": "is not read: recordings are captioned as soon as they are complete, newest first, all day",
    "WEBHOOK_TIMEOUT": "is not read: this version sends no webhooks yet",
    "FLASK_SECRET_KEY": "is not read: JWT_SECRET_KEY signs sessions",
    "FLASK_ENV": "is not read: there is one way of running; LOG_LEVEL=DEBUG tells more",
    "FLASK_DEBUG": "is not read: LOG_LEVEL=DEBUG tells more",
    "ADMIN_HOST": "is not read: API_HOST and API_PORT say where the one API listens",
    "ADMIN_PORT": "is not read: API_HOST and API_PORT say where the one API listens",
    "DASHBOARD_PORT": "is not read: GRAFANA_PORT is where the pictures are, in containers",
}
GONE = frozenset(_GONE)

_SHORT_VOD_S = 3600


def earlier_settings(environment: Mapping[str, str]) -> list[str]:
    """One sentence for each name of the earlier system that is set and does not mean what it meant there."""
    told = {name: value for name, value in environment.items() if value}
    sentences = [f"{name} {what}." for name, what in _GONE.items() if name in told and not _is_vain(name, told)]
    if (seconds := _number(told.get("VOD_TIMEOUT"))) is not None and seconds < _SHORT_VOD_S:
        sentences.append(
            f"VOD_TIMEOUT={seconds:g} is how many seconds Cablecast may take to make a VOD before a person is asked, "
            "no limit of one request: a meeting of two hours may take as long as itself. The default is 86400."
        )
    if "CABLECAST_LOCATION_ID" in told:
        sentences.append(
            "CABLECAST_LOCATION_ID only chooses the VOD configuration of shows that name no location: shows of every "
            "location are found and linked."
        )
    return sentences


def _is_vain(name: str, told: Mapping[str, str]) -> bool:
    """Whether ignoring the name changes nothing."""
    if name == "REDIS_DB":
        return told[name] == (urlsplit(told.get("REDIS_URL", "")).path.strip("/") or "0")
    return False


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None  # what is no number ends the start with a sentence of its own
