"""Every setting of the documents with values that can't be used: each ends the start, by name and with the remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.cli.app import settings
from adapters.cli.failing import explained
from adapters.server import ServeError, serving
from adapters.settings import SettingsError
from adapters.unknown_settings import known_settings, unknown_settings
from bot.advisor import Advisor
from tests.adapters.test_server import ROOT

GUID = "11111111-2222-3333-4444-555555555555"
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
TEAMS = {"MicrosoftAppId": GUID, "MicrosoftAppPassword": "p", "MicrosoftAppTenantId": GUID}

# By setting: what else is set, values that can't be used, and a part of the remedy.
BAD: dict[str, tuple[dict[str, str], list[str], str]] = {
    "HOST": ({}, ["192.0.2.1", "no such host"], "PORT or HOST"),
    "PORT": ({}, ["many", "-1", "65536", "3978.5"], "must be"),
    "PUBLIC_URL": ({}, ["advisor.example", "ftp://advisor.example", "https://"], "https://"),
    "TRUSTED_PROXIES": ({}, ["one", "-1", "10"], "must be"),
    "DATABASE_URL": (
        {},
        ["mysql://u:p4ss@h/x", "advisor.sqlite3", "postgresql://u:p4ss@h:port/x", "sqlite:////proc/x/y.db"],
        "DATABASE_URL",
    ),
    "CACHE_DIR": ({}, ["{file}", "x" * 5000], "must be a folder"),
    "KNOWLEDGE_DIR": ({}, ["{file}", "nowhere"], "is not a folder"),
    "CONVERSATION_HOURS": ({}, ["soon", "0", "-1", "inf"], "must be"),
    "TRIAGE_DAYS": ({}, ["soon", "0", "nan"], "must be"),
    "PRIVACY_URL": ({}, ["javascript:alert(1)", "our page"], "https://"),
    "SUPPORT_URL": ({}, ["/help", "mailto:us@example.com"], "https://"),
    "WORKBENCH_EDITS": ({}, ["perhaps"], "must be true or false"),
    "GOLD_FILE": ({}, ["{folder}", "nowhere/gold.jsonl"], "must be the path of a file"),
    "ENCRYPTION_KEY": ({}, ["short", "ä"], "Make one with"),
    "LOG_FORMAT": ({}, ["xml"], "must be text or json"),
    "DRAIN_SECONDS": ({}, ["long", "-1", "601"], "must be"),
    "SLACK_BOT_TOKEN": (SLACK, ["xoxp-1", "xoxe.xoxb-1"], "SLACK_"),
    "SLACK_SIGNING_SECRET": (SLACK, [" "], "could not be checked"),
    "SLACK_APP_TOKEN": (SLACK, ["xoxb-1"], "begins with xapp-"),
    "SLACK_CLIENT_ID": ({"SLACK_CLIENT_SECRET": "s", "SLACK_SIGNING_SECRET": "s"}, ["A0123"], "Basic Information"),
    "SLACK_CLIENT_SECRET": ({}, ["alone"], "SLACK_CLIENT_ID"),
    "SLACK_EXPERTS_CHANNEL": (SLACK, ["#experts", "C1 C2", "T1/"], "must be the id of a channel"),
    "SLACK_SECONDS_APART": ({}, ["one", "-1", "3601"], "must be"),
    "SLACK_API_URL": ({}, ["slack.com/api", "https://"], "https://"),
    "MicrosoftAppId": (TEAMS, ["an-id"], "must be an id"),
    "MicrosoftAppPassword": ({}, ["alone"], "MicrosoftAppId is not"),
    "MicrosoftAppCertificate": (
        {"MicrosoftAppId": GUID, "MicrosoftAppTenantId": GUID},
        ["nowhere.pem", "{file}"],
        "must be a PEM file",
    ),
    "MicrosoftAppFederatedIdentity": ({"MicrosoftAppId": GUID}, ["machine"], "must be an id"),
    "MicrosoftAppFederatedTokenFile": (
        {"MicrosoftAppId": GUID, "MicrosoftAppTenantId": GUID},
        ["nowhere"],
        "must be the path of a file",
    ),
    "MicrosoftAppTenantId": (TEAMS, ["our tenant", "../x"], "must be the id of a tenant"),
    "MicrosoftAppType": (TEAMS, ["Sometimes"], "must be SingleTenant"),
    "TEAMS_CLOUD": (TEAMS, ["Mars"], "must be one of"),
    "ALLOWED_TENANTS": (TEAMS, ["contoso.com", f"{GUID}, us"], "must be an id"),
    "TEAMS_EXPERTS_CHANNEL": (TEAMS, ["Experts"], "must be the id of a channel"),
    "TEAMS_PRIVATE_ANSWERS": (TEAMS, ["perhaps"], "must be true or false"),
    "TEAMS_FEEDBACK": (TEAMS, ["perhaps"], "must be true or false"),
    "TEAMS_SERVICE_URL": (TEAMS, ["http://smba.example", "smba"], "https address"),
    "TEAMS_DEVELOPMENT": ({}, ["yes", "http://elsewhere.example:1"], "on this machine"),
}
# Any text will do.
ANYTHING = {"SECURITY_CONTACT", "WORKBENCH_PASSWORD", "METRICS_TOKEN"}

CASES = [(name, value) for name, (_, values, _) in BAD.items() for value in values]


def documented() -> set[str]:
    """The names in the first column of the tables of settings."""
    rows = re.findall(
        r"^\| (`[A-Z][^|]*) \|", "".join((ROOT / "docs" / f"{page}.md").read_text() for page in PAGES), re.M
    )
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Za-z_]+)`", row)} & set(known_settings())


PAGES = ("deploy", "slack", "teams")


def test_every_setting_is_in_the_documents_and_tried_here() -> None:
    assert documented() == set(known_settings()) == BAD.keys() | ANYTHING


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, with nothing set."""
    monkeypatch.chdir(tmp_path)
    for name in known_settings():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORT", "0")


