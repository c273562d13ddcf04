"""Whatever people and the machine do with a recording: what counts, what people find and what is published agree."""

import contextlib
import random
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from services.api.usecases.edit_captions import CaptionEdits, edit_captions
from services.api.usecases.steer_transcription import approve_transcription
from services.transcriber.deps import TranscriberDeps
from services.transcriber.parts.link_outputs import link_outputs
from shared.captions.edits_json import edits_to_json
from shared.captions.operations import SetText
from shared.compute import ComputeHere
from shared.db.models import CaptionVersion, Publication, Recording, Transcription
from shared.errors import Conflict
from shared.lifecycle import PublicationStatus
from shared.rules.policy import PublishPolicy
from shared.speaker_cast import Naming
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.finished_captions import TEXTS, finished, heard_again, wanted
from tests.integration.pipeline.test_crossing import WHO

_OVER = (PublicationStatus.PUBLISHED, PublicationStatus.DONE, PublicationStatus.REMOVED)


async def _step(workshop: Workshop, made: list[UUID], chance: random.Random, step: int) -> str:
    one = chance.choice(made)
    does = chance.choice(("edit", "edit", "retry", "once more", "review", "name", "publish"))
    texts = (chance.choice((TEXTS[0], f"Heard {step}.")), *TEXTS[1:])
    if does == "edit":
        base = chance.choice(await workshop.versions(one))
        ids = base.cue_ids or [f"{n + 1:06}" for n in range(len(base.cue_list["cues"]))]
        edit = edits_to_json([SetText(ids[0], 0, (), (f"Edit-{step}",))])
        with contextlib.suppress(Conflict):
            await edit_captions(one, CaptionEdits(base.number, edit), WHO, work=workshop.work, compute=ComputeHere())
    elif does == "retry":
        await heard_again(workshop, one, *texts)
    elif does == "once more":
        made.append(await finished(workshop, *texts, recording=(await workshop.row(one)).recording_id))
    elif does == "review":
        made.append(await wanted(workshop, recording=(await workshop.row(one)).recording_id))
        await heard_again(workshop, made[-1], *texts, status="needs_review")
        if (await workshop.row(made[-1])).status == "needs_review":
            await approve_transcription(made[-1], WHO, work=workshop.work, station=PublishPolicy.AUTO)
    elif does == "name" and one == await _counting(workshop):
        await heard_again(workshop, one, f">> REED: {texts[0]}", *texts[1:], naming=Naming(by="cy", status="completed"))
    elif does == "publish":
        async with workshop.work() as unit:
            await unit.db.execute(
                update(Publication).where(Publication.status.not_in(_OVER)).values(status=PublicationStatus.PUBLISHED)
            )
    return does


async def _counting(workshop: Workshop) -> UUID | None:
    async with workshop.work() as unit:
        return await unit.db.scalar(
            select(CaptionVersion.transcription_id).join(
                Recording, Recording.current_caption_version_id == CaptionVersion.id
            )
        )


async def _settle(workshop: Workshop, deps: TranscriberDeps) -> None:
    while True:
        async with workshop.work() as unit:
            due = (await unit.db.scalars(select(Transcription.id).where(Transcription.links_due))).all()
        if not due:
            return
        for one in due:
            await link_outputs(one, deps)


@pytest.mark.parametrize("seed", range(6))
async def test_what_counts_is_what_people_find_and_what_is_published(workshop: Workshop, seed: int) -> None:
    chance, deps = random.Random(seed), workshop.deps()
    made = [await finished(workshop)]
    done = []
    for step in range(10):
        done.append(await _step(workshop, made, chance, step))
        await _settle(workshop, deps)

        async with workshop.work() as unit:
            current = await unit.db.scalar(select(Recording.current_caption_version_id))
            version = await unit.db.get_one(CaptionVersion, current)
            publications = (await unit.db.scalars(select(Publication))).all()
        folder = Path(str((await workshop.row(version.transcription_id)).output_directory))
        (found,) = folder.glob("*.txt")
        assert found.read_bytes() == (folder / version.files["txt"]["name"]).read_bytes(), done
        ours = [one for one in publications if one.transcription_id == version.transcription_id]
        assert [(one.caption_version, one.status != PublicationStatus.REMOVED) for one in ours] == [
            (version.number, True)
        ], done
        assert all(one.status in _OVER for one in publications if one not in ours), done
