"""What the doctor says of Slack and Teams, played by local servers; each fault is made for real."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Sequence
from dataclasses import replace
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.findings import Finding
from adapters.settings import Settings as AllSettings
from adapters.settings import read_settings
from adapters.slack.examination import examine as of_slack
from adapters.teams.examination import examine as of_teams
from tests.adapters.teams.conftest import WITH_APP_ID, Settings
from tests.adapters.teams.test_login import certified
from tests.slack_workspace.service import Fault, Service
from tests.slack_workspace.workspace import APP_TOKEN, SCOPES, SECRET, Workspace
from tests.teams_connector.issuer import Issuer


def levels(found: Sequence[Finding]) -> dict[str, str]:
    return {one.about: one.level for one in found}


def of(found: Sequence[Finding], about: str) -> Finding:
    return next(one for one in found if one.about == about)


def slack(service: Service, **given: object) -> AllSettings:
    known = {"slack_bot_token": "xoxb-T1-token", "slack_signing_secret": SECRET, "slack_api_url": service.api_url}
    return read_settings(**{**known, **given})


async def test_a_slack_app_that_is_set_up_right_is_ok_and_nothing_is_changed_there() -> None:
    async with Service() as service:
        workspace = service.add(Workspace())
        found = await of_slack(slack(service, slack_app_token=APP_TOKEN))
        assert levels(found) == dict.fromkeys(("token", "scopes", "socket mode", "clock"), "ok")
        assert [call.method for call in workspace.calls] == ["auth.test"]


@pytest.mark.parametrize("code", ["invalid_auth", "account_inactive", "token_revoked", "a_code_of_tomorrow"])
async def test_a_token_that_slack_refuses_is_told_with_its_code_and_a_remedy(code: str) -> None:
    async with Service() as service:
        service.add(Workspace())
        service.refusing["auth.test"] = Fault(error=code)
        token = of(await of_slack(slack(service)), "token")
    assert (token.level, code in token.said, bool(token.remedy)) == ("wrong", True, True)


async def test_scopes_that_are_missing_or_more_than_needed_are_named() -> None:
    async with Service() as service:
        service.add(Workspace(scopes=SCOPES - {"im:history", "commands"}))
        service.add(Workspace("T2", scopes=SCOPES | {"channels:history"}))
        lacking = of(await of_slack(slack(service)), "scopes")
        having = of(await of_slack(slack(service, slack_bot_token="xoxb-T2-token")), "scopes")
    assert (lacking.level, having.level) == ("wrong", "look")
    assert "commands, im:history" in lacking.said and "channels:history" in having.said


async def test_an_app_level_token_that_opens_no_connection_is_told() -> None:
    async with Service() as service:
        service.add(Workspace())
        found = of(await of_slack(slack(service, slack_app_token="xapp-another")), "socket mode")
    assert (found.level, "connections:write" in found.remedy) == ("wrong", True)


@pytest.mark.parametrize(("ahead", "level"), [(0, "ok"), (60, "look"), (-60, "look"), (400, "wrong"), (-400, "wrong")])
async def test_a_clock_that_differs_from_slacks_is_told(ahead: int, level: str) -> None:
    date = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=ahead)
    async with Service() as service:
        service.add(Workspace())
        service.refusing["auth.test"] = Fault(headers={"Date": format_datetime(date, usegmt=True)})
        clock = of(await of_slack(slack(service)), "clock")
    assert clock.level == level
    assert ("ahead of" in clock.said, "behind" in clock.said) == (ahead > 0, ahead < 0)


async def test_where_slack_is_not_reached_or_is_not_slack_the_connection_is_named() -> None:
    async with Service() as service:
        service.add(Workspace())
        settings = slack(service)
        service.refusing["auth.test"] = Fault(page="<h1>Proxy</h1>", status=502)
        page = await of_slack(settings)
        service.refusing.clear()
        service.slow["auth.test"] = asyncio.Event()
        slow = await of_slack(settings, 0.1)
        service.slow["auth.test"].set()
    gone = await of_slack(settings)
    for found, said in ((page, "502"), (slow, "in time"), (gone, "be reached")):
        assert said in of(found, "token").said
        assert "SLACK_API_URL" in of(found, "token").remedy
        assert of(found, "token").level == "wrong"


async def test_for_several_workspaces_slack_is_reached_without_a_token() -> None:
    async with Service() as service:
        given = slack(service, slack_bot_token="", slack_client_id="1.2", slack_client_secret="s")
        assert levels(await of_slack(given)) == {"": "ok", "clock": "ok"}


async def test_what_is_not_set_up_is_ok() -> None:
    assert levels(await of_slack(read_settings())) == {"": "ok"}
    assert levels(await of_teams(Settings())) == {"": "ok"}


async def test_a_teams_bot_that_is_set_up_right_is_ok() -> None:
    async with Issuer() as issuer:
        found = await of_teams(WITH_APP_ID, issuer.cloud())
    assert levels(found) == dict.fromkeys(("login", "keys", "clock"), "ok")


async def test_a_secret_that_microsoft_refuses_is_told_with_its_code_and_remedy() -> None:
    async with Issuer() as issuer:
        found = of(await of_teams(replace(WITH_APP_ID, microsoft_app_password="an-old-one"), issuer.cloud()), "login")
    assert (found.level, "AADSTS7000215" in found.said) == ("wrong", True)
    assert "value of the secret" in found.remedy
    assert "an-old-one" not in str(found)


async def test_where_microsoft_is_not_reached_or_silent_the_connection_is_named() -> None:
    async with Issuer() as issuer:
        cloud = issuer.cloud()
        issuer.reachable = False
        issuer.login_opens.clear()
        silent = await of_teams(WITH_APP_ID, cloud, 0.1)
    gone = await of_teams(WITH_APP_ID, cloud)
    for found in (silent, gone):
        assert levels(found) == {"login": "wrong", "keys": "wrong"}
        assert all("TEAMS_CLOUD" in one.remedy for one in found)


async def test_a_clock_that_differs_from_microsofts_is_told() -> None:
    date = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)

    async def openid(request: web.Request) -> web.Response:
        return web.json_response({}, headers={"Date": format_datetime(date, usegmt=True)})

    app = web.Application()
    app.router.add_get("/openid", openid)
    async with Issuer() as issuer, TestServer(app) as server:
        cloud = replace(issuer.cloud(), openid_url=str(server.make_url("/openid")))
        assert of(await of_teams(WITH_APP_ID, cloud), "clock").level == "wrong"


async def test_a_certificate_that_ends_soon_is_told(tmp_path: Path) -> None:
    certificate, pem = certified()
    (tmp_path / "app.pem").write_bytes(pem)
    settings = replace(WITH_APP_ID, microsoft_app_password="", microsoft_app_certificate=str(tmp_path / "app.pem"))
    async with Issuer() as issuer:
        issuer.certificate = certificate
        found = await of_teams(settings, issuer.cloud())
    assert levels(found) == {"login": "ok", "certificate": "look", "keys": "ok", "clock": "ok"}


async def test_a_development_client_is_worth_a_look() -> None:
    assert levels(await of_teams(Settings(teams_development="http://127.0.0.1:56150"))) == {"": "look"}
