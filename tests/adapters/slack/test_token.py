"""One workspace by its token: whom that speaks for is asked once, and a failure of Slack's is no end of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from tests.adapters.slack.conftest import SHARED
from tests.adapters.slack.test_reliability import CLOCK, PAGES, Echo
from tests.adapters.slack.world import opened
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import texts
from tests.slack_workspace.service import Fault, Service
from tests.slack_workspace.workspace import Workspace, numbers

pytestmark = SHARED

PASSING = {
    "503": Fault(503, "service_unavailable"),
    "rate limit": Fault(429, "ratelimited", {"Retry-After": "30"}),
    "internal_error": Fault(error="internal_error"),
    "cut": Fault(cut=True),
    **PAGES,
}


@pytest.fixture
def own(service: Service) -> Iterator[Workspace]:
    service.faults.clear()
    yield service.add(Workspace(f"TTOKEN{next(numbers)}"))
    service.refusing.clear()


async def test_whom_the_token_speaks_for_is_asked_once(service: Service, own: Workspace, sqlite_url: str) -> None:
    async with opened(service, sqlite_url, lambda *_: Echo(), CLOCK, slack_bot_token=own.token) as world:
        anna = Slack.join(world.wire, service, own)
        await anna.mention(f"<@{own.bot}> hello there")
        await anna.command("hello there")
    assert len(own.called("auth.test")) == 1
    assert "hello there" in json.dumps(anna.said())


@pytest.mark.parametrize("passing", list(PASSING))
async def test_s25_what_comes_while_slack_does_not_say_whom_the_token_speaks_for_is_delivered_again_and_answered(
    service: Service, own: Workspace, sqlite_url: str, passing: str
) -> None:
    service.refusing["auth.test"] = PASSING[passing]
    async with opened(service, sqlite_url, lambda *_: Echo(), CLOCK, slack_bot_token=own.token) as world:
        anna = Slack.join(world.wire, service, own)
        status, _ = await anna.direct("hello there", event_id="Ev-token")
        assert (status, anna.said()) == (500, [])
        del service.refusing["auth.test"]
        status, _ = await anna.direct("hello there", event_id="Ev-token", retry=1)
    assert status == 200
    assert "hello there" in json.dumps(anna.said())


@pytest.mark.parametrize("way", ["command", "press", "shortcut", "submit"])
async def test_s25_people_are_told_meanwhile_that_it_did_not_work_and_not_that_it_is_not_installed(
    service: Service, own: Workspace, sqlite_url: str, way: str
) -> None:
    service.refusing["auth.test"] = PASSING["internal_error"]
    async with opened(service, sqlite_url, lambda *_: Echo(), CLOCK, slack_bot_token=own.token) as world:
        anna = Slack.join(world.wire, service, own)
        with capture_logs() as logs:
            match way:
                case "command":
                    status, answer = await anna.command("hello there")
                case "press":
                    status, answer = await anna.press("hello", ephemeral=True)
                case "shortcut":
                    status, answer = await anna.shortcut("ask")
                case _:
                    view = {"type": "modal", "id": "V1", "callback_id": "form", "state": {"values": {}}, "blocks": []}
                    body = {**anna._interaction("view_submission"), "view": view}
                    status, answer = await anna.wire.deliver("interactive", body)
    [line] = [line for line in logs if line["event"] == "slack.listener_failed"]
    told = "\n".join([*texts(answer), *(call.shown for call in own.calls)])
    assert status == 200
    assert "did not work" in told and line["reference"] in told
    assert line["code"] == "internal_error"
    assert "not installed" not in told


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked"])
async def test_a_token_that_speaks_for_nobody_any_more_is_told_as_such(
    service: Service, own: Workspace, sqlite_url: str, code: str
) -> None:
    service.refusing["auth.test"] = Fault(error=code)
    async with opened(service, sqlite_url, lambda *_: Echo(), CLOCK, slack_bot_token=own.token) as world:
        anna = Slack.join(world.wire, service, own)
        status, _ = await anna.command("hello there")
    assert status == 200
    assert "not installed" in own.called("response_url")[-1].arguments["text"]


async def test_after_the_app_was_taken_out_it_is_asked_anew(service: Service, own: Workspace, sqlite_url: str) -> None:
    async with opened(service, sqlite_url, lambda *_: Echo(), CLOCK, slack_bot_token=own.token) as world:
        anna = Slack.join(world.wire, service, own)
        service.refusing["auth.test"] = Fault(error="account_inactive")
        await anna.event({"type": "app_uninstalled"})
        await anna.command("hello there")
    assert "not installed" in own.called("response_url")[-1].arguments["text"]
