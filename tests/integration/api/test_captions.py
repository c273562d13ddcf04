"""Captions as files: every format, only what was written, and nothing read twice for nothing."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from shared.db.models import CaptionVersion, Transcription
from tests.integration.api.conftest import Api

FILES = {
    "scc": ("meeting.scc", "text/plain; charset=us-ascii"),
    "vtt": ("meeting.vtt", "text/vtt; charset=utf-8"),
    "srt": ("meeting.srt", "application/x-subrip; charset=utf-8"),
    "txt": ("meeting.txt", "text/plain; charset=utf-8"),
    "json": ("cues.json", "application/json"),
    "words": ("words.json", "application/json"),
    "summary": ("summary.md", "text/markdown; charset=utf-8"),
    "enrichment": ("enrichment.json", "application/json"),
    "quality": ("quality.json", "application/json"),
    "manifest": ("manifest.json", "application/json"),
}


@pytest.fixture
async def path(api: Api, add_rows: Any, tmp_path: Path) -> str:
    """A transcription with two versions of its captions, and the files of the second in the output tree."""
    rows = await add_rows()
    folder = tmp_path / "output" / "station" / "meeting"
    folder.mkdir(parents=True)
    entries = {}
    for kind, (name, _) in FILES.items():
        content = f"{kind}: Sân José\n".encode()
        (folder / name).write_bytes(content)
        entries[kind] = {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    async with api.work() as unit:
        (await unit.db.get_one(Transcription, rows.transcription)).output_directory = str(folder)
        unit.db.add(
            CaptionVersion(
                transcription_id=rows.transcription, number=1, cue_list={}, files={"vtt": {**entries["srt"]}}
            )
        )
        unit.db.add(
            CaptionVersion(transcription_id=rows.transcription, number=2, source="person", cue_list={}, files=entries)
        )
    return f"/api/v1/transcriptions/{rows.transcription}"


async def test_the_output_is_the_file_of_the_format_that_was_asked_for(api: Api, path: str) -> None:
    async with api.client("user") as client:
        usual = await client.get(f"{path}/output")
        async with api.work() as unit:
            await unit.db.execute(update(Transcription).values(output_format="vtt"))
        asked = await client.get(f"{path}/output")
        same = await client.get(f"{path}/captions.vtt")
        known = await client.get(f"{path}/output", headers={"If-None-Match": asked.headers["etag"]})
        none_yet = await client.get(f"{path}/output", params={"version": 3})

    assert usual.content == "scc: Sân José\n".encode()
    assert asked.content == "vtt: Sân José\n".encode()
    assert {name: asked.headers[name] for name in ("etag", "content-type", "content-disposition")} == {
        name: same.headers[name] for name in ("etag", "content-type", "content-disposition")
    }
    assert (known.status_code, none_yet.status_code) == (304, 404)


async def test_every_format_is_served_as_it_was_written(api: Api, path: str) -> None:
    async with api.client("user") as client:
        for kind, (_, media_type) in FILES.items():
            answer = await client.get(f"{path}/captions.{kind}")
            digest = hashlib.sha256(answer.content).hexdigest()

            assert answer.content == f"{kind}: Sân José\n".encode()
            assert answer.headers["content-type"] == media_type
            assert answer.headers["etag"] == f'"{digest}"'
            assert answer.headers["content-disposition"].startswith("attachment; filename=")
        unknown = await client.get(f"{path}/captions.docx")

    assert unknown.status_code == 422


async def test_versions_are_listed_newest_first_and_each_can_be_read(api: Api, path: str) -> None:
    async with api.client("user") as client:
        listed = (await client.get(f"{path}/captions")).json()["items"]
        first = await client.get(f"{path}/captions.vtt", params={"version": 1})
        no_such_file = await client.get(f"{path}/captions.scc", params={"version": 1})
        no_such_version = await client.get(f"{path}/captions.scc", params={"version": 3})
        impossible = await client.get(f"{path}/captions.scc", params={"version": 2**31})

    assert [(one["number"], one["source"]) for one in listed] == [(2, "naming"), (1, "machine")]
    assert first.text.startswith("srt:")
    assert (no_such_file.status_code, no_such_file.json()["code"]) == (404, "no_such_file")
    assert no_such_version.status_code == 404
    assert impossible.status_code == 422


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
async def test_what_the_caller_has_is_not_sent_again(api: Api, path: str, form: str) -> None:
    async with api.client("user") as client:
        tag = (await client.get(f"{path}/captions.scc")).headers["etag"]
        same = await client.get(f"{path}/captions.scc", headers={"If-None-Match": form.format(tag)})
        other = await client.get(f"{path}/captions.scc", headers={"If-None-Match": '"other"'})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert other.status_code == 200


async def test_a_file_that_somebody_changed_is_not_passed_off_as_ours(api: Api, path: str, tmp_path: Path) -> None:
    file = tmp_path / "output" / "station" / "meeting" / "meeting.scc"
    file.write_text("edited by hand")
    async with api.client("user") as client:
        changed = await client.get(f"{path}/captions.scc")
        file.unlink()
        missing = await client.get(f"{path}/captions.scc")

    assert (changed.status_code, changed.json()["code"]) == (503, "file_changed")
    assert (missing.status_code, missing.json()["code"]) == (503, "file_unreadable")


async def test_a_path_that_leads_out_of_the_output_tree_is_not_followed(api: Api, path: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    file = tmp_path / "output" / "station" / "meeting" / "meeting.scc"
    file.unlink()
    file.symlink_to(secret)
    async with api.client("user") as client:
        answer = await client.get(f"{path}/captions.scc")

    assert answer.status_code == 422
    assert "secret" not in answer.text.replace("secret'", "")


async def test_captions_that_are_not_there_yet_are_not_found(api: Api, add_rows: Any) -> None:
    rows = await add_rows(transcription="processing")
    async with api.client("user") as client:
        listed = await client.get(f"/api/v1/transcriptions/{rows.transcription}/captions")
        answer = await client.get(f"/api/v1/transcriptions/{rows.transcription}/captions.scc")

    assert listed.json() == {"items": [], "next": None}
    assert (answer.status_code, answer.json()["detail"]) == (404, "There are no captions yet.")
