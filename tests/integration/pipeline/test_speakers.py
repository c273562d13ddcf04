"""Speakers in the pipeline: they may fail, they may be named, and no word is ever lost over them."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from services.api.session_tokens import Principal
from services.api.usecases.name_speaker import name_speaker
from services.api.usecases.steer_publication import remove_publication, retry_publication
from services.api.usecases.steer_transcription import retry_transcription
from services.transcriber.composing.telling_apart import speakers_of
from services.transcriber.engines.diarize import DiarizationSpec
from services.transcriber.engines.voice_cast import Cast, Turn
from shared.captions import read_scc
from shared.db.leases import give_back, take
from shared.db.models import City, Publication, Transcription, Voice
from shared.errors import Conflict, NotFound, Temporary
from shared.jobs.worker import LeaseTerms
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus, Stage, TranscriptionStatus
from shared.speaker_cast import Speakers
from tests.integration.pipeline.conftest import Workshop

ANA = Principal(1, "ana", "operator")
SPEC = DiarizationSpec("/no/such/model", device="cpu", offline=True)
HALVES = Cast((Turn(0, 8000, "S1"), Turn(8000, 20_000, "S2")), {"S1": (1.0, 0.0, 0.0), "S2": (0.0, 0.8, 0.6)})


async def heard(workshop: Workshop, transcription_id: uuid.UUID, cast: Cast) -> None:
    """Put down what an earlier round of diarization has found."""
    async with workshop.work() as unit:
        row = await unit.db.get_one(Transcription, transcription_id)
        row.speakers = speakers_of(cast, SPEC.model).model_dump(mode="json")


async def once_more(workshop: Workshop, transcription_id: uuid.UUID) -> uuid.UUID:
    """Somebody asks for new captions of the same recording."""
    async with workshop.work() as unit:
        before = await unit.db.get_one(Transcription, transcription_id)
        kept = ("recording_id", "city_id", "filename", "file_path", "duration_ms", "recorded_at")
        row = Transcription(**{name: getattr(before, name) for name in kept})
        unit.db.add(row)
        await unit.db.flush()
        return row.id


def captions_of(row: Transcription) -> str:
    return " ".join(" ".join(cue.rows) for cue in read_scc(Path(str(row.scc_file_path)).read_text()).cues)


async def test_speakers_that_cannot_be_told_apart_cost_a_sentence_and_no_word(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)

    await workshop.finish(workshop.worker(workshop.deps(diarization=SPEC)))

    row = await workshop.row(made)
    assert row.status == TranscriptionStatus.COMPLETED
    assert row.quality is not None
    (note,) = [note for note in row.quality["notes"] if note.startswith("The speakers were not told apart: ")]
    manifest = json.loads((Path(str(row.metadata_file_path)).parent / "manifest.json").read_text())
    assert manifest["warnings"] == [note]
    assert Speakers.model_validate(row.speakers).warning == note
    assert captions_of(row)


async def test_the_model_that_needs_no_account_tells_speakers_apart(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    spec = DiarizationSpec("resemblyzer", likeness=0.83, offline=True)

    await workshop.finish(workshop.worker(workshop.deps(diarization=spec)))

    row = await workshop.row(made)
    found = Speakers.model_validate(row.speakers)
    assert (found.warning, found.model) == (None, "resemblyzer")
    assert found.turns
    assert all(one.voice is not None and len(one.voice) == 256 for one in found.speakers)
    assert row.quality is not None
    assert not [note for note in row.quality["notes"] if "told apart" in note]


async def test_a_mount_that_is_away_when_the_sound_is_decoded_again_for_speakers_is_waited_for(
    workshop: Workshop, short_clip: Path, tmp_path: Path
) -> None:
    made = await workshop.add(short_clip)
    media = workshop.mount / short_clip.name
    deps = workshop.deps(diarization=SPEC)
    worker = workshop.worker(deps)
    while await worker.work_one(Lane.PLAN) or await worker.work_one(Lane.SLICE):
        pass
    for sound in deps.work_root.rglob("audio.flac"):
        sound.unlink()
    aside = media.rename(tmp_path / "away.mp4")

    assert await worker.work_one(Lane.FINISH)
    waiting = await workshop.row(made)
    aside.rename(media)
    await workshop.pass_time()
    await workshop.finish(worker)

    row = await workshop.row(made)
    assert (waiting.status, waiting.error_code) == (TranscriptionStatus.PROCESSING, "recording_away")
    assert row.status == TranscriptionStatus.COMPLETED
    assert " mount" not in str(Speakers.model_validate(row.speakers).warning)


async def test_a_city_may_leave_speakers_alone_or_learn_that_the_station_cannot_tell(
    workshop: Workshop, short_clip: Path
) -> None:
    quiet = City(slug="quiet", name="Quiet", settings={"diarize": False})
    made = await workshop.add(short_clip, "quiet.mp4", city=quiet)
    await workshop.finish(workshop.worker(workshop.deps(diarization=SPEC)))
    curious = City(slug="curious", name="Curious", settings={"diarize": True})
    wished = await workshop.add(short_clip, "curious.mp4", city=curious)
    await workshop.finish(workshop.worker())

    assert (await workshop.row(made)).speakers is None
    assert "set DIARIZATION_MODEL" in str(Speakers.model_validate((await workshop.row(wished)).speakers).warning)


async def test_a_person_names_a_voice_and_the_next_meeting_proposes_it(workshop: Workshop, short_clip: Path) -> None:
    city = City(slug="springfield", name="Springfield")
    first = await workshop.add(short_clip, "first.mp4", city=city)
    await heard(workshop, first, HALVES)
    worker = workshop.worker(workshop.deps(diarization=SPEC))
    await workshop.finish(worker)
    before = await workshop.row(first)

    named = await name_speaker(first, "S2", "Mayor Reed", ANA, work=workshop.work)
    await workshop.finish(worker)

    assert (named.status, named.stage) == (TranscriptionStatus.PROCESSING, Stage.FINISH)
    row = await workshop.row(first)
    assert (before.status, row.status) == (TranscriptionStatus.COMPLETED, TranscriptionStatus.COMPLETED)
    assert ">> MAYOR REED:" in captions_of(row)
    one, two = await workshop.versions(first)
    assert ("REED" in json.dumps(one.cue_list), "REED" in json.dumps(two.cue_list)) == (False, True)
    assert [(one.number, one.source) for one in await workshop.versions(first)] == [(1, "machine"), (2, "naming")]
    assert row.processing_time == before.processing_time
    second = await workshop.add(short_clip, "second.mp4", city=city)
    await heard(workshop, second, Cast(HALVES.turns, {"S1": (0.0, 1.0, 0.0), "S2": (0.0, 0.0, 1.0)}))
    await workshop.finish(worker)
    next_row = await workshop.row(second)
    (proposal,) = Speakers.model_validate(next_row.speakers).speaker("S1").proposals
    assert (proposal.name, proposal.evidence, proposal.confidence) == ("Mayor Reed", "voice", 0.8)
    assert "REED" not in captions_of(next_row)  # a proposal is no name
    assert ">>" in captions_of(next_row)


async def test_names_stay_when_the_same_recording_is_transcribed_once_more(
    workshop: Workshop, short_clip: Path
) -> None:
    first = await workshop.add(short_clip, city=City(slug="springfield", name="Springfield"))
    await heard(workshop, first, HALVES)
    worker = workshop.worker(workshop.deps(diarization=SPEC))
    await workshop.finish(worker)
    await name_speaker(first, "S2", "Mayor Reed", ANA, work=workshop.work)
    await workshop.finish(worker)

    second = await once_more(workshop, first)
    turned = Cast(HALVES.turns, {"S1": (0.0, 0.7, 0.7), "S2": (0.9, 0.1, 0.0)})
    await heard(workshop, second, turned)
    await workshop.finish(worker)
    third = await once_more(workshop, first)
    await heard(workshop, third, HALVES)
    await workshop.finish(worker)

    rows = [await workshop.row(made) for made in (second, third)]
    assert [Speakers.model_validate(row.speakers).names for row in rows] == [{"S1": "Mayor Reed"}, {"S2": "Mayor Reed"}]
    assert all(">> MAYOR REED:" in captions_of(row) for row in rows)
    assert [one.source for one in await workshop.versions(second)] == ["machine"]
    async with workshop.work() as unit:  # it is one meeting still
        assert (await unit.db.scalars(select(Voice.samples))).all() == [1]


async def test_a_name_whose_voice_is_not_heard_again_is_given_to_nobody(workshop: Workshop, short_clip: Path) -> None:
    first = await workshop.add(short_clip)
    await heard(workshop, first, HALVES)
    worker = workshop.worker(workshop.deps(diarization=SPEC))
    await workshop.finish(worker)
    await name_speaker(first, "S2", "Mayor Reed", ANA, work=workshop.work)
    await workshop.finish(worker)

    second = await once_more(workshop, first)
    await heard(workshop, second, Cast(HALVES.turns, {"S1": (0.0, -0.6, 0.8), "S2": (1.0, 0.0, 0.0)}))
    await workshop.finish(worker)

    row = await workshop.row(second)
    assert Speakers.model_validate(row.speakers).names == {}
    assert "REED" not in captions_of(row) and ">>" in captions_of(row)


async def test_names_stay_when_a_person_has_everything_done_again(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    await heard(workshop, made, HALVES)
    worker = workshop.worker(workshop.deps(diarization=SPEC))
    await workshop.finish(worker)
    await name_speaker(made, "S2", "Mayor Reed", ANA, work=workshop.work)
    await workshop.finish(worker)

    await retry_transcription(made, ANA, from_scratch=True, work=workshop.work)
    await workshop.finish(worker)

    assert ">> MAYOR REED:" in captions_of(await workshop.row(made))
    assert [one.source for one in await workshop.versions(made)] == ["machine", "naming", "machine"]


async def test_a_wrong_name_is_put_right_and_its_voice_is_forgotten(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip, city=City(slug="springfield", name="Springfield"))
    await heard(workshop, made, HALVES)
    worker = workshop.worker(workshop.deps(diarization=SPEC))
    await workshop.finish(worker)

    await name_speaker(made, "S1", "Member Lee", ANA, work=workshop.work)
    await name_speaker(made, "S1", "Member Garza", ANA, work=workshop.work)
    await workshop.finish(worker)

    row = await workshop.row(made)
    assert ">> MEMBER GARZA:" in captions_of(row) and "LEE:" not in captions_of(row)
    async with workshop.work() as unit:
        voices = (await unit.db.scalars(select(Voice))).all()
    assert [(voice.name, voice.samples, voice.confirmed_by) for voice in voices] == [("Member Garza", 1, "ana")]


async def test_names_given_together_make_one_version_and_never_meet_a_worker_that_writes(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)
    await heard(workshop, made, HALVES)
    worker = workshop.worker()
    await workshop.finish(worker)

    await name_speaker(made, "S1", "Mayor Reed", ANA, work=workshop.work)
    await name_speaker(made, "S2", "Clerk Ortiz", ANA, work=workshop.work)
    async with workshop.work() as unit:
        busy = await take(unit.db, Lane.FINISH, owner="somebody", lasting=timedelta(minutes=5))
    with pytest.raises(Temporary, match="few seconds"):
        await name_speaker(made, "S1", "Mayor Read", ANA, work=workshop.work)

    assert busy is not None
    async with workshop.work() as unit:
        assert await give_back(unit.db, busy)
    await workshop.finish(worker)
    row = await workshop.row(made)
    assert Speakers.model_validate(row.speakers).names == {"S1": "Mayor Reed", "S2": "Clerk Ortiz"}
    assert ">> MAYOR REED:" in captions_of(row) and ">> CLERK ORTIZ:" in captions_of(row)
    assert row.status == TranscriptionStatus.COMPLETED
    assert [one.source for one in await workshop.versions(made)] == ["machine", "naming"]


async def test_a_name_reaches_the_captions_of_a_publication_that_stays_removed(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)
    await heard(workshop, made, HALVES)
    worker = workshop.worker()
    await workshop.finish(worker)
    (publication,) = await workshop.publications()
    await remove_publication(publication.id, ANA, work=workshop.work)
    workshop.notifier.notified.clear()

    await name_speaker(made, "S1", "Mayor Reed", ANA, work=workshop.work)
    await workshop.finish(worker)

    row = await workshop.row(made)
    (removed,) = await workshop.publications()
    assert ">> MAYOR REED:" in captions_of(row)
    assert (row.status, row.vod_status) == (TranscriptionStatus.COMPLETED, "removed")
    assert removed.status == PublicationStatus.REMOVED
    assert Lane.PUBLISH not in workshop.notifier.notified
    again = await retry_publication(publication.id, ANA, work=workshop.work)
    assert (again.status, again.caption_version) == (PublicationStatus.PENDING, 2)


async def test_a_name_is_published_where_captions_are(workshop: Workshop, short_clip: Path) -> None:
    made = await workshop.add(short_clip)
    await heard(workshop, made, HALVES)
    worker = workshop.worker()
    await workshop.finish(worker)
    async with workshop.work() as unit:
        await unit.db.execute(update(Publication).values(status=PublicationStatus.PUBLISHED))

    await name_speaker(made, "S1", "Mayor Reed", ANA, work=workshop.work)
    await workshop.finish(worker)

    (publication,) = await workshop.publications()
    assert (publication.status, publication.caption_version) == (PublicationStatus.PENDING, 2)


async def test_a_name_that_cannot_be_written_leaves_the_captions_as_they_were(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)
    await heard(workshop, made, HALVES)
    await workshop.finish(workshop.worker())
    before = await workshop.row(made)
    async with workshop.work() as unit:  # as a row would look that another release has written
        (await unit.db.get_one(Transcription, made)).plan = {"decoded": None, "heard": None}

    await name_speaker(made, "S1", "Mayor Reed", ANA, work=workshop.work)
    await workshop.finish(workshop.worker(terms=LeaseTerms(max_attempts=1)))

    row = await workshop.row(made)
    assert (row.status, row.stage) == (TranscriptionStatus.COMPLETED, Stage.DONE)
    assert row.error_message
    assert captions_of(row) == captions_of(before)
    assert [one.source for one in await workshop.versions(made)] == ["machine"]


async def test_who_was_not_heard_or_is_still_being_transcribed_cannot_be_named(
    workshop: Workshop, short_clip: Path
) -> None:
    made = await workshop.add(short_clip)
    await heard(workshop, made, HALVES)

    with pytest.raises(Conflict, match="finished"):
        await name_speaker(made, "S1", "Mayor Reed", ANA, work=workshop.work)
    with pytest.raises(NotFound, match="no speaker S7"):
        await name_speaker(made, "S7", "Mayor Reed", ANA, work=workshop.work)
