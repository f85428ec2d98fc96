"""The tables of refusals, the page that shows them to people, and the log lines that name the remedy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jwt
import pytest
from structlog.testing import capture_logs

from adapters.teams.remedies import LOGIN, REFUSALS, REQUESTS, code_in
from tests.adapters.teams.conftest import WITH_APP_ID, MakeWorld, World
from tests.teams_connector.activities import message
from tests.teams_connector.connector import Fault

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "teams-trouble.md").read_text(encoding="utf-8")
SOURCES = [file.read_text(encoding="utf-8") for file in (ROOT / "adapters" / "teams").rglob("*.py")]
BLOCKED = {
    "errorCode": 209,
    "message": '{"subCode": "MessageWritesBlocked", "details": "Thread is blocked from message writes."}',
}


def rows(heading: str) -> dict[str, str]:
    """Code to remedy, the last cell, in the tables below a heading of the second level."""
    below = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in below.splitlines() if "| `" in line]
    return {row[0].strip("`"): row[-1] for row in cells if row[0] not in ("`why`", "`code`")}


def test_the_page_has_every_request_that_is_refused_with_its_remedy() -> None:
    assert rows("What the advisor refuses") == dict(REQUESTS)


def test_the_page_has_every_login_that_microsoft_refuses_with_its_remedy() -> None:
    assert rows("What Microsoft's login refuses") == dict(LOGIN)


def test_the_page_has_every_message_that_teams_refuses_with_its_remedy() -> None:
    assert rows("What Teams refuses") == {code: one.remedy for code, one in REFUSALS.items()}


def test_the_page_has_every_event_that_is_logged_as_a_warning_or_an_error() -> None:
    logged = {event for text in SOURCES for event in re.findall(r'log\.(?:warning|error)\(\s*"([a-z_.]+)"', text)}
    assert logged
    assert {event for event in logged if f"`{event}`" not in PAGE} == set()


def test_every_reason_for_which_a_request_is_refused_has_a_remedy() -> None:
    ours = {why for text in SOURCES for why in re.findall(r'NotAdmitted\(\d+, "([a-z-]+)"\)', text)}
    assert ours
    assert ours <= set(REQUESTS)
    assert all(issubclass(getattr(jwt.exceptions, name), jwt.PyJWTError) for name in REQUESTS if name[0].isupper())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error": {"code": "BotNotInConversationRoster", "message": "no"}}', "BotNotInConversationRoster"),
        (b'{"errorCode": 209, "message": "{\\"subCode\\": \\"MessageWritesBlocked\\"}"}', "MessageWritesBlocked"),
        (b'{"error": {"code": "what somebody wrote"}}', ""),
        (b'{"error": "no"}', ""),
        (b'{"message": "no"}', ""),
        (b"[]", ""),
        (b"<html>", ""),
    ],
)
def test_a_code_is_found_wherever_teams_says_it_and_nothing_else_is_taken_for_one(body: bytes, code: str) -> None:
    assert code_in(body) == code


@pytest.mark.parametrize(
    ("status", "body", "event", "code"),
    [
        (403, {"error": {"code": "BotNotInConversationRoster"}}, "teams.refused", "BotNotInConversationRoster"),
        (403, {"error": {"code": "ConversationBlockedByUser"}}, "teams.refused", "ConversationBlockedByUser"),
        (403, BLOCKED, "teams.refused", "MessageWritesBlocked"),
        (412, {"error": {"code": "PreconditionFailed"}}, "teams.put_off", "PreconditionFailed"),
        (429, {"error": {"code": "Throttled"}}, "teams.put_off", "Throttled"),
    ],
)
async def test_what_teams_refuses_is_logged_with_its_code_and_remedy(
    world: World, status: int, body: dict[str, Any], event: str, code: str
) -> None:
    world.connector.faults = [Fault(status, {"Retry-After": "600"}, body=body)]
    with capture_logs() as logged:
        assert (await world.post(message(world.connector.url, "hi")))[0] == 200
    [line] = [line for line in logged if line["event"] == event]
    assert (line["status"], line["code"], line["remedy"]) == (status, code, REFUSALS[code].remedy)


async def test_a_request_that_is_refused_is_logged_with_its_remedy(make_world: MakeWorld) -> None:
    world = await make_world(WITH_APP_ID)
    with capture_logs() as logged:
        assert (await world.post_signed(message(world.connector.url, "hi"), exp=1))[0] == 401
    [line] = [line for line in logged if line["event"] == "teams.request_refused"]
    assert (line["why"], line["remedy"]) == ("ExpiredSignatureError", REQUESTS["ExpiredSignatureError"])