@pytest.mark.parametrize(("name", "value"), CASES, ids=[f"{name}={value}" for name, value in CASES])
async def test_a_value_that_cannot_be_used_ends_the_start_by_name_and_with_the_remedy(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, advisor: Advisor
) -> None:
    (tmp_path / "file").write_text("what", encoding="utf-8")
    value = value.format(file=tmp_path / "file", folder=tmp_path)
    others, _, remedy = BAD[name]
    for other, given in {**others, name: value}.items():
        monkeypatch.setenv(other, given)
    with pytest.raises((SettingsError, ServeError)) as error:
        async with serving(settings(None), advisor):
            pass
    lines, code = explained(error.value)
    [line] = [line for line in lines if name in line]
    assert remedy in line
    assert code in (1, 2)
    assert "p4ss" not in line


async def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("MicrosoftAppPassword", "p")
    with pytest.raises(SettingsError) as error:
        async with serving(settings(None)):
            pass
    assert [line.partition(" ")[0] for line in error.value.problems] == ["SLACK_SIGNING_SECRET", "MicrosoftAppPassword"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("SLACK_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_SIGNING_SECRETS", "SLACK_SIGNING_SECRET"),
        ("MicrosoftAppSecret", "MicrosoftAppType"),
        ("WORKBENCH_PASSWORT", "WORKBENCH_PASSWORD"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("WORKBENCH_QQQQQQQQQQQQQQQQ", ""),
    ],
)
def test_a_name_that_is_no_setting_is_said_with_the_nearest_one(name: str, nearest: str) -> None:
    assert unknown_settings([name, "PATH", "HOME"]) == [(name, nearest)]


@pytest.mark.parametrize(
    "name", ["slack_bot_token", "HOSTNAME", "DATABASE_POOL_SIZE", "SLACK_PORT_443_TCP", "TEAMS_SERVICE_HOST", "LOGNAME"]
)
def test_names_that_are_settings_or_not_ours_are_left_alone(name: str) -> None:
    assert unknown_settings([name]) == []


def test_names_in_the_file_are_looked_at_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKN=xoxb-1\n", encoding="utf-8")
    assert ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN") in unknown_settings()
