"""The first person who may log in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.event_log import tell, was_told
from shared.db.models import Event, User
from shared.db.session import DATABASE_TROUBLE, open_database, url_of
from shared.db.usable import why_unusable
from shared.errors import InvalidInput, Temporary
from shared.event_kinds import Happened
from shared.passwords import hash_password, verify_password
from shared.settings import Settings

SHORTEST_PASSWORD = 12

# Who gave a password, as events keep it.
_SETTING, _TYPED = "ADMIN_PASSWORD", "create-admin"


@contextmanager
def asking_the_database(settings: Settings) -> Iterator[None]:
    """A database that is not there, or refuses, is one sentence with what it says itself; never with what was asked."""
    url = url_of(settings.database_dsn)
    try:
        yield
    except DATABASE_TROUBLE as error:
        if (unusable := why_unusable(error, url)) is not None:
            raise unusable from error
        said = str(getattr(error, "orig", None) or error).splitlines()
        raise Temporary(
            "The database of DATABASE_URL does not answer, or refuses; `archivist doctor` looks at it.",
            code="database_trouble",
            detail=said[0] if said else type(error).__name__,
        ) from error


async def ensure_admin(settings: Settings) -> str:
    """Let the admin that the settings name log in with the password that they name; returns what was done, in words.

    A changed ADMIN_PASSWORD takes effect, except where `create-admin` has given another password since: what a person
    typed is not undone by an old line of a file.
    """
    if settings.admin_password is None:
        return "No admin was created: ADMIN_PASSWORD is not set."
    name, password = settings.admin_username, settings.admin_password.get_secret_value()
    require_long(password)
    async with _one_transaction(settings) as session:
        user = await session.scalar(select(User).where(User.username == name))
        if user is None:
            await _create(session, name, password, settings.admin_email, given_by=_SETTING)
            return f"Created the admin {name}."
        if verify_password(user.password_hash, password):
            return f"{name} is known."
        if await _is_typed(session, user):
            return f"{name} is known, with a password given by `create-admin`; ADMIN_PASSWORD is not used."
        user.password_hash = hash_password(password)
        tell(session, Happened.USER_PASSWORD_RESET, user.id, by="console", given_by=_SETTING)
        return f"{name} has the new password of ADMIN_PASSWORD."


async def put_admin(settings: Settings, username: str, password: str, email: str) -> str:
    """Create an admin, or give the one of that name a new password and all rights back."""
    require_long(password)
    async with _one_transaction(settings) as session:
        user = await session.scalar(select(User).where(User.username == username))
        if user is None:
            await _create(session, username, password, email, given_by=_TYPED)
            return f"Created the admin {username}."
        user.password_hash, user.role, user.active = hash_password(password), "admin", True
        tell(session, Happened.USER_PASSWORD_RESET, user.id, by="console", given_by=_TYPED)
        return f"{username} has the new password."


async def admin_can_log_in(settings: Settings) -> bool | None:
    """Whether ADMIN_PASSWORD is the admin's password; None when there is no such admin, or no such setting."""
    async with _one_transaction(settings) as session:
        stored = await session.scalar(select(User.password_hash).where(User.username == settings.admin_username))
    if stored is None or settings.admin_password is None:
        return None
    return verify_password(stored, settings.admin_password.get_secret_value())


def require_startable(settings: Settings) -> None:
    """Raise `InvalidInput` where a stack with these settings would only find out while it starts that it cannot."""
    _ = settings.session_key, settings.database_dsn
    if settings.admin_password is not None:
        require_long(settings.admin_password.get_secret_value())


def require_long(password: str) -> None:
    """Raise `InvalidInput` for an admin's password that can be guessed."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(f"An admin's password has at least {SHORTEST_PASSWORD} characters.", code="short_password")


async def _create(session: AsyncSession, username: str, password: str, email: str, *, given_by: str) -> None:
    user = User(username=username, email=email, password_hash=hash_password(password), role="admin")
    session.add(user)
    await session.flush()
    tell(session, Happened.USER_CREATED, user.id, by="console", given_by=given_by)


async def _is_typed(session: AsyncSession, user: User) -> bool:
    """Whether the password was last given by a person's command, as events tell."""
    given = was_told((Happened.USER_CREATED, Happened.USER_PASSWORD_RESET), user.id)
    event = await session.scalar(select(Event).where(given).order_by(Event.id.desc()).limit(1))
    if event is None:
        return False
    # Before `given_by` was written down, only `create-admin` reset a password.
    usually = _TYPED if event.kind == Happened.USER_PASSWORD_RESET else _SETTING
    return bool(event.facts.get("given_by", usually) == _TYPED)


@asynccontextmanager
async def _one_transaction(settings: Settings) -> AsyncIterator[AsyncSession]:
    engine = open_database(settings.database_dsn, pool_size=1, name="archivist-console")
    try:
        async with AsyncSession(engine) as session, session.begin():
            yield session
    finally:
        await engine.dispose()
