"""A name in `.env` that nobody reads is told, with the one that was meant."""

import re

import pytest

from services.console.known_settings import CONTAINERS_ONLY, unknown_settings
from services.console.paths import ROOT
from shared.earlier_settings import GONE
from shared.settings import Settings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("FLEX_SEVERS", "FLEX_SERVERS"),
        ("FLEX_SERVER", "FLEX_SERVERS"),
        ("FLEXSERVERS", "FLEX_SERVERS"),
        ("WHISPER_MODLE", "WHISPER_MODEL"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("CABLECAST_USER_NAME", "CABLECAST_USERNAME"),
        ("CABLECAST_API_ULR", "CABLECAST_API_URL"),
        ("JWT_SECRET", "JWT_SECRET_KEY"),
        ("SECRET_KEY", "JWT_SECRET_KEY"),
        ("MEDIAROOT", "MEDIA_ROOT"),
        ("NFS_EXPORTS", "NFS_EXPORT"),
        ("ARCHIVIST_FLEX_SERVERS", "FLEX_SERVERS"),
        ("JWT_SECRET_KEY_FILES", "JWT_SECRET_KEY_FILE"),
        ("flex_severs", "FLEX_SERVERS"),
    ],
)
def test_a_misspelt_name_is_told_with_the_nearest_known_one(written: str, meant: str) -> None:
    assert unknown_settings([written]) == [f"{written} is not a setting; did you mean {meant}?"]


@pytest.mark.parametrize("name", ["WHISPER_COLOUR", "CELERY_TIMEZONE", "REDIS_SENTINEL_HOSTS", "ARCHIVIST_HOME"])
def test_a_name_with_one_of_our_prefixes_is_told_although_nothing_is_near(name: str) -> None:
    told = [f"{name} is not a setting and changes nothing; docs/settings.md names them all."]

    assert unknown_settings([name]) == told


def test_a_name_in_small_letters_is_told_with_its_capitals() -> None:
    assert unknown_settings(["database_url"]) == [
        "database_url is not read everywhere: names of settings are in capitals, DATABASE_URL."
    ]


def test_names_of_other_programs_are_left_alone() -> None:
    others = ("COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES", "DOCKER_HOST", "TZ", "PATH", "http_proxy", "HF_TOKEN")
    more = ("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "SMTP_HOST", "JAVA_HOME", "LANG")

    assert unknown_settings([*others, *more]) == []


def test_every_name_that_is_read_or_explained_is_known() -> None:
    text = (ROOT / ".env.example").read_text()
    example = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, flags=re.MULTILINE))
    assert len(example) > 80

    assert unknown_settings([*example, *GONE, *(name.upper() for name in Settings.model_fields)]) == []
    assert unknown_settings(["JWT_SECRET_KEY_FILE", "ARCHIVIST_PYTHON", "ARCHIVIST_POSTGRES_BIN"]) == []


def test_what_only_containers_are_told_is_what_the_compose_files_read() -> None:
    read: set[str] = set()
    for file in ROOT.glob("docker-compose*.yml"):
        code = re.sub(r"^\s*#.*$", "", file.read_text(), flags=re.MULTILINE)
        read |= set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", code)) | set(re.findall(r"^\s+([A-Z_]+):$", code, re.MULTILINE))

    assert read - {name.upper() for name in Settings.model_fields} - GONE == CONTAINERS_ONLY


def test_one_name_is_told_once() -> None:
    assert len(unknown_settings(["FLEX_SEVERS", "FLEX_SEVERS"])) == 1
