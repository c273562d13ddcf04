"""What `archivist doctor` looks at besides the machine: the stack of its folder, and what the settings say of it."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import combinations
from pathlib import Path

from services.console.checks import CheckLine, Mark
from services.console.env_file import ENV_FILE, odd_lines
from services.console.paths import ROOT
from services.console.stack.local import is_free
from services.console.stack.lock import Addresses
from services.ingest.gateways.mount_client import MountFiles
from shared.earlier_settings import earlier_settings
from shared.errors import ArchivistError, InvalidInput
from shared.mount_folders import Folder, overlap
from shared.settings import Settings

_LOOK_S = 5.0
"""A call to a drive whose server is gone may never return."""

Look = Callable[[Settings], Awaitable[CheckLine | None]]
"""None: there is nothing to be said."""


def station_checks(running: Addresses | None) -> tuple[Look, ...]:
    """The checks that need to know whether a stack runs."""
    return (
        earlier,
        secrets,
        partial(stack, running),
        partial(admin, running),
        partial(other_mounts, running),
        partial(seen_twice, running),
    )


async def earlier(settings: Settings, file: Path = ENV_FILE) -> CheckLine | None:
    """Names in `.env` that meant something else to the Archivist before this one, and those that mean nothing."""
    more = () if settings.settings_file is None else odd_lines(settings.settings_file)
    sentences = [*odd_lines(file), *more, *earlier_settings(os.environ)]
    return CheckLine(Mark.WORTH_KNOWING, "settings", " ".join(sentences)) if sentences else None


async def secrets(settings: Settings, file: Path = ROOT / ".env") -> CheckLine:
    """Whether a stack could start with the secrets that it has; the first start makes a `.env` that has them."""
    if settings.jwt_secret_key is None and not file.exists():
        return CheckLine(Mark.FINE, "secrets", "none yet: `archivist up` writes .env with random ones")
    from services.console.accounts import require_startable

    try:
        require_startable(settings)
    except InvalidInput as error:
        return CheckLine(Mark.BAD, "secrets", error.message)
    if settings.admin_password is None:
        text = "ADMIN_PASSWORD is not set, so no admin is made: `archivist init` writes a random one into .env"
        return CheckLine(Mark.WORTH_KNOWING, "secrets", text)
    return CheckLine(Mark.FINE, "secrets", "all that the services need are set")


async def stack(running: Addresses | None, settings: Settings) -> CheckLine:
    """Where the API answers, or whether it could."""
    if running is not None:
        return CheckLine(Mark.FINE, "stack", f"running, its API is {running.api_url}")
    if settings.api_port == 0 or is_free(settings.api_host, settings.api_port):
        return CheckLine(Mark.FINE, "stack", "not running; its port is free")
    where = f"API_PORT={settings.api_port} cannot be had on {settings.api_host}: another program listens there"
    if os.environ.get("API_PORT"):
        return CheckLine(Mark.BAD, "stack", f"{where}. End it, or choose another port")
    return CheckLine(Mark.WORTH_KNOWING, "stack", f"{where}, so `archivist up` takes any free port")


async def admin(running: Addresses | None, settings: Settings) -> CheckLine | None:
    """Whether ADMIN_PASSWORD lets somebody in; a database that does not answer has a line of its own."""
    if settings.admin_password is None or not (running or os.environ.get("DATABASE_URL")):
        return None
    from services.console.accounts import admin_can_log_in
    from shared.db.session import DATABASE_TROUBLE

    try:
        can = await admin_can_log_in(settings)
    except DATABASE_TROUBLE:
        return None
    name = settings.admin_username
    if can is None:
        return CheckLine(Mark.WORTH_KNOWING, "admin", f"{name} is created when the stack starts")
    if not can:
        text = f"ADMIN_PASSWORD is not the password of {name}: it is taken over when the stack next starts, unless "
        return CheckLine(Mark.WORTH_KNOWING, "admin", f"{text}`archivist create-admin` has given another since")
    return CheckLine(Mark.FINE, "admin", f"{name} can log in with ADMIN_PASSWORD")


async def seen_twice(running: Addresses | None, settings: Settings) -> CheckLine | None:
    """Mounts that are one folder, or lie in each other. Those that do not answer have a line of their own."""
    paths = [each.path for each in settings.named_mounts]
    paths += [path for path in await _watched(running, settings) if path not in paths]
    looks = await asyncio.gather(*[_folder(path) for path in paths])
    folders = [(path, folder) for path, folder in zip(paths, looks, strict=True) if folder is not None]
    found = [
        f"{path} {how} the folder of {other_path}"
        for (path, folder), (other_path, other) in combinations(folders, 2)
        if (how := overlap(folder, other))
    ]
    if not found:
        return None
    text = "; ".join(found)
    return CheckLine(Mark.BAD, "mounts", f"{text}: recordings there would be seen twice. Name only one of two such")


async def _folder(path: str) -> Folder | None:
    mount = MountFiles(path, timeout_s=_LOOK_S)
    try:
        return Folder.from_json((await mount.check()).folder)
    except ArchivistError:
        return None
    finally:
        await mount.close()


async def _watched(running: Addresses | None, settings: Settings) -> list[str]:
    """The folders that the database knows; none where it does not answer."""
    if not (running or os.environ.get("DATABASE_URL")):
        return []
    from sqlalchemy.ext.asyncio import AsyncSession

    from shared.db.mount_queries import watched_paths
    from shared.db.session import DATABASE_TROUBLE, open_database

    engine = open_database(settings.database_dsn, pool_size=1, name="archivist-console")
    try:
        async with AsyncSession(engine) as session:
            return list(await watched_paths(session))
    except DATABASE_TROUBLE:
        return []
    finally:
        await engine.dispose()


async def other_mounts(running: Addresses | None, settings: Settings) -> CheckLine | None:
    """Mounts that are watched although FLEX_SERVERS does not name them any more."""
    if not (running or os.environ.get("DATABASE_URL")):
        return None
    from sqlalchemy.ext.asyncio import AsyncSession

    from shared.db.mount_queries import no_longer_named
    from shared.db.session import DATABASE_TROUBLE, open_database

    engine = open_database(settings.database_dsn, pool_size=1, name="archivist-console")
    try:
        async with AsyncSession(engine) as session:
            left = await no_longer_named(session, [each.path for each in settings.named_mounts])
            names = ", ".join(f"{row.name} ({row.path})" for row in left)
    except DATABASE_TROUBLE:
        return None
    finally:
        await engine.dispose()
    if not names:
        return None
    text = f"watched, though FLEX_SERVERS does not name them: {names}; DELETE /api/v1/mounts/{{id}} removes one"
    return CheckLine(Mark.WORTH_KNOWING, "mounts", text)
