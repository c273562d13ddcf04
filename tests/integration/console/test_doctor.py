"""`archivist doctor` says what is in the way, and what is not."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from services.console.paths import DEMONSTRATION_MODEL, ROOT
from services.console.stack.redis import RedisServer
from shared.db.models import City, Mount
from shared.db.session import Work

FOLDERS = ("DEFAULT_OUTPUT_PATH", "TEMP_DIRECTORY", "UPLOAD_DIRECTORY")
SERVERS = ("DATABASE_URL", "REDIS_URL", "FLEX_SERVERS", "CABLECAST_API_URL")


def doctor(*options: str, **settings: str) -> tuple[int, str]:
    """Ask it with these settings; what this machine's own environment says about servers and folders is kept out."""
    silent = dict.fromkeys((*SERVERS, *FOLDERS, "WHISPER_MODEL_PATH"), "")
    done = subprocess.run(
        [sys.executable, "-m", "services.console", "doctor", *options],
        cwd=ROOT,
        env={**os.environ, **silent, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_machine_with_all_it_needs_is_well(database_url: str, redis_server: RedisServer, tmp_path: Path) -> None:
    address = database_url.replace("+asyncpg", "")
    status, told = doctor(
        DATABASE_URL=address,
        REDIS_URL=redis_server.url,
        WHISPER_MODEL=str(DEMONSTRATION_MODEL),
        FLEX_SERVERS=f"north={tmp_path}",
    )

    assert status == 0, told
    assert "✗" not in told
    assert "! speech model" in told
    assert "for demonstrations only" in told
    assert f"✓ mounts        north ({tmp_path})" in told


async def test_mounts_with_the_same_recordings_are_named(work: Work, database_url: str, tmp_path: Path) -> None:
    drive, link = tmp_path / "drive", tmp_path / "link"
    (drive / "inner").mkdir(parents=True)
    link.symlink_to(drive / "inner")
    async with work() as unit:
        unit.db.add(Mount(name="by-hand", path=str(drive)))
    settings = {"FLEX_SERVERS": f"{link},{tmp_path / 'no-mount'}", "WHISPER_MODEL": str(DEMONSTRATION_MODEL)}

    address = database_url.replace("+asyncpg", "")
    status, told = await asyncio.to_thread(doctor, DATABASE_URL=address, **settings)

    assert status == 1
    assert f"✗ mounts        {link} lies inside the folder of {drive}: recordings there would be seen twice" in told


def test_what_is_in_the_way_is_named_with_what_to_do(tmp_path: Path) -> None:
    status, told = doctor(
        DATABASE_URL="postgresql://archivist@127.0.0.1:1/archivist",
        REDIS_URL="redis://127.0.0.1:1/0",
        WHISPER_MODEL=str(tmp_path / "no-model"),
        FLEX_SERVERS=str(tmp_path / "no-mount"),
        CABLECAST_API_URL="http://127.0.0.1:1",
        CABLECAST_USERNAME="archivist",
        CABLECAST_PASSWORD="nobody knows",
    )

    assert status == 1
    for what in ("speech model", "PostgreSQL", "Redis", "mounts", "Cablecast"):
        assert f"✗ {what}" in told, told
    assert "nobody knows" not in told


def test_the_room_is_that_of_the_folders_which_the_stack_will_use(tmp_path: Path) -> None:
    _, usual = doctor(WHISPER_MODEL=str(DEMONSTRATION_MODEL))
    _, another = doctor("--folder", str(tmp_path / "station"), WHISPER_MODEL=str(DEMONSTRATION_MODEL))
    _, chosen = doctor(WHISPER_MODEL=str(DEMONSTRATION_MODEL), DEFAULT_OUTPUT_PATH=str(tmp_path / "captions"))

    assert f"free for {ROOT / 'var' / 'up' / 'output'}" in usual
    assert f"free for {tmp_path / 'station' / 'output'}" in another
    assert f"free for {tmp_path / 'captions'}" in chosen


def test_a_database_without_the_schema_is_told_from_one_that_has_it(postgres_dsn: str) -> None:
    status, told = doctor(DATABASE_URL=postgres_dsn, WHISPER_MODEL=str(DEMONSTRATION_MODEL))

    assert status == 1
    assert "run `archivist migrate`" in told


async def test_a_city_whose_stored_settings_mean_nothing_any_more_is_named(work: Work, database_url: str) -> None:
    async with work() as unit:
        unit.db.add(City(slug="maplewood", name="Maplewood", settings={"language": "xx"}))

    address = database_url.replace("+asyncpg", "")
    status, told = await asyncio.to_thread(doctor, DATABASE_URL=address, WHISPER_MODEL=str(DEMONSTRATION_MODEL))

    assert status == 1
    assert "✗ cities        The settings of Maplewood cannot be used: language: 'xx' is no language" in told


def test_an_address_that_is_none_is_a_line_among_the_others() -> None:
    status, told = doctor(DATABASE_URL="mysql://x/y", REDIS_URL="nothing", WHISPER_MODEL=str(DEMONSTRATION_MODEL))

    assert status == 1
    assert told.count("✗ settings      DATABASE_URL must begin with postgresql://") == 1
    assert "✗ settings      REDIS_URL must look like redis://HOST:6379/0" in told
    assert "! mounts" in told
