"""The settings file that `archivist init` writes."""

import re
import stat
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values

from services.console.configuration import (
    LATER_SECRETS,
    SECRETS,
    add_secrets,
    load_env_file,
    with_secrets,
    write_env_file,
)
from services.console.paths import ROOT
from shared.settings import Settings

EXAMPLE = (ROOT / ".env.example").read_text()
# What only docker compose reads.
CONTAINERS_ONLY = {
    *("POSTGRES_PASSWORD", "GRAFANA_PASSWORD", "GRAFANA_HOST", "GRAFANA_PORT", "PROMETHEUS_PORT"),
    *("MEDIA_ROOT", "MODELS", "ARCHIVIST_UID", "TRANSCRIBER_TARGET", "GPU_COUNT", "TORCH_INDEX"),
    *("CABLECAST_SIMULATOR_PORT", "NFS_SERVER", "NFS_EXPORT"),
}


def documented() -> dict[str, str]:
    return dict(re.findall(r"^#?([A-Z][A-Z0-9_]*)=(.*)$", EXAMPLE, flags=re.MULTILINE))


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    exist = {name.upper() for name in Settings.model_fields}
    assert set(documented()) - CONTAINERS_ONLY == exist


def test_the_page_of_settings_has_each_one_once_with_the_default_of_the_example() -> None:
    page = (ROOT / "docs" / "settings.md").read_text().partition("## If you come from")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| `?([^`|]*?)`? \| .{10,} \|$", page, flags=re.MULTILINE)
    settings = {name: default for name, default in documented().items() if name not in CONTAINERS_ONLY}
    assert sorted(rows) == sorted(settings.items())


@pytest.mark.parametrize("name", sorted(set(documented()) - CONTAINERS_ONLY - set(SECRETS)))
def test_the_value_shown_is_the_default(name: str) -> None:
    shown = documented()[name]
    default = Settings.model_fields[name.lower()].default
    if not shown:
        assert default in (None, "", ()) or name in ("DATABASE_URL", "REDIS_URL")
    else:
        parsed = Settings.model_validate({name.lower(): shown})
        assert getattr(parsed, name.lower()) == default


def test_secrets_are_random_and_nothing_else_changes() -> None:
    first, second = with_secrets(EXAMPLE), with_secrets(EXAMPLE)
    for name in SECRETS:
        values = [re.search(rf"^{name}=(.*)$", text, flags=re.MULTILINE)[1] for text in (first, second)]  # type: ignore[index]
        assert len(values[0]) >= 40
        assert values[0] != values[1]
    blanked = re.sub(rf"^({'|'.join(SECRETS)})=.*$", r"\1=", first, flags=re.MULTILINE)
    assert blanked == EXAMPLE


def test_the_file_is_for_its_owner_only_and_is_never_overwritten(tmp_path: Path) -> None:
    target = tmp_path / ".env"
    assert write_env_file(target, ROOT / ".env.example")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600

    written = target.read_text()
    assert not write_env_file(target, ROOT / ".env.example")
    assert target.read_text() == written


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (b"WHISPER_MODEL=demo/model\n", LATER_SECRETS),
        (b"# no line end, and no UTF-8: \xff\nWHISPER_MODEL=base", LATER_SECRETS),
        (b"A=1\r\nJWT_SECRET_KEY=\r\nB=2\r\n", LATER_SECRETS),
        (b"JWT_SECRET_KEY= # to be chosen\nADMIN_PASSWORD=chosen by me\n", ("JWT_SECRET_KEY", "REDIS_PASSWORD")),
        (b"JWT_SECRET_KEY_FILE=/run/key\nexport REDIS_PASSWORD='x'\nADMIN_PASSWORD=\n", ("ADMIN_PASSWORD",)),
        (b"", LATER_SECRETS),
    ],
)
def test_a_settings_file_gets_the_secrets_that_it_lacks_and_keeps_every_other_byte(
    before: bytes, added: tuple[str, ...], tmp_path: Path
) -> None:
    target = tmp_path / ".env"
    target.write_bytes(before)
    target.chmod(0o644)

    assert add_secrets(target) == list(added)

    after = target.read_bytes()
    said = dotenv_values(stream=StringIO(after.decode("utf-8", "replace")))
    earlier = dotenv_values(stream=StringIO(before.decode("utf-8", "replace")))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert len({said[name] for name in added}) == len(added)
    assert all(len(said[name] or "") >= 40 for name in added)
    assert {name: value for name, value in said.items() if name not in added} == {
        name: value for name, value in earlier.items() if name not in added
    }
    made = re.compile(rb"^(%s)=[\w-]{40,}" % "|".join(added).encode(), flags=re.MULTILINE)
    kept = [line for line in made.sub(rb"\1=", after).splitlines() if line.strip()]
    assert [line for line in kept if line in before.splitlines()] == before.splitlines()
    assert (b"\r\n" in after) == (b"\r\n" in before)

    assert add_secrets(target) == []
    assert target.read_bytes() == after


def test_passwords_that_servers_take_only_with_their_data_are_not_added_later(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("WHISPER_MODEL=base\n")
    add_secrets(tmp_path / ".env")

    said = dotenv_values(tmp_path / ".env")
    assert not {"POSTGRES_PASSWORD", "GRAFANA_PASSWORD"} & set(said)


def test_a_settings_file_behind_a_link_is_filled_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "real.env").write_text("A=1\n")
    (tmp_path / ".env").symlink_to(tmp_path / "real.env")

    add_secrets(tmp_path / ".env")

    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real.env").read_text().startswith("A=1\nJWT_SECRET_KEY=")


def test_a_folder_is_meant_from_where_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services work in the project's folder: what a caller elsewhere had said was looked for there."""
    here, project = tmp_path / "here", tmp_path / "project"
    for folder in (here / "voices" / "one", project / "weights" / "base", project / "es"):
        folder.mkdir(parents=True)
    (project / ".env").write_text("WHISPER_MODEL=weights/base\nALIGN_MODEL=es=./es,en=WAV2VEC2\nMODEL_CACHE=cache\n")
    said = {"DIARIZATION_MODEL": "voices/one", "LOG_FILE": "log/all.log", "UPLOAD_DIRECTORY": "/uploads"}
    monkeypatch.chdir(here)

    load_env_file(project / ".env", said)

    assert said["DIARIZATION_MODEL"] == str(here / "voices" / "one")
    assert said["LOG_FILE"] == str(here / "log" / "all.log")
    assert said["UPLOAD_DIRECTORY"] == "/uploads"
    assert said["WHISPER_MODEL"] == str(project / "weights" / "base")
    assert said["ALIGN_MODEL"] == f"es={project / 'es'},en=WAV2VEC2"
    assert said["MODEL_CACHE"] == str(project / "cache")
