"""Every kind of task is done by the service that the table names, and due at times that can be read."""

from types import SimpleNamespace
from typing import Any, cast

import services.api.background_work
import services.transcriber.__main__
import services.vod.__main__
from shared.task_kinds import KINDS, SERVICES
from shared.wall_times import read_rule

NOTHING = cast(Any, SimpleNamespace())


def test_each_service_does_the_kinds_that_are_its_own_and_no_others() -> None:
    done = {
        "api": services.api.background_work.tasks(NOTHING),
        "ingest": {},
        "transcriber": services.transcriber.__main__.tasks(NOTHING),
        "vod": services.vod.__main__.tasks(NOTHING),
    }

    assert set(done) == set(SERVICES)
    assert {kind: service for service, kinds in done.items() for kind in kinds} == {
        name: kind.service for name, kind in KINDS.items()
    }


def test_every_rule_can_be_read() -> None:
    for kind in KINDS.values():
        assert kind.does.endswith(".")
        if kind.rule is not None:
            read_rule(kind.rule)
