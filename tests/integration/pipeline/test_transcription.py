"""A recording goes in, checked captions come out: alone, by two workers, a second time, and where nobody speaks."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from services.api.session_tokens import Principal
from services.api.usecases.steer_transcription import retry_transcription
from services.transcriber.composing.compose import CaptionChoices
from shared.captions import check_scc, has_errors, read_scc
from shared.db.event_log import follow
from shared.db.models import City
from shared.lanes import Lane
from shared.lifecycle import PublicationStatus, SliceStatus, Stage, TranscriptionStatus
from shared.quality import Thresholds
from tests.integration.pipeline.conftest import Workshop

WHO = Principal(name="ada", user_id=1, role="operator")


async def test_each_step_of_a_transcription_is_told_once_and_percent_is_not(workshop: Workshop, clip: Path) -> None:
    made = await workshop.add(clip)

    await workshop.finish(workshop.worker())

    slices = await workshop.slices(made)
    async with workshop.work() as unit:
        rows = await follow(unit.db, 0, transcription_id=made)
    publication = [row.kind for row in rows if row.subject_kind == "publication"]
    others = [row for row in rows if row.subject_kind != "publication"]
    assert publication == ["publication.pending"]
    assert [row.kind for row in others] == [
        "transcription.started",
        "transcription.planned",
        *["slice.done"] * len(slices),
        "transcription.completed",
    ]
    done = {row.subject_id: row.facts["number"] for row in others if row.kind == "slice.done"}
    assert done == {str(one.id): one.number for one in slices}
    assert others[1].facts["slices"] == len(slices)


async def test_a_recording_becomes_captions_whose_manifest_vouches_for_every_byte(
    workshop: Workshop, clip: Path
) -> None:
    settings = {"vocabulary": [{"text": "Benet", "kind": "person", "heard_as": ["Bennett"]}]}
    city = City(slug="maplewood", name="Maplewood", settings=settings)
    name = "2101-1-Maplewood City Council (20260914).mp4"
    made = await workshop.add(clip, name, city=city)
    before = clip.read_bytes()

    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    assert (row.status, row.stage, row.progress) == (TranscriptionStatus.COMPLETED, Stage.DONE, 100)
    assert (row.error_code, row.lease_token, row.attempt) == (None, None, 0)
    folder = workshop.output / "maplewood" / "2026" / "09" / name.removesuffix(".mp4")
    assert row.output_directory == str(folder)

    manifest = json.loads((folder / "manifest.json").read_text())
    on_disk = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}
    vouched = {entry["name"]: entry["sha256"] for entry in manifest["files"].values()}
    assert vouched == {name: on_disk[name] for name in on_disk if name not in ("manifest.json", ".recording")}
    assert "demonstration" in manifest["notice"]
    assert manifest["engine"]["is_demonstration"] is True

    (version,) = await workshop.versions(made)
    assert (version.number, version.source) == (1, "machine")
    assert {kind: entry["sha256"] for kind, entry in version.files.items() if kind != "manifest"} == {
        kind: entry["sha256"] for kind, entry in manifest["files"].items()
    }
    scc = Path(str(row.scc_file_path)).read_text()
    assert not has_errors(check_scc(scc))
    assert "QUORUM" in " ".join(cue.text for cue in read_scc(scc).cues).upper()

    words = json.loads((folder / "words.json").read_text())
    assert "Benet?" in [word["text"] for word in words["words"]]
    assert not [word for word in words["words"] if "Bennett" in word["text"]]
    assert [one for one in words["corrections"] if "Benet" in json.dumps(one)]
    starts = [word["start_ms"] for word in words["words"]]
    assert starts == sorted(starts)

    assert (workshop.mount / name).read_bytes() == before
    assert not list(workshop.storage.iterdir())
    (publication,) = await workshop.publications()
    assert (publication.status, publication.caption_version) == (PublicationStatus.PENDING, 1)
    assert workshop.notifier.notified[Lane.PUBLISH] == 1


async def test_two_workers_write_the_same_bytes_as_one_and_a_retry_from_scratch_does_everything_anew(
    workshop: Workshop, clip: Path
) -> None:
    made = await workshop.add(clip)
    await workshop.finish(workshop.worker())
    by_one = workshop.hashes(await workshop.row(made))
    first = {piece.number: piece.finished_at for piece in await workshop.slices(made)}

    await retry_transcription(made, WHO, from_scratch=True, work=workshop.work)
    await workshop.finish(workshop.worker(), workshop.worker())

    row = await workshop.row(made)
    second = {piece.number: piece.finished_at for piece in await workshop.slices(made)}
    assert row.status == TranscriptionStatus.COMPLETED
    assert workshop.hashes(row) == by_one
    assert len(first) == 3
    assert all(first[number] != second[number] for number in first)
    assert [version.number for version in await workshop.versions(made)] == [1, 2]


async def test_a_failed_gate_sends_slices_through_the_careful_decode_once_and_then_asks_a_person(
    workshop: Workshop, short_clip: Path, make_media: Callable[[str, Sequence[str]], Path]
) -> None:
    made = await workshop.add(make_media("short.wav", ["-i", str(short_clip)]))  # whole, so that only the words fail
    strict = CaptionChoices(thresholds=Thresholds(pass_score=1.0, fail_score=1.0))
    worker = workshop.worker(workshop.deps(choices=strict))
    for lane in (Lane.PLAN, Lane.SLICE, Lane.FINISH):
        assert await worker.work_one(lane)
    between = await workshop.row(made)
    waiting = [piece.status for piece in await workshop.slices(made)]

    await workshop.finish(worker)

    assert (between.status, between.stage, between.second_decode) == ("processing", Stage.SLICES, True)
    assert waiting == [SliceStatus.PENDING]
    row = await workshop.row(made)
    assert row.status == TranscriptionStatus.NEEDS_REVIEW
    assert row.quality is not None and row.quality["second_decode_done"] is True
    assert await workshop.publications() == []


async def test_where_nobody_speaks_sounds_are_named_and_no_word_is_invented(
    workshop: Workshop, make_media: Callable[[str, Sequence[str]], Path]
) -> None:
    quiet = "anoisesrc=amplitude=0.0005:duration=10:seed=1,aresample=16000"
    tone = "sine=frequency=1000:duration=20:sample_rate=16000,volume=0.5"
    arguments = ["-f", "lavfi", "-i", quiet, "-f", "lavfi", "-i", tone, "-filter_complex", "[0][1]concat=n=2:v=0:a=1"]
    made = await workshop.add(make_media("nobody.wav", arguments))

    await workshop.finish(workshop.worker())

    row = await workshop.row(made)
    assert row.status == TranscriptionStatus.NEEDS_REVIEW
    assert row.review_reasons == [
        {
            "code": "no_speech",
            "check": "completeness",
            "text": "No speech is heard in 30 s; a person should confirm that.",
            "start_ms": None,
            "end_ms": None,
        }
    ]
    assert row.second_decode is False
    folder = Path(str(row.scc_file_path)).parent
    words = json.loads((folder / "words.json").read_text())
    assert words["words"] == []
    assert [sound["kind"] for sound in words["sounds"]]
    assert not has_errors(check_scc(Path(str(row.scc_file_path)).read_text()))
