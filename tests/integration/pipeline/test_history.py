"""The history of captions: which version counts, what a person has changed stays, and a new result is a proposal."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from services.api.session_tokens import Principal
from services.api.usecases.edit_captions import CaptionEdits, Outdated, edit_captions
from services.api.usecases.name_speaker import name_speaker
from services.api.usecases.steer_transcription import approve_transcription, cancel_transcription, retry_transcription
from services.transcriber.parts.link_outputs import link_outputs
from shared.captions import read_cue_list, read_scc
from shared.captions.edits import identified
from shared.captions.edits_json import edits_to_json
from shared.captions.operations import SetText, cue_words
from shared.compute import ComputeHere
from shared.db.models import CaptionVersion, City, Publication, Recording, Transcription
from shared.db.session import Unit
from shared.lanes import Lane
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
    assert publication.caption_version == 2


async def test_files_that_people_find_and_what_is_published_follow_an_edit(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker()
    await workshop.finish(worker)
    folder = Path((await workshop.row(made)).output_directory or "")
    words = (folder / "words.json").read_bytes()
    for word in ("FIRST", "CORRECTED"):
        edited = await correct(workshop, made, 1 if word == "FIRST" else 2, word)
    assert workshop.notifier.notified[Lane.FINISH] >= 2

    await workshop.finish(worker)

    row = await workshop.row(made)
    machine, between, newest = await workshop.versions(made)
    assert (between.files, newest.id, row.links_due, row.error_code) == ({}, edited.id, False, None)
    for kind in ("scc", "vtt", "srt", "txt", "json"):
        for file in (folder / newest.files[kind]["name"], folder / Path(newest.files[kind]["name"]).name):
            content = file.read_bytes()
            assert hashlib.sha256(content).hexdigest() == newest.files[kind]["sha256"]
        shown = " ".join(cue.text for cue in read_scc(content.decode()).cues) if kind == "scc" else content.decode()
        assert "CORRECTED" in shown and "FIRST" not in shown
        assert "CORRECTED" not in (folder / machine.files[kind]["name"]).read_text()
    assert (folder / "words.json").read_bytes() == words
    assert newest.files["words"] == machine.files["words"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["edited"] == {
        "version": 3, "of": 1, "by": "ana", "at": newest.created_at.isoformat(), "note": "A name",
    }  # fmt: skip
    assert manifest["engine"] and manifest["files"]["scc"]["sha256"] == newest.files["scc"]["sha256"]
    (publication,) = await workshop.publications()
    assert (publication.caption_version, publication.status) == (3, "pending")
    assert Path(row.scc_file_path or "").read_bytes() == (folder / newest.files["scc"]["name"]).read_bytes()


async def test_an_edit_that_comes_while_files_are_linked_is_written_next(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker()
    await workshop.finish(worker)
    async with workshop.work() as unit:
        await unit.db.execute(update(Transcription).values(links_due=True))
    looks = 0

    @asynccontextmanager
    async def meddled() -> AsyncIterator[Unit]:
        nonlocal looks
        looks += 1
        if looks == 3:  # the worker has linked, and is about to say so
            await correct(workshop, made, 1, "MEANWHILE")
        async with workshop.work() as unit:
            yield unit

    await link_outputs(made, workshop.deps(work=meddled))

    folder = Path((await workshop.row(made)).output_directory or "")
    assert (await workshop.row(made)).links_due and "MEANWHILE" not in (folder / "short.txt").read_text()
    await workshop.finish(worker)
    assert not (await workshop.row(made)).links_due and "MEANWHILE" in (folder / "short.txt").read_text()


async def test_an_edit_that_no_caption_decoder_could_show_is_told_and_what_was_there_stays(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)
    worker = workshop.worker()
    await workshop.finish(worker)
    before = Path((await workshop.row(made)).scc_file_path or "").read_bytes()
    machine = (await workshop.versions(made))[0]
    cues = identified(read_cue_list(json.dumps(machine.cue_list)).cues)
    edits = [SetText(one.id, 0, cue_words(one.cue), ("\u4f1a\u8b70\u3092\u958b\u4f1a",)) for one in cues]
    await edit_captions(made, CaptionEdits(1, edits_to_json(edits)), ANA, work=workshop.work, compute=ComputeHere())

    await workshop.finish(worker)

    row = await workshop.row(made)
    assert (row.status, row.links_due, row.error_code) == (TranscriptionStatus.COMPLETED, False, "edit_not_writable")
    assert Path(row.scc_file_path or "").read_bytes() == before
    assert (await workshop.versions(made))[-1].files == {}


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
