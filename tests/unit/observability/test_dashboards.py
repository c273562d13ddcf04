"""Dashboards and rules ask only for metrics that exist, and Grafana will find the data source they name."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from services.console.paths import ROOT
from shared import metrics

DASHBOARDS = sorted((ROOT / "grafana" / "dashboards").glob("*.json"))
RULES = sorted((ROOT / "prometheus" / "rules").glob("*.yml"))
# What Prometheus knows by itself.
BUILT_IN = {"up", "ALERTS"}
DRAWINGS = {"row", "stat", "timeseries", "bargauge", "table", "gauge", "heatmap"}


def exported() -> dict[str, tuple[str, ...]]:
    """Every series name that a service exports, with the labels it may have."""
    found: dict[str, tuple[str, ...]] = {}
    for metric in vars(metrics).values():
        if not isinstance(metric, MetricWrapperBase):
            continue
        name, labels = metric._name, metric._labelnames
        if isinstance(metric, Counter):
            found[f"{name}_total"] = labels
        elif isinstance(metric, Histogram):
            found |= {f"{name}_bucket": (*labels, "le"), f"{name}_count": labels, f"{name}_sum": labels}
        elif isinstance(metric, Gauge):
            found[name] = labels
    return found


def panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def expressions() -> list[tuple[str, str]]:
    found = []
    for file in DASHBOARDS:
        for panel in panels(json.loads(file.read_text())):
            found += [(f"{file.name}: {panel['title']}", target["expr"]) for target in panel.get("targets", [])]
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            found += [
                (f"{file.name}: {rule.get('alert', rule.get('record'))}", rule["expr"]) for rule in group["rules"]
            ]
    return found


@pytest.mark.parametrize(("where", "expression"), expressions(), ids=[where for where, _ in expressions()])
def test_every_metric_and_every_label_that_is_asked_for_exists(where: str, expression: str) -> None:
    known = exported()
    asked = set(re.findall(r"\b(archivist_\w+|up|ALERTS)\b(?!\")", expression))
    assert asked, "asks for nothing of ours"
    assert asked - BUILT_IN <= set(known)

    labels = {label for name in asked - BUILT_IN for label in known[name]} | {"job", "instance"}
    for grouping in re.findall(r"\b(?:by|without) ?\(([^)]*)\)", expression):
        assert {part.strip() for part in grouping.split(",")} <= labels
    for name, matchers in re.findall(r"\b(archivist_\w+)\{([^}]*)\}", expression):
        assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers)) <= {*known[name], "job", "instance"}


def test_no_metric_is_exported_that_nobody_looks_at() -> None:
    asked = " ".join(expression for _, expression in expressions())
    unseen = {
        metric._name
        for metric in vars(metrics).values()
        if isinstance(metric, MetricWrapperBase) and not re.search(rf"\b{metric._name}(_\w+)?\b", asked)
    }
    assert unseen == set()


def test_every_metric_is_written_by_somebody() -> None:
    sources = [path.read_text() for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")]
    written = set(
        re.findall(r"\b([A-Z_]+)(?:\.labels\([^\n]*\))?\.(?:inc|set|observe|set_to_current_time)\(", " ".join(sources))
    )

    defined = {name for name, metric in vars(metrics).items() if isinstance(metric, MetricWrapperBase)}
    assert len(defined) > 20
    assert defined - written == set()


def test_dashboards_have_each_a_uid_of_their_own() -> None:
    uids = [json.loads(file.read_text())["uid"] for file in DASHBOARDS]
    assert uids
    assert len(uids) == len(set(uids))


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_a_dashboard_can_be_drawn(file: Path) -> None:
    dashboard = json.loads(file.read_text())
    source = yaml.safe_load((ROOT / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"][0]
    every = list(panels(dashboard))

    ids = [panel["id"] for panel in every]
    assert len(ids) == len(set(ids))
    assert {panel["type"] for panel in every} <= DRAWINGS
    variables = {item["name"] for item in dashboard["templating"]["list"]} | {"__rate_interval", "__range"}
    for panel in every:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        if panel["type"] == "row":
            continue
        assert panel["description"], panel["title"]
        for target in panel["targets"]:
            assert target["datasource"] == {"type": "prometheus", "uid": source["uid"]}
            assert set(re.findall(r"\$\{?(\w+)", target["expr"])) <= variables


def test_panels_do_not_lie_on_one_another() -> None:
    for file in DASHBOARDS:
        taken: dict[tuple[int, int], str] = {}
        for panel in json.loads(file.read_text())["panels"]:
            place = panel["gridPos"]
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    assert taken.setdefault((x, y), panel["title"]) == panel["title"]


def test_grafana_looks_for_dashboards_where_compose_puts_them() -> None:
    provider = yaml.safe_load((ROOT / "grafana/provisioning/dashboards/archivist.yml").read_text())["providers"][0]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert f"./grafana/dashboards:{provider['options']['path']}:ro" in compose["services"]["grafana"]["volumes"]


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    for file in RULES:
        for group in yaml.safe_load(file.read_text())["groups"]:
            for rule in group["rules"]:
                assert rule["labels"]["severity"] in {"page", "ticket"}
                assert rule["annotations"]["summary"]
                assert rule["annotations"]["description"].endswith(".") or "?" in rule["annotations"]["description"]


def test_every_alert_has_a_test() -> None:
    alerts = {
        rule["alert"]
        for file in RULES
        for group in yaml.safe_load(file.read_text())["groups"]
        for rule in group["rules"]
    }
    tested = {
        case["alertname"]
        for file in (ROOT / "prometheus" / "tests").glob("*.yml")
        for test in yaml.safe_load(file.read_text())["tests"]
        for case in test.get("alert_rule_test", [])
        if case["exp_alerts"]
    }
    assert alerts == tested
