"""Ask the rules once more when the show is known: it may be another city's, with other wishes."""

from services.vod.deps import VodDeps
from services.vod.parts.publication_work import PublicationWork, StepOutcome
from shared.db.deciding import decide_for
from shared.db.leases import Lease, LeaseLost, keep
from shared.db.locks import lock_recordings, lock_transcription
from shared.db.models import Mount, Recording, Transcription
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus
from shared.rules import Field, PublishPolicy


async def decide_again(lease: Lease, work: PublicationWork, deps: VodDeps) -> StepOutcome | None:
    """City, priority and policy follow the show, except what a person has set; where the publication then has to wait.

    Raises ``Unusable`` where the settings of the city mean nothing any more.
    """
    row = work.publication
    async with deps.work() as unit:
        await lock_recordings(unit.db, [row.recording_id])
        await lock_transcription(unit.db, row.transcription_id)
        recording = await unit.db.get_one(Recording, row.recording_id)
        transcription = await unit.db.get_one(Transcription, row.transcription_id)
        mount = await unit.db.get_one(Mount, recording.mount_id)
        decision = await decide_for(unit.db, recording, mount, deps.terms, before=row.city_id)
        recording.decision, city_before = decision.as_json(), row.city_id
        recording.city_id = transcription.city_id = row.city_id = decision.value(Field.CITY)
        if row.city_id != city_before:
            transcription.links_due = True  # its folder is another city's
            unit.notify(Lane.FINISH)
        recording.priority = decision.value(Field.PRIORITY)
        if "priority" not in transcription.set_by_person:
            transcription.priority = row.priority = recording.priority
        if "output_format" not in transcription.set_by_person:
            transcription.output_format = decision.value(Field.OUTPUT_FORMAT)
        if not await keep(unit.db, lease, city_id=row.city_id, priority=row.priority):
            raise LeaseLost(str(lease.row_id))
    policy = decision.choices[Field.PUBLISH_POLICY]
    if policy.value is PublishPolicy.AUTO or work.is_asked_for:
        # Where a sidecar may lie is the city's choice, so with another one everything is read anew.
        return StepOutcome(PublicationStatus.LINKED) if row.city_id != city_before else None
    if policy.value is PublishPolicy.REVIEW:
        reason = f"A person is to release this publication. {policy.sentence()}"
        return StepOutcome(PublicationStatus.NEEDS_REVIEW, code="waits_for_release", reason=reason)
    reason = f"It is not published. {policy.sentence()} Retry it to have it published after all."
    return StepOutcome(PublicationStatus.REMOVED, code="policy_never", reason=reason)
