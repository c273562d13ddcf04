import pytest
from pydantic import ValidationError

from shared.entry import read_settings, usable_settings
from shared.errors import InvalidInput
from shared.settings import Settings

SECRETS = {
    "database_url": "postgresql://archivist:hunter2-db@db/archivist",
    "redis_url": "redis://:hunter2-redis@cache/0",
    "redis_password": "hunter2-password",
    "hugging_face_token": "hunter2-token",
    "cablecast_password": "hunter2-cablecast",
    "jwt_secret_key": "hunter2" * 6,
    "admin_password": "hunter2-admin",
}
CABLECAST = {"cablecast_api_url": "http://cablecast", "cablecast_username": "archivist"}


def test_secrets_are_not_in_any_text_about_the_settings() -> None:
    settings = Settings.model_validate(SECRETS | CABLECAST)

    for text in (repr(settings), str(settings), repr(settings.model_dump()), settings.model_dump_json()):
        assert "hunter2" not in text
    assert "hunter2-db" in settings.database_dsn


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:0", "cuda:15"])
def test_a_device_may_be_one_card(device: str) -> None:
    assert Settings(whisper_device=device).whisper_device == device


@pytest.mark.parametrize("device", ["gpu", "cpu:0", "cuda:", "cuda:a", "cuda:0,1", ""])
def test_what_is_no_device_is_refused_before_anything_starts(device: str) -> None:
    with pytest.raises(ValidationError, match="auto, cpu, cuda or one card"):
        Settings(whisper_device=device)


def test_wrong_settings_end_the_start_with_a_line_each_and_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "hunter2")
    monkeypatch.setenv("QUALITY_THRESHOLD", "7.25")

    with pytest.raises(SystemExit) as caught:
        read_settings("api")

    said = capsys.readouterr().err
    assert caught.value.code == 2
    assert "JWT_SECRET_KEY: JWT_SECRET_KEY must have at least 32 characters" in said
    assert "QUALITY_THRESHOLD: " in said
    assert "hunter2" not in said
    assert "7.25" not in said


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CABLECAST_LOCATION_ID", "hidden", "it must be a whole number"),
        ("LEASE_SECONDS", "hidden", "it must be a number"),
        ("LEASE_SECONDS", "1", "it must be at least 2"),
        ("LEASE_SECONDS", "inf", "it must be at most 1000000000"),
        ("VOD_TIMEOUT", "1e999", "it must be at most 1000000000"),
        ("SETTLE_SECONDS", "nan", "it must be at most 1000000000"),
        ("SESSION_TIMEOUT", "9" * 30, "it must be at most 1000000000"),
        ("API_PORT", "99999", "it must be at most 65535"),
        ("WRITE_SIDECAR", "hidden", "it may be true or false"),
        ("LOG_LEVEL", "hidden", "it may be DEBUG, INFO, WARNING or ERROR"),
        ("OUTPUT_FORMAT", "hidden", "it may be scc, vtt, srt, txt or json"),
        ("DEFAULT_PUBLISH_POLICY", "hidden", "'hidden' is none of auto, review, never"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(InvalidInput) as refusal:
        usable_settings()

    assert refusal.value.message.splitlines()[1:] == [f"  {name}: {expected}"]


def test_mounts_are_listed_as_the_original_listed_them_or_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEX_SERVERS", " /mnt/flex-1 , north=/mnt/flex-2 ,")

    named = Settings().named_mounts

    assert [(each.name, each.path) for each in named] == [("flex-1", "/mnt/flex-1"), ("north", "/mnt/flex-2")]


def test_a_mount_that_is_no_folder_ends_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FLEX_SERVERS", "/mnt/flex-1,media")

    with pytest.raises(SystemExit):
        read_settings("ingest")

    assert "FLEX_SERVERS: 'media' is no absolute path" in capsys.readouterr().err


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_the_database_may_be_spelt_in_every_usual_way(scheme: str) -> None:
    assert Settings.model_validate({"database_url": f"{scheme}://a@b/c"}).database_dsn == "postgresql+asyncpg://a@b/c"


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(InvalidInput):
        _ = Settings.model_validate({"database_url": "mysql://a@b/c"}).database_dsn


@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_empty_variable_means_not_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name.upper(), "")

    assert getattr(Settings(), name) == Settings.model_fields[name].default


def test_half_of_cablecasts_credentials_are_too_few() -> None:
    with pytest.raises(ValidationError, match="CABLECAST_USERNAME and CABLECAST_PASSWORD are needed"):
        Settings.model_validate(CABLECAST)


@pytest.mark.parametrize("label", ["00:00:00;00", "01:00:00:00", "00:10:00;00"])
def test_a_first_label_that_exists_is_taken(label: str) -> None:
    assert Settings.model_validate({"caption_start_tc": label}).caption_start_tc == label


@pytest.mark.parametrize("label", ["1:00:00;00", "00:60:00;00", "00:00:00;30", "24:00:00;00", "00:01:00;00", ""])
def test_a_first_label_that_does_not_exist_is_refused(label: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"caption_start_tc": label})


def test_what_is_said_about_speakers_must_be_possible() -> None:
    with pytest.raises(ValidationError, match="DIARIZATION_MIN_SPEAKERS is above DIARIZATION_MAX_SPEAKERS"):
        Settings(diarization_min_speakers=5, diarization_max_speakers=4)
    assert Settings(diarization_min_speakers=5).diarization_max_speakers == 0


@pytest.mark.parametrize(("typed", "kept"), [("en-US", "en"), ("Spanish", "es"), ("auto", "auto")])
def test_the_stations_language_may_be_spelt_in_every_usual_way(typed: str, kept: str) -> None:
    assert Settings(default_language=typed).default_language == kept


def test_a_language_that_nobody_speaks_ends_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEFAULT_LANGUAGE", "klingon")

    with pytest.raises(SystemExit):
        read_settings("transcriber")

    assert "DEFAULT_LANGUAGE: 'klingon' is no language that Whisper knows" in capsys.readouterr().err
