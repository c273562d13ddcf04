"""The secrets that a stack of containers makes for itself."""

import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values

from services.console.container_secrets import HOW_TO_SEE, KEPT, SIMULATOR, make_demonstration, make_secrets
from shared.errors import Conflict


def written(root: Path) -> dict[str, str]:
    return {str(file.relative_to(root)): file.read_text() for file in sorted(root.rglob("*")) if file.is_file()}


def test_secrets_are_random_made_once_and_never_told(tmp_path: Path) -> None:
    said = make_secrets(tmp_path, {})
    first = written(tmp_path)
    again = make_secrets(tmp_path, {})

    values = [first[kept.file] for kept in KEPT]
    assert (said, again) == ("Secrets: 5 made, 0 from .env, 0 kept.", "Secrets: 0 made, 0 from .env, 5 kept.")
    assert written(tmp_path) == first
    assert len(set(values)) == len(KEPT) and all(len(value) >= 40 for value in values)
    assert not any(value in said + again + HOW_TO_SEE for value in values)
    assert first["redis/redis.conf"] == f'requirepass "{first["redis/password"]}"\n'


def test_the_env_file_overrides_what_was_made_at_any_time(tmp_path: Path) -> None:
    make_secrets(tmp_path, {})
    chosen = {"ADMIN_PASSWORD": "chosen by a person", "REDIS_PASSWORD": 'a "quoted" \\ one', "JWT_SECRET_KEY": ""}

    said = make_secrets(tmp_path, chosen)

    found = written(tmp_path)
    assert said == "Secrets: 0 made, 2 from .env, 3 kept."
    assert found["admin/password"] == "chosen by a person"
    assert found["redis/redis.conf"] == 'requirepass "a \\"quoted\\" \\\\ one"\n'
    assert found["api/jwt-secret-key"]


def test_everybody_who_mounts_a_secret_may_read_it_and_nobody_leaves_half_of_one(tmp_path: Path) -> None:
    make_secrets(tmp_path, {})

    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o444}
    assert not [file for file in files if file.name.startswith(".")]


def test_a_demonstration_has_a_password_of_its_own_and_ends_with_the_next_start_without_it(tmp_path: Path) -> None:
    make_secrets(tmp_path, {})
    make_demonstration(tmp_path, {})
    file = tmp_path / "demo" / "settings.env"
    first = dotenv_values(file)
    before = file.stat().st_mtime_ns
    make_demonstration(tmp_path, {})

    assert file.stat().st_mtime_ns == before
    assert first["WHISPER_MODEL"] == "demo/model" and first["CABLECAST_API_URL"] == SIMULATOR
    assert first["CABLECAST_PASSWORD"] == (tmp_path / "demo" / "password").read_text()
    make_secrets(tmp_path, {})
    assert not file.exists()


def test_a_model_that_somebody_chose_stays_chosen(tmp_path: Path) -> None:
    make_demonstration(tmp_path, {"WHISPER_MODEL": "small.en"})

    assert not {"WHISPER_MODEL", "MODELS_OFFLINE"} & set(dotenv_values(tmp_path / "demo" / "settings.env"))


@pytest.mark.parametrize("told", [{"MEDIA_ROOT": "/mnt"}, {"CABLECAST_API_URL": "https://cablecast.example.org"}])
def test_a_made_up_meeting_never_gets_onto_a_stations_drive_or_server(tmp_path: Path, told: dict[str, str]) -> None:
    with pytest.raises(Conflict, match=next(iter(told))):
        make_demonstration(tmp_path, told)

    assert not list(tmp_path.rglob("settings.env"))
    make_demonstration(tmp_path, {"CABLECAST_API_URL": SIMULATOR, "MEDIA_ROOT": ""})
