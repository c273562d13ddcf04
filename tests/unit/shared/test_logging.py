import asyncio
import json
import logging
import sys

from pydantic import SecretStr

from shared.logging import JsonLines, TextLines, log_context


def _record(event: str, **fields: object) -> logging.LogRecord:
    record = logging.LogRecord("services.vod", logging.WARNING, __file__, 1, event, None, None)
    record.fields = fields
    return record


def test_a_line_is_one_json_object_with_event_facts_and_context() -> None:
    with log_context(lane="vod.publish", row="7"):
        line = JsonLines("vod").format(_record("publication_moved", status="placed", note="two\nlines"))

    assert "\n" not in line
    told = json.loads(line)
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "warning",
        "service": "vod",
        "logger": "services.vod",
        "event": "publication_moved",
        "lane": "vod.publish",
        "row": "7",
        "status": "placed",
        "note": "two\nlines",
    }


async def test_context_belongs_to_its_task_and_to_those_it_starts() -> None:
    told: list[dict[str, object]] = []

    async def job(row: str) -> None:
        with log_context(row=row):
            await asyncio.sleep(0)
            await asyncio.create_task(note())

    async def note() -> None:
        told.append(json.loads(JsonLines("x").format(_record("done"))))

    await asyncio.gather(job("1"), job("2"))

    assert sorted(str(line["row"]) for line in told) == ["1", "2"]
    assert "row" not in json.loads(JsonLines("x").format(_record("after")))


def test_secrets_stay_covered_and_errors_are_told_whole() -> None:
    try:
        raise ValueError("boom")
    except ValueError:
        record = _record("failed", password=SecretStr("hunter2"))
        record.exc_info = sys.exc_info()
    for formatter in (JsonLines("x"), TextLines()):
        line = formatter.format(record)
        assert "hunter2" not in line
        assert "ValueError: boom" in line
