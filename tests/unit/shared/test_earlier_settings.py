"""Whoever brings the earlier Archivist's .env hears what has become of each name."""

import re
from pathlib import Path

import pytest

from shared.earlier_settings import GONE, earlier_settings
from shared.settings import Settings

# Every name of the earlier system's documented .env, as its operators have it, with values of the same kind.
EARLIER = {
    "FLASK_ENV": "production",
    "FLASK_DEBUG": "false",
    "FLASK_SECRET_KEY": "not-a-secret-of-anybody",
    "DATABASE_URL": "postgresql://user:word@localhost/archivist_db",
    "DATABASE_POOL_SIZE": "20",
    "DATABASE_MAX_OVERFLOW": "30",
    "REDIS_URL": "redis://localhost:6379/0",
    "REDIS_PASSWORD": "not-a-secret",
    "REDIS_DB": "1",
    "WHISPER_MODEL_PATH": "/opt/models/whisper-large-v2",
    "WHISPER_DEVICE": "cpu",
    "WHISPER_BATCH_SIZE": "16",
    "WHISPER_COMPUTE_TYPE": "int8",
    "DEFAULT_LANGUAGE": "en",
    "OUTPUT_FORMAT": "vtt",
    "INCLUDE_SUMMARY": "true",
    "FLEX_SERVERS": "/mnt/flex-1,/mnt/flex-2",
    "DEFAULT_OUTPUT_PATH": "/mnt/flex-1/transcriptions",
    "TEMP_DIRECTORY": "/tmp/archivist",
    "MAX_FILE_SIZE": "10737418240",
    "CELERY_BROKER_URL": "redis://localhost:6379/1",
    "CELERY_RESULT_BACKEND": "redis://localhost:6379/1",
    "CELERY_WORKER_CONCURRENCY": "4",
    "CELERY_TASK_TIMEOUT": "7200",
    "MAX_QUEUE_SIZE": "100",
    "CABLECAST_API_URL": "https://your-cablecast-server.com/api",
    "CABLECAST_API_KEY": "not-a-key",
    "CABLECAST_LOCATION_ID": "1",
    "AUTO_PUBLISH_TO_VOD": "false",
    "VOD_DEFAULT_QUALITY": "1080",
    "VOD_TIMEOUT": "300",
    "VOD_PROCESSING_TIME": "19:00",
    "JWT_SECRET_KEY": "a-secret-of-at-least-thirty-two-characters",
    "SESSION_TIMEOUT": "3600",
    "API_RATE_LIMIT": "100",
    "WEBHOOK_TIMEOUT": "30",
    "LOG_LEVEL": "INFO",
    "LOG_FILE": "/var/log/archivist/archivist.log",
    "LOG_MAX_SIZE": "100MB",
    "LOG_BACKUP_COUNT": "5",
    "ADMIN_HOST": "0.0.0.0",
    "ADMIN_PORT": "8080",
    "DASHBOARD_PORT": "5051",
}


def test_every_name_is_a_setting_of_ours_or_is_explained() -> None:
    told = earlier_settings(EARLIER)

    ours = {name.upper() for name in Settings.model_fields}
    explained = {sentence.split()[0].partition("=")[0] for sentence in told}
    assert set(EARLIER) - ours == explained - ours == GONE
    assert explained & ours == {"VOD_TIMEOUT", "CABLECAST_LOCATION_ID"}
    assert not any(word in " ".join(told) for word in ("not-a-secret", "not-a-key", "localhost"))


def test_what_they_named_alike_is_taken_as_they_wrote_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in EARLIER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CABLECAST_USERNAME", "archivist")
    monkeypatch.setenv("CABLECAST_PASSWORD", "known")

    settings = Settings()

    assert settings.log_max_size == 100 * 2**20
    assert settings.auto_publish_to_vod is False
    assert settings.output_format == "vtt"
    assert settings.speech_model == "/opt/models/whisper-large-v2"


def test_nothing_is_said_where_nothing_changed() -> None:
    same = {"REDIS_DB": "3", "REDIS_URL": "redis://localhost:6379/3", "VOD_TIMEOUT": "86400", "FLASK_ENV": ""}

    assert earlier_settings(same) == []
    assert earlier_settings({"REDIS_DB": "0"}) == []


def test_the_page_for_those_who_come_from_it_names_each_one() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "settings.md").read_text()
    named = set(re.findall(r"`([A-Z_]+)`", page.partition("## If you come from")[2]))

    assert set(EARLIER) <= named
