"""Ask the rules about a recording: reads what they need to know, and decides with ``shared.rules``."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.city import stored_settings
from shared.db.models import CablecastShow, City, Mount, Publication, Recording
from shared.lifecycle import PublicationStatus
from shared.rules import (
    Decision,
    Facts,
    Field,
    Match,
    NamedCity,
    Rule,
    ShowFacts,
    Terms,
    decide,
    read_policy,
    rules_of_cities,
    rules_of_terms,
)


async def decide_for(
    db: AsyncSession,
    recording: Recording,
    mount: Mount,
    station: Terms,
    *,
    duration_ms: int | None = None,
    history_of: UUID | None = None,
    before: UUID | None = None,
) -> Decision:
    """What holds for a recording now, with its show where a publication is linked to one.

    ``duration_ms`` is what was just measured; ``history_of`` the recording that this file was found to be, moved;
    ``before`` its city as it was, which stays where nothing says otherwise.

    Raises ``Unusable`` where the settings of the city that is chosen mean nothing any more.
    """
    rows = (await db.scalars(select(City).order_by(City.slug))).all()
    named = [NamedCity(row.id, tuple(str(word) for word in row.title_words), row.name) for row in rows]
    facts = await facts_of(db, recording, mount, duration_ms=duration_ms, history_of=history_of)
    rules = rules_of_cities(named, mount_id=mount.id, mount_city=mount.city_id)
    if before is not None:
        rules += (Rule("As it was", {Field.CITY: before}),)
    city_id = decide(rules, facts).value(Field.CITY)
    for row in rows:
        if row.id == city_id:  # the settings of the others may be broken, which is no business of this recording
            rules += rules_of_terms(_terms(row), f"Settings of {row.name}", Match(city_id=row.id))
    return decide((*rules, *rules_of_terms(station, "The station's own choice")), facts)


async def facts_of(
    db: AsyncSession,
    recording: Recording,
    mount: Mount,
    *,
    duration_ms: int | None = None,
    history_of: UUID | None = None,
) -> Facts:
    """What rules may ask of a recording, as ``decide_for`` has it."""
    return Facts(
        path=recording.relative_path,
        mount_id=mount.id,
        recorded_on=recording.recorded_at.date(),
        duration_ms=duration_ms or recording.duration_ms,
        show=await _show_of(db, history_of or recording.id),
    )


def _terms(row: City) -> Terms:
    chosen = stored_settings(row.name, row.settings)
    return Terms(
        priority=row.priority,
        language=chosen.language,
        model=chosen.model,
        engine=chosen.engine,
        include_summary=chosen.include_summary,
        output_format=chosen.output_format,
        publish_policy=read_policy(row.publish_policy),
    )


async def _show_of(db: AsyncSession, recording_id: UUID) -> ShowFacts | None:
    found = await db.execute(
        select(CablecastShow.cablecast_id, CablecastShow.title)
        .join(Publication, Publication.show_id == CablecastShow.cablecast_id)
        .where(
            Publication.recording_id == recording_id,
            Publication.linked_by.is_not(None),
            Publication.status != PublicationStatus.REMOVED,
        )
        .order_by(Publication.created_at.desc(), Publication.id.desc())
        .limit(1)
    )
    row = found.one_or_none()
    return ShowFacts(row.cablecast_id, row.title) if row else None
