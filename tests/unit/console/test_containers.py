"""What is said about containers from the engine's own words."""

from typing import Any

import pytest

from services.console.stack.engine import Container, strays


def container(restart: str = "unless-stopped", **state: Any) -> Container:
    state = {"Running": False, "Status": "exited", "ExitCode": 0, **state}
    host = {"RestartPolicy": {"Name": restart}, "Tmpfs": {"/tmp": "size=1m"}}
    return Container("1", "api", {"State": state, "HostConfig": host, "Mounts": [{"Destination": "/mnt"}]})


@pytest.mark.parametrize(
    ("found", "is_well"),
    [
        (container(Running=True, Status="running", Health={"Status": "healthy"}), True),
        (container(Running=True, Status="running", Health={"Status": "starting"}), False),
        (container(Running=True, Status="running", Health={"Status": "unhealthy"}), False),
        (container("no", Running=True, Status="running"), True),
        (container("no"), True),
        (container("", ExitCode=1), False),
        (container("no", Status="created"), False),
        (container("unless-stopped"), False),
    ],
    ids=[
        "healthy",
        "starting",
        "unhealthy",
        "one-shot at work",
        "one-shot done",
        "failed",
        "not begun",
        "service ended",
    ],
)
def test_a_service_is_well_when_healthy_and_a_one_shot_when_it_ended_well(found: Container, is_well: bool) -> None:
    assert found.is_well is is_well


def test_folders_that_the_engine_makes_to_mount_on_are_no_strays() -> None:
    diff = "C /var\nC /var/lib\nA /var/lib/grafana\nC /usr\nC /usr/sbin\nA /usr/sbin/docker-init\n"
    assert strays(diff, {"/var/lib/grafana"}) == []


def test_a_file_written_beside_or_below_a_mount_is_a_stray() -> None:
    diff = "C /var\nA /var/lib/grafana-old\nA /app/core\nA /mnt\n"
    assert strays(diff, {"/var/lib/grafana", "/mnt"}) == ["/var/lib/grafana-old", "/app/core"]


def test_memory_counts_as_a_place_to_write() -> None:
    assert container().mounted == {"/mnt", "/tmp"}
