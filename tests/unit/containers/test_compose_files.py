"""The compose files and Dockerfiles keep the promises that docs/operations.md makes."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.console.configuration import SECRETS
from services.console.container_secrets import KEPT
from services.console.paths import ROOT
from shared.earlier_settings import GONE
from shared.settings import Settings

COMPOSE = ROOT / "docker-compose.yml"
FILES = sorted(ROOT.glob("docker-compose*.yml"))
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
ONE_SHOT = {"secrets", "migrate", "demo-settings", "demonstration"}
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILES = sorted({ROOT / service["build"]["dockerfile"] for service in OURS.values()})
# What each kind of process may be told: settings of nobody else's, and no other process's secrets.
FIXED_INSIDE = {"METRICS_HOST", "METRICS_PORT", "LOG_FILE", "LOG_MAX_SIZE", "LOG_BACKUP_COUNT"}
# Secrets are files in volumes; an environment is shown by `docker inspect`.
SECRET_VOLUMES = {
    "secret-database": {"secrets", "api", "ingest", "transcriber", "vod", "migrate", "postgres"},
    "secret-redis": {"secrets", "api", "ingest", "transcriber", "vod", "migrate", "redis"},
    "secret-api": {"secrets", "api"},
    "secret-admin": {"secrets", "migrate", "demonstration"},
    "secret-grafana": {"secrets", "grafana"},
    "demo": {"secrets", "demo-settings", "transcriber", "vod", "cablecast"},
}


def variables(text: str) -> dict[str, str]:
    """Every ${NAME...} of a file, with what follows the name."""
    code = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    return dict(re.findall(r"(?<!\$)\$\{([A-Z_]+)([^}]*)\}", code))


def handed_on(service: dict[str, Any]) -> set[str]:
    """Names without a value: taken from .env or the shell as they are."""
    return {name for name, value in service.get("environment", {}).items() if value is None}


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert service["pids_limit"] <= 1024
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_runs_as_root(name: str) -> None:
    service = SERVICES[name]
    if "build" not in service:
        assert str(service["user"]).split(":")[0] not in ("", "0", "root")
        return
    for stage in re.split(r"^FROM ", (ROOT / service["build"]["dockerfile"]).read_text(), flags=re.MULTILINE)[1:]:
        if "\nCMD " in stage:
            assert "\nUSER ${ARCHIVIST_UID}:${ARCHIVIST_UID}\n" in stage


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_a_service_says_whether_it_is_well_and_starts_again_by_itself(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    if "build" in service:
        assert "\nHEALTHCHECK " in (ROOT / service["build"]["dockerfile"]).read_text()
    else:
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_everything_is_started_after_what_it_needs() -> None:
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
            assert how == {"condition": expected}


def test_images_of_others_are_pinned_by_an_exact_tag() -> None:
    named = [service["image"] for service in SERVICES.values() if "build" not in service]
    named += [line for file in DOCKERFILES for line in re.findall(r"^ARG PYTHON_IMAGE=(\S+)", file.read_text(), re.M)]
    assert len(named) == 4 + len(DOCKERFILES)
    for image in named:
        assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z-]+)?", image)
    assert len({image for image in named if image.startswith("python:")}) == 1


def test_our_images_carry_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for service in OURS.values():
        assert re.search(rf":{re.escape(version)}(-|$)", service["image"])


def test_nothing_has_to_be_set_before_the_first_start() -> None:
    assert [name for name, rest in variables(COMPOSE.read_text()).items() if not rest.startswith(":-")] == []


def test_no_secret_has_a_value_in_the_files_and_those_we_make_are_in_no_environment() -> None:
    for file in FILES:
        for name, rest in variables(file.read_text()).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|KEY", name):
                assert rest == ":-"
    who_is_told = {name for name, service in SERVICES.items() if set(SECRETS) & set(service.get("environment", {}))}
    assert who_is_told == {"secrets"}
    assert {kept.variable for kept in KEPT} == set(SECRETS) == handed_on(SERVICES["secrets"])


def test_every_file_with_a_secret_is_one_that_is_made_and_lies_in_a_volume_of_that_service() -> None:
    made = {f"/secrets/{kept.file}" for kept in KEPT} | {"/secrets/demo/password"}
    for service in SERVICES.values():
        mounted = {volume.split(":")[1] for volume in service.get("volumes", [])}
        for name, file in service.get("environment", {}).items():
            if name.endswith("_FILE"):
                assert file in made or (name, file) == ("SETTINGS_FILE", "/secrets/demo/settings.env")
                assert str(Path(file).parent) in mounted


@pytest.mark.parametrize("volume", SECRET_VOLUMES)
def test_a_secret_is_mounted_by_those_who_need_it_and_written_by_one(volume: str) -> None:
    mounts = {
        name: [each for each in service.get("volumes", []) if each.startswith(f"{volume}:")]
        for name, service in SERVICES.items()
    }
    assert {name for name, found in mounts.items() if found} == SECRET_VOLUMES[volume]
    writers = {name for name, found in mounts.items() if found and not found[0].endswith(":ro")}
    assert writers == {"secrets", "demo-settings"} & SECRET_VOLUMES[volume]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_variable_is_documented(file: Path) -> None:
    documented = set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    documented |= GONE  # told to migrate, which says what has become of them
    assert set(variables(file.read_text())) <= documented
    for service in (yaml.safe_load(file.read_text()).get("services") or {}).values():
        assert handed_on(service) <= documented


def test_every_setting_reaches_a_container_or_is_fixed_there() -> None:
    exist = {name.upper() for name in Settings.model_fields}
    told = {name for service in OURS.values() for name in service.get("environment", {})}
    told |= {name.removesuffix("_FILE") for name in told if name != "SETTINGS_FILE"}
    assert exist - told == FIXED_INSIDE


def test_a_service_is_told_no_secret_of_another() -> None:
    who_knows = {
        secret: {name for name, service in SERVICES.items() if secret in service.get("environment", {})}
        for secret in ("CABLECAST_PASSWORD", "HUGGING_FACE_TOKEN", "SUMMARY_API_KEY")
    }
    assert who_knows == {
        "CABLECAST_PASSWORD": {"vod"},
        "HUGGING_FACE_TOKEN": {"transcriber"},
        "SUMMARY_API_KEY": {"transcriber"},
    }


def test_only_vod_can_write_where_the_recordings_are() -> None:
    modes = {
        name: volume.endswith(":ro")
        for name, service in SERVICES.items()
        for volume in service.get("volumes", [])
        if volume.startswith("${MEDIA_ROOT")
    }
    assert modes == {"ingest": True, "transcriber": True, "vod": False}


def test_ports_are_open_to_this_machine_only_unless_somebody_says_otherwise() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 4
    for port in ports:
        assert re.match(r"(\$\{\w+:-127\.0\.0\.1\}|127\.0\.0\.1):\$\{\w+:-\d+\}:\d+$", port)


def test_the_files_do_without_what_older_clients_refuse() -> None:
    for file in FILES:
        assert not {"name", "include", "configs"} & set(yaml.safe_load(file.read_text()))
    for file in DOCKERFILES:
        text = file.read_text()
        assert not re.search(r"^# *syntax=|<<|--link|--chmod|@sha256", text, flags=re.MULTILINE)


def test_packages_are_installed_by_their_hashes_and_each_service_gets_its_own_code_only() -> None:
    for file in DOCKERFILES:
        text = file.read_text()
        assert "--require-hashes" in text
        own = file.parent.relative_to(ROOT).as_posix()
        copied = set(re.findall(r"^COPY (services/\w+|demo\S*) ", text, flags=re.MULTILINE)) - {"services/console"}
        assert copied == {"demo" if own.startswith("demo") else own}


def test_everything_that_is_mounted_from_the_project_exists() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists()
