"""The history of captions: which version counts, what a person has changed stays, and a new result is a proposal."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from services.api.tokens import Principal
from services.api.usecases.edit_captions import CaptionEdits, Outdated, edit_captions
from services.api.usecases.name_speaker import name_speaker
from services.api.usecases.steer_transcription import approve_transcription, cancel_transcription, retry_transcription
from shared.captions import read_cue_list
from shared.captions.edits import identified
from shared.captions.edits_json import edits_to_json
from shared.captions.operations import SetText, cue_words
from shared.compute import ComputeHere
from shared.db.models import CaptionVersion, City, Publication, Recording
from shared.lifecycle import TranscriptionStatus
from shared.rules.policy import PublishPolicy
from tests.integration.pipeline.conftest import Workshop
from tests.integration.pipeline.test_speakers import HALVES, SPEC, heard, once_more
from tests.integration.pipeline.test_standing import STRICT

ANA = Principal(1, "ana", "operator")


async def correct(workshop: Workshop, made: UUID, base: int, word: str = "CORRECTED") -> CaptionVersion:
    """A person puts another word in the place of the second one of the first cue that is said."""
    version = next(one for one in await workshop.versions(made) if one.number == base)
    cues = identified(read_cue_list(json.dumps(version.cue_list)).cues, version.cue_ids)
    first = next(one for one in cues if len(cue_words(one.cue)) > 1 and one.cue.rows[0][0] != "[")
    edit = SetText(first.id, 1, cue_words(first.cue)[1:2], (word,))
    edits = CaptionEdits(base, edits_to_json([edit]), note="A name")
    done = await edit_captions(made, edits, ANA, work=workshop.work, compute=ComputeHere())
    assert not isinstance(done, Outdated)
    return done


async def counts(workshop: Workshop, made: UUID) -> tuple[UUID, int]:
    """Transcription and number of the version that counts for the recording of this one."""
    async with workshop.work() as unit:
        row = (await workshop.row(made)).recording_id
        found = await unit.db.execute(
            select(CaptionVersion.transcription_id, CaptionVersion.number)
            .join(Recording, Recording.current_caption_version_id == CaptionVersion.id)
            .where(Recording.id == row)
        )
        transcription, number = found.one()
        return transcription, number


async def shown(workshop: Workshop, made: UUID) -> list[tuple[Any, ...]]:
    versions = await workshop.versions(made)
    numbers = {one.id: one.number for one in versions}
    return [
        (one.number, one.source, numbers.get(one.parent_id) if one.parent_id else None, one.author, one.is_proposal)
        for one in versions
    ]


async def test_what_the_machine_makes_counts_until_the_next_result(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker()
    await workshop.finish(worker)
    assert await counts(workshop, made) == (made, 1)

    await retry_transcription(made, ANA, from_scratch=True, work=workshop.work)
    await workshop.finish(worker)
    assert await counts(workshop, made) == (made, 2)
    second = await once_more(workshop, made)
    await workshop.finish(worker)

    assert await counts(workshop, made) == (second, 1)
    assert await shown(workshop, made) == [(1, "machine", None, None, False), (2, "machine", 1, None, False)]


async def test_a_persons_edits_stay_and_the_next_result_is_proposed_with_them(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker()
    await workshop.finish(worker)
    edited = await correct(workshop, made, 1)
    files = (await workshop.row(made)).scc_file_path

    await retry_transcription(made, ANA, from_scratch=True, work=workshop.work)
    await workshop.finish(worker)

    assert await counts(workshop, made) == (made, 2)
    assert await shown(workshop, made) == [
        (1, "machine", None, None, False),
        (2, "edit", 1, "ana", False),
        (3, "machine", 2, None, True),
        (4, "edit", 3, "ana", True),
    ]
    *_, machine, offered = await workshop.versions(made)
    assert "CORRECTED" in json.dumps(edited.cue_list) and "CORRECTED" not in json.dumps(machine.cue_list)
    assert (offered.cue_list, offered.left_out) == (edited.cue_list, [])
    row = await workshop.row(made)
    assert (row.status, row.scc_file_path, row.links_due) == (TranscriptionStatus.COMPLETED, files, False)
    (publication,) = await workshop.publications()
    assert publication.caption_version == 1  # the newest that is written


async def test_what_finds_no_place_in_the_next_result_is_listed_with_it(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker()
    await workshop.finish(worker)
    async with workshop.work() as unit:  # as an earlier model has heard it
        before = (await unit.db.scalars(select(CaptionVersion))).one()
        sound, first, *others = before.cue_list["cues"]
        before.cue_list = {**before.cue_list, "cues": [sound, {**first, "text": "nobody has ever said this"}, *others]}
    await correct(workshop, made, 1)

    await retry_transcription(made, ANA, from_scratch=True, work=workshop.work)
    await workshop.finish(worker)

    *_, machine, offered = await workshop.versions(made)
    assert offered.cue_list == machine.cue_list
    assert [one["code"] for one in offered.left_out or []] == ["words_changed"]


async def test_captions_of_another_transcription_are_only_proposed_beside_a_persons(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker()
    await workshop.finish(worker)
    await correct(workshop, made, 1)

    second = await once_more(workshop, made)
    await workshop.finish(worker)

    assert await counts(workshop, made) == (made, 2)
    assert await shown(workshop, second) == [(1, "machine", None, None, True), (2, "edit", 1, "ana", True)]
    (publication,) = await workshop.publications()
    assert publication.transcription_id == made
    assert (await workshop.row(second)).status == TranscriptionStatus.COMPLETED


async def test_edits_that_wait_for_a_review_count_when_it_is_approved_and_outlive_a_retry(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip, city=City(slug="m", name="M", settings=STRICT))
    worker = workshop.worker()
    await workshop.finish(worker)
    assert (await workshop.row(made)).status == TranscriptionStatus.NEEDS_REVIEW
    await correct(workshop, made, 1)
    async with workshop.work() as unit:
        assert (await unit.db.scalars(select(Recording.current_caption_version_id))).all() == [None]

    await retry_transcription(made, ANA, from_scratch=True, work=workshop.work)
    await workshop.finish(worker)
    row = await workshop.row(made)
    assert row.status == TranscriptionStatus.NEEDS_REVIEW and row.review_reasons
    assert [one[-1] for one in await shown(workshop, made)] == [False, False, True, True]
    await approve_transcription(made, ANA, work=workshop.work, station=PublishPolicy.AUTO)

    assert await counts(workshop, made) == (made, 2)


async def test_edits_of_a_retry_that_is_cancelled_stay_as_proposals(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip, city=City(slug="m", name="M"))
    worker = workshop.worker()
    await workshop.finish(worker)
    async with workshop.work() as unit:
        await unit.db.execute(update(City).values(settings=STRICT))
    await retry_transcription(made, ANA, from_scratch=True, work=workshop.work)
    await workshop.finish(worker)
    assert (await workshop.row(made)).status == TranscriptionStatus.NEEDS_REVIEW
    await correct(workshop, made, 2)

    await cancel_transcription(made, ANA, work=workshop.work)

    assert [(*one[:2], one[-1]) for one in await shown(workshop, made)] == [
        (1, "machine", False),
        (2, "machine", True),
        (3, "edit", True),
    ]
    assert await counts(workshop, made) == (made, 1)


async def test_a_naming_is_one_of_the_operations(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    await heard(workshop, made, HALVES)
    worker = workshop.worker(workshop.deps(diarization=SPEC))
    await workshop.finish(worker)

    await name_speaker(made, "S2", "Mayor Reed", ANA, work=workshop.work)
    await workshop.finish(worker)

    assert await shown(workshop, made) == [(1, "machine", None, None, False), (2, "naming", 1, "ana", False)]
    assert await counts(workshop, made) == (made, 2)
    (naming,) = [one for one in await workshop.versions(made) if one.number == 2]
    assert naming.operations is not None
    assert [(one["op"], one["old"], one["new"]) for one in naming.operations["operations"]] == [
        ("rename_speaker", "S2", "Mayor Reed")
    ]
    (publication,) = await workshop.publications()
    assert isinstance(publication, Publication) and publication.caption_version == 2
