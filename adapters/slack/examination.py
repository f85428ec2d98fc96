"""What `advisor doctor` finds out about Slack, by calls that change nothing there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.findings import WAIT, Finding, clock_by
from adapters.settings import Settings
from adapters.slack import sdk_logs
from adapters.slack.answers import NotSlacksAnswer, slacks_answers_only
from adapters.slack.manifest import bot_scopes
from adapters.slack.remedies import REFUSALS
from adapters.slack.responses import as_json, error_of
from adapters.slack.settings_check import check
from adapters.surface import SurfaceMisconfigured, SurfaceOff

UNREACHABLE = "check the connection, the proxy and SLACK_API_URL"


@dataclass(frozen=True, slots=True)
class _Answer:
    data: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str = ""  # Slack's, where it refused
    failed: str = ""  # why there is no answer of Slack's


async def examine(settings: Settings, wait: float = WAIT) -> list[Finding]:
    """Token, scopes, app-level token, clock, each by that name; an empty one is Slack as a whole. What is wrong
    with the settings themselves is not repeated here."""
    try:
        check(settings)
    except SurfaceMisconfigured:
        return []
    except SurfaceOff:
        return [Finding("ok", "", "is not set up")]
    url, token = settings.slack_api_url, settings.slack_bot_token.get_secret_value()
    async with aiohttp.ClientSession(json_serialize=as_json, middlewares=(slacks_answers_only(url),)) as http:

        def client(token: str) -> AsyncWebClient:
            return AsyncWebClient(token, url, session=http, logger=sdk_logs.WEB_API, retry_handlers=[])

        # For several workspaces there is no token to be checked; the answer to this has the clock.
        answer = await _call(client(token), "auth.test" if token else "api.test", wait)
        found = _of_token(answer) if token else _of_api(answer)
        if app_token := settings.slack_app_token.get_secret_value():
            found += _of_app_token(await _call(client(app_token), "apps.connections.open", wait))
    return [*found, *clock_by(answer.headers)]


async def _call(client: AsyncWebClient, method: str, wait: float) -> _Answer:
    try:
        async with asyncio.timeout(wait):
            response = await client.api_call(method)
    except SlackApiError as error:
        return _Answer(headers=dict(error.response.headers), code=error_of(error) or "no_code")
    except NotSlacksAnswer as error:
        return _Answer(failed=f"what answers there with status {error.status} is not Slack")
    except TimeoutError:
        return _Answer(failed="does not answer in time")
    except aiohttp.ClientError:
        return _Answer(failed="can't be reached")
    data = response.data
    return _Answer(data if isinstance(data, dict) else {}, dict(response.headers))


def _of_api(answer: _Answer) -> list[Finding]:
    if answer.failed:
        return [Finding("wrong", "", answer.failed, UNREACHABLE)]
    return [Finding("ok", "", "answers; each workspace has its own token, which is not looked at")]


def _of_token(answer: _Answer) -> list[Finding]:
    if answer.failed:
        return [Finding("wrong", "token", answer.failed, UNREACHABLE)]
    if answer.code:
        remedy = REFUSALS[answer.code].remedy if answer.code in REFUSALS else "try again in a minute"
        return [Finding("wrong", "token", f"is refused: {answer.code}", remedy)]
    works = Finding("ok", "token", f"works in workspace {answer.data.get('team_id', '')}")
    return [works, _of_scopes(answer.headers)]


def _of_scopes(headers: Mapping[str, str]) -> Finding:
    listed = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if listed is None:
        return Finding("look", "scopes", "are not named in the answer", "compare with the manifest")
    given, wanted = {one.strip() for one in listed.split(",") if one.strip()}, set(bot_scopes())
    if missing := wanted - given:
        remedy = "add them under OAuth & Permissions, and install the app again"
        return Finding("wrong", "scopes", f"the token lacks {', '.join(sorted(missing))}", remedy)
    if more := given - wanted:
        said = f"the token may do more than is needed: {', '.join(sorted(more))}"
        return Finding("look", "scopes", said, "take them away under OAuth & Permissions")
    return Finding("ok", "scopes", "are those of the manifest")


def _of_app_token(answer: _Answer) -> list[Finding]:
    about = "socket mode"
    if answer.failed:
        return [Finding("wrong", about, answer.failed, UNREACHABLE)]
    if answer.code:
        remedy = "make an app-level token with the scope connections:write, and switch Socket Mode on"
        return [Finding("wrong", about, f"SLACK_APP_TOKEN is refused: {answer.code}", remedy)]
    return [Finding("ok", about, "opens connections")]
