"""Secrets from files, and settings from a file that may come later."""

from pathlib import Path

import pytest

from shared.entry import usable_settings
from shared.errors import InvalidInput
from shared.settings import Settings

SECRETS = sorted(name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation))
LONG = "a secret of the tests that is long enough"


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_may_be_a_file(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{LONG}\n")
    monkeypatch.setenv(name.upper(), "")
    monkeypatch.setenv(f"{name.upper()}_FILE", str(tmp_path / "secret"))

    settings = Settings()

    assert getattr(settings, name).get_secret_value() == LONG
    assert LONG not in repr(settings)


def test_what_the_environment_says_wins_over_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file")
    (tmp_path / "settings").write_text("REDIS_PASSWORD=from the settings\nWHISPER_MODEL=small.en\nSWEEP_SECONDS=7\n")
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("SETTINGS_FILE", str(tmp_path / "settings"))
    monkeypatch.setenv("SWEEP_SECONDS", "3")
    monkeypatch.setenv("WHISPER_MODEL", "")

    assert Settings().redis_password.get_secret_value() == "from the file"  # type: ignore[union-attr]
    assert (Settings().whisper_model, Settings().sweep_seconds) == ("small.en", 3)
    monkeypatch.setenv("REDIS_PASSWORD", "from the environment")
    assert Settings().redis_password.get_secret_value() == "from the environment"  # type: ignore[union-attr]


def test_a_file_that_is_not_there_is_a_sentence_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD_FILE", "/no/such/file")

    with pytest.raises(InvalidInput, match="ADMIN_PASSWORD_FILE: /no/such/file cannot be read"):
        usable_settings()


def test_a_settings_file_may_come_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SETTINGS_FILE", str(tmp_path / "later"))

    assert Settings().whisper_model == ""


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://archivist@db:5432/archivist", "postgresql+asyncpg://archivist:a%2Fb%40c@db:5432/archivist"),
        ("postgresql://archivist:known@db/archivist", "postgresql+asyncpg://archivist:known@db/archivist"),
        ("postgresql://db/archivist", "postgresql+asyncpg://db/archivist"),
    ],
)
def test_the_databases_password_goes_where_the_address_has_none(address: str, expected: str) -> None:
    assert Settings.model_validate({"database_url": address, "database_password": "a/b@c"}).database_dsn == expected
