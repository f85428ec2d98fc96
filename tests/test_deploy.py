"""What is in deploy/ can be read, and names what the program has: its settings, metrics, addresses and files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import AliasChoices

from adapters.metrics import Metrics
from adapters.server import REQUEST_GRACE, TASK_GRACE
from adapters.settings import Settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
OF_OTHERS = {"PATH", "HOME", "PYTHONDONTWRITEBYTECODE", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}


def written(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


COMPOSE: dict[str, Any] = yaml.safe_load(written("compose.yaml"))
KUBERNETES: dict[str, Any] = {one["kind"]: one for one in yaml.safe_load_all(written("kubernetes.yaml"))}
POD = KUBERNETES["Deployment"]["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]
CONTAINERFILE = written("Containerfile")
UNIT = re.findall(r"^(\w+)=(.*)$", written("advisor.service"), re.MULTILINE)
BOARD: dict[str, Any] = json.loads(written("grafana.json"))
ALERTS = [rule for group in yaml.safe_load(written("alerts.yaml"))["groups"] for rule in group["rules"]]


def settings_named() -> dict[str, dict[str, str]]:
    """What each file sets, by name."""
    lines = [value.partition("=") for key, value in UNIT if key == "Environment"]
    return {
        "compose": {
            name: value for one in COMPOSE["services"].values() for name, value in one.get("environment", {}).items()
        },
        "kubernetes": KUBERNETES["ConfigMap"]["data"],
        "systemd": {name: value for name, _, value in lines},
        "container": dict(re.findall(r"^(?:ENV|   ) +(\w+)=(.*?)(?: \\)?$", CONTAINERFILE, re.MULTILINE)),
    }


def expressions() -> Iterator[str]:
    yield from (target["expr"] for panel in BOARD["panels"] for target in panel["targets"])
    yield from (rule["expr"] for rule in ALERTS)


@pytest.mark.parametrize("file", settings_named())
def test_every_setting_is_one_of_ours_with_a_value_that_can_be_used(file: str) -> None:
    known = {
        name
        for field in Settings.model_fields.values()
        if isinstance(field.validation_alias, AliasChoices)
        for name in field.validation_alias.choices
    }
    named = settings_named()[file]
    assert named
    assert named.keys() - OF_OTHERS - known == set()
    assert Settings.model_validate({name: value for name, value in named.items() if name in known})


def test_every_metric_of_board_and_alerts_is_exported() -> None:
    exported = set(re.findall(r"^# TYPE (\S+)", Metrics({}).text(), re.MULTILINE))
    exported |= {f"{name}_bucket" for name in exported} | {"up"}  # Prometheus' own
    named = {name for text in expressions() for name in re.findall(r"\b(\w+)\{", text)}
    assert "advisor_turns_total" in named
    assert named - exported == set()


def test_every_alert_says_what_to_do() -> None:
    assert all(rule["annotations"]["summary"] and rule["annotations"]["action"] for rule in ALERTS)
    pages = {name for rule in ALERTS for name in re.findall(r"docs/[\w-]+\.md", rule["annotations"]["action"])}
    assert [page for page in pages if not (ROOT / page).is_file()] == []


def test_panels_lie_beside_each_other() -> None:
    taken = [
        (x, y)
        for panel in BOARD["panels"]
        for spot in [panel["gridPos"]]
        for x in range(spot["x"], spot["x"] + spot["w"])
        for y in range(spot["y"], spot["y"] + spot["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_nothing_is_ended_before_it_has_drained_and_sent_what_is_open() -> None:
    ends_in = {
        "kubernetes": POD["terminationGracePeriodSeconds"],
        "compose": int(COMPOSE["services"]["advisor"]["stop_grace_period"].removesuffix("s")),
        "systemd": int(dict(UNIT)["TimeoutStopSec"]),
    }
    for file, seconds in ends_in.items():
        assert seconds > float(settings_named()[file]["DRAIN_SECONDS"]) + REQUEST_GRACE + TASK_GRACE, file


def test_probes_ask_addresses_that_the_server_has() -> None:
    asked = {CONTAINER[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
    routes = (ROOT / "adapters" / "application.py").read_text(encoding="utf-8")
    assert asked == {"/readyz", "/healthz"}
    assert all(f'"{path}"' in routes for path in asked)
    assert "/healthz" in CONTAINERFILE


def test_the_image_is_made_of_files_that_are_there_and_runs_as_nobody_in_particular() -> None:
    copied = [
        name for names in re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINERFILE, re.MULTILINE) for name in names.split()
    ]
    let_in = re.findall(r"^!(.+)$", written("Containerfile.dockerignore"), re.MULTILINE)
    assert sorted(copied) == sorted(let_in)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    [user] = re.findall(r"^USER (\d+):\d+$", CONTAINERFILE, re.MULTILINE)
    assert int(user) == POD["securityContext"]["runAsUser"] > 0
    assert all("/" not in base for base in re.findall(r"^ARG BASE=(.+)$", CONTAINERFILE, re.MULTILINE))


def test_no_container_may_write_or_become_more_than_it_is() -> None:
    for one in (*POD["initContainers"], CONTAINER):
        assert (
            one["securityContext"]["readOnlyRootFilesystem"] and not one["securityContext"]["allowPrivilegeEscalation"]
        )
    for name in ("advisor", "migrate"):
        service = COMPOSE["services"][name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["tmpfs"] == ["/tmp"]
