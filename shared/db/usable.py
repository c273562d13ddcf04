"""Can this version work with the database that it was given? What only a person can mend ends the start, at once."""

import logging
import socket
from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.session import DATABASE_TROUBLE, is_database_away
from shared.errors import ArchivistError, Unusable

log = logging.getLogger(__name__)

_MIGRATE = "Run `archivist migrate`."
_NO_TABLES = f"The database {{database}} does not have Archivist's tables. {_MIGRATE}"
_SAYS: dict[str, tuple[str, str]] = {
    "28": (
        "database_login_refused",
        "PostgreSQL at {host} refuses the user {user}: mend the name or the password in DATABASE_URL, or pg_hba.conf.",
    ),
    "3D": (
        "database_missing",
        "PostgreSQL at {host} has no database {database}: create it, or mend DATABASE_URL.",
    ),
    "42P01": ("database_not_migrated", _NO_TABLES),
}
"""By the beginning of the SQLSTATE."""


async def require_usable(engine: AsyncEngine) -> None:
    """Raise ``Unusable`` where waiting cannot help: host, user, database or schema are not there.

    A server that is only not up yet is no reason to end: whoever serves says that it is not ready and looks again.
    """
    try:
        async with engine.connect() as connection:
            version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    # Drivers answer an address that cannot be one with whatever Python has, such as OverflowError for a port.
    except (*DATABASE_TROUBLE, ValueError, TypeError, ArithmeticError) as error:
        if (unusable := why_unusable(error, engine.url)) is not None:
            raise unusable from error
        if not (is_database_away(error) or isinstance(error, OSError)):
            origin = getattr(error, "orig", None) or error
            raise Unusable(f"DATABASE_URL cannot be used: {origin}", code="bad_database_url") from error
        log.warning("database_unreachable", extra={"fields": {"error": repr(error), "host": engine.url.host}})
        return
    if version is None:
        raise Unusable(_NO_TABLES.format(database=engine.url.database), code="database_not_migrated")
    # One that this version does not know is of a later one, which lets the release before it go on.
    if version in _revisions()[1:]:
        raise Unusable(
            f"The database {engine.url.database} has the schema of an earlier version. {_MIGRATE}",
            code="database_not_migrated",
        )


def why_unusable(error: BaseException, url: URL) -> ArchivistError | None:
    """What a person has to mend, without the password; None for any other trouble."""
    named = {"host": url.host or "this machine", "database": url.database, "user": url.username}
    state = _sqlstate(error)
    for beginning, (code, sentence) in _SAYS.items():
        if state.startswith(beginning):
            return Unusable(sentence.format(**named), code=code)
    # EAI_AGAIN: the name server is not up yet, or cannot be asked now.
    if isinstance(error, socket.gaierror) and error.errno != socket.EAI_AGAIN:
        return Unusable(
            f"There is no host {url.host}, which DATABASE_URL names: mend it, or start the server of that name.",
            code="database_host_unknown",
        )
    return None


def _sqlstate(error: BaseException) -> str:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(origin, "sqlstate", None) or "")


@cache
def _revisions() -> tuple[str, ...]:
    """Every schema version that this code knows, the newest first."""
    scripts = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    return tuple(script.revision for script in scripts.walk_revisions())
