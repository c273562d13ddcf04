"""Keys for programs: made by an admin and shown once, listed, revoked, and turned into a principal."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from services.api.key_hashing import Permission, hash_of, new_key
from services.api.session_tokens import ROLES, Principal, Unauthorized
from shared.db import clock
from shared.db.event_log import tell
from shared.db.models import ApiKey, User
from shared.db.session import Work
from shared.errors import InvalidInput, NotFound
from shared.event_kinds import Happened

_USE_NOTED_EVERY = timedelta(minutes=1)


async def create_key(
    name: str,
    description: str | None,
    permissions: Iterable[Permission],
    expires_at: datetime | None,
    who: Principal,
    *,
    work: Work,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Returns the row and the key itself, which nobody can read again."""
    if expires_at is not None and expires_at <= now:
        raise InvalidInput("expires_at lies in the past.", code="already_expired")
    key = new_key()
    granted = sorted(set(permissions))
    async with work() as unit:
        row = ApiKey(
            user_id=who.user_id,
            key_hash=hash_of(key),
            name=name,
            description=description,
            permissions=[str(one) for one in granted],
            expires_at=expires_at,
        )
        unit.db.add(row)
        await unit.db.flush()
        await unit.db.refresh(row)
        tell(unit.db, Happened.API_KEY_CREATED, row.id, by=who, name=name, permissions=row.permissions)
    return row, key


async def list_keys(*, work: Work) -> Sequence[ApiKey]:
    """All of them, newest first; a station has tens."""
    async with work() as unit:
        return (await unit.db.scalars(select(ApiKey).order_by(ApiKey.id.desc()))).all()


async def revoke_key(key_id: int, who: Principal, *, work: Work) -> None:
    """From the next request on it opens nothing; the row stays, so that the audit trail can name it."""
    async with work() as unit:
        row = await unit.db.get(ApiKey, key_id, with_for_update=True)
        if row is None:
            raise NotFound(f"There is no API key {key_id}.")
        if row.active:
            row.active = False
            tell(unit.db, Happened.API_KEY_REVOKED, row.id, by=who, name=row.name)


async def owner_of_key(key: str, *, work: Work) -> Principal:
    """Who asks with this key; raises ``Unauthorized`` when it is unknown, revoked, run out, or its owner has left."""
    found = (
        select(ApiKey.id, ApiKey.name, ApiKey.permissions, ApiKey.last_used, User.id, User.username, User.role)
        .join(User, User.id == ApiKey.user_id)
        .where(
            ApiKey.key_hash == hash_of(key),
            ApiKey.active,
            User.active,
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > clock.now()),
        )
    )
    is_stale = or_(ApiKey.last_used.is_(None), ApiKey.last_used < clock.now() - _USE_NOTED_EVERY)
    async with work() as unit:
        row = (await unit.db.execute(found.add_columns(is_stale))).one_or_none()
        if row is not None and row[-1]:
            await unit.db.execute(update(ApiKey).where(ApiKey.id == row[0]).values(last_used=clock.now()))
    if row is None:
        raise Unauthorized("The API key is not valid: unknown, revoked or expired.", code="invalid_api_key")
    _, name, permissions, _, user_id, username, owner_role, _ = row
    granted = set(permissions or ())
    wanted = "operator" if Permission.WRITE in granted else "user" if Permission.READ in granted else "none"
    return Principal(
        user_id=user_id,
        name=f"{username} (key {name})",
        role=min(wanted, owner_role, key=ROLES.index),
        may_transcribe=Permission.TRANSCRIBE in granted and ROLES.index(owner_role) >= ROLES.index("operator"),
        is_person=False,
    )
