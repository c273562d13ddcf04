"""Why is this file bad? The validator over HTTP, for files that people bring."""

import asyncio
from fractions import Fraction
from typing import Any

import httpx
import pytest

from shared.captions import Cue, SccOptions, write_scc
from tests.integration.api.conftest import Api

PATH = "/api/v1/captions/check"
GOOD = write_scc([Cue(Fraction(2), Fraction(5), ("The motion carries",))]).text


async def _check(client: httpx.AsyncClient, name: str, content: str, **fields: str) -> httpx.Response:
    return await client.post(PATH, files={"file": (name, content.encode())}, data=fields)


async def test_our_own_file_is_fit_for_air(api: Api) -> None:
    async with api.client("user") as client:
        answer = await _check(client, "meeting.scc", GOOD)

    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "format": "scc",
        "cues": 1,
        "is_fit_for_air": True,
        "findings": [],
        "findings_left_out": 0,
        "counts": {},
    }


async def test_plain_text_under_the_header_of_scc_is_told_apart_with_places(api: Api) -> None:
    text = "Scenarist_SCC V1.0\n\n00:00:01;00\tThe motion carries\n"
    async with api.client("user") as client:
        answer = (await _check(client, "meeting.scc", text)).json()

    assert answer["is_fit_for_air"] is False
    assert answer["cues"] == 0
    assert {"error"} <= {one["severity"] for one in answer["findings"]}
    assert any(one["line"] == 3 for one in answer["findings"])


async def test_a_broken_parity_bit_is_found(api: Api) -> None:
    async with api.client("user") as client:
        answer = (await _check(client, "meeting.scc", GOOD.replace("9420 9420", "1420 9420", 1))).json()

    assert "parity" in {one["code"] for one in answer["findings"]}


async def test_web_captions_that_nobody_can_read_so_fast_are_warned_of(api: Api) -> None:
    text = "WEBVTT\n\n00:00:01.000 --> 00:00:01.500\nThe motion carries five votes to two tonight\n"
    async with api.client("user") as client:
        answer = (await _check(client, "meeting.vtt", text, guide="netflix")).json()

    assert (answer["format"], answer["cues"], answer["is_fit_for_air"]) == ("vtt", 1, True)
    assert "reading_speed" in {one["code"] for one in answer["findings"]}


@pytest.mark.parametrize(
    ("name", "fields", "code"),
    [
        ("meeting.doc", {}, "not_captions"),
        ("meeting.scc", {"guide": "nobody's"}, "unknown_guide"),
        ("meeting.scc", {"channel": "CC5"}, "unknown_channel"),
        ("meeting.json", {}, None),
    ],
)
async def test_what_cannot_be_judged_is_refused_in_a_sentence(
    api: Api, name: str, fields: dict[str, str], code: str | None
) -> None:
    async with api.client("user") as client:
        answer = await _check(client, name, GOOD, **fields)

    assert answer.status_code == 422
    assert code is None or answer.json()["code"] == code
    assert answer.json()["detail"].endswith(".")


async def test_a_channel_can_be_chosen_and_another_one_is_told_once(api: Api) -> None:
    spanish = write_scc([Cue(Fraction(2), Fraction(5), ("La moción se aprueba",))], SccOptions(channel="CC3")).text
    async with api.client("user") as client:
        chosen = await _check(client, "meeting.scc", spanish, channel="CC3")
        other = await _check(client, "meeting.scc", spanish)

    assert (chosen.json()["cues"], chosen.json()["findings"]) == (1, [])
    assert (other.json()["cues"], other.json()["is_fit_for_air"]) == (0, False)
    assert [one["code"] for one in other.json()["findings"]] == ["other_channel"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "no_file"),
        ({"data": {"file": "Scenarist_SCC V1.0"}}, "no_file"),
        ({"json": {"file": "meeting.scc"}}, "no_file"),
        ({"files": {"file": ("a.scc", GOOD), "guide": ("b.txt", "fcc")}}, "bad_request"),
        ({"files": {"guide": ("b.txt", "fcc")}}, "no_file"),
        ({"content": b"nonsense", "headers": {"Content-Type": "multipart/form-data; boundary=b"}}, "bad_request"),
    ],
)
async def test_a_form_without_a_file_or_with_too_many_is_refused(api: Api, form: dict[str, Any], code: str) -> None:
    async with api.client("user") as client:
        answer = await client.post(PATH, **form)

    assert (answer.status_code, answer.json()["code"]) == (400 if code == "bad_request" else 422, code), answer.text


async def test_nobody_in_particular_is_not_answered(api: Api) -> None:
    async with api.client() as client:
        answer = await _check(client, "meeting.scc", GOOD)

    assert answer.status_code == 401


async def test_of_forty_thousand_bad_captions_the_first_are_told_and_the_rest_are_counted(api: Api) -> None:
    cue = "{0:02}:{1:02}:{2:02}.000 --> {0:02}:{1:02}:{2:02}.100\nThe motion carries five votes to two tonight\n\n"
    cues = (cue.format(second // 3600, second // 60 % 60, second % 60) for second in range(40_000))
    async with api.client("user") as client:
        client.timeout = httpx.Timeout(120)
        answer = await _check(client, "meeting.vtt", "WEBVTT\n\n" + "".join(cues))

    assert answer.status_code == 200, answer.text
    assert len(answer.content) < 200_000
    told = answer.json()
    assert (told["cues"], len(told["findings"]) <= 500) == (40_000, True)
    assert {one["code"] for one in told["findings"]} == set(told["counts"])
    assert told["counts"]["reading_speed"] == 40_000
    assert told["findings_left_out"] == sum(told["counts"].values()) - len(told["findings"])


@pytest.mark.parametrize(("name", "most"), [("a.vtt", 8 * 2**20), ("a.scc", 8 * 2**20), ("a.mcc", 32 * 2**20)])
async def test_a_file_too_long_to_be_captions_is_not_read(api: Api, name: str, most: int) -> None:
    async with api.client("user") as client:
        answer = await _check(client, name, "x" * (most + 1))

    assert (answer.status_code, answer.json()["code"]) == (422, "too_large")


async def test_who_hangs_up_takes_the_work_with_him(api: Api) -> None:
    """Work for nobody would keep the place of the next caller."""
    compute = api.app.state.deps.runtime.compute
    busy = [asyncio.create_task(compute.run(exec, "while True: pass")) for _ in range(2)]
    async with api.client("user") as client, asyncio.timeout(60):
        asked = asyncio.create_task(_check(client, "meeting.scc", GOOD))
        while compute.present < 3:
            await asyncio.sleep(0.01)
        asked.cancel()
        while compute.present > 2:
            await asyncio.sleep(0.01)
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
