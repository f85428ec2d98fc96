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
    """Token, scopes, app-level token, clock. What is wrong with the settings themselves is not repeated here."""
    try:
        check(settings)
    except SurfaceMisconfigured:
        return []
    except SurfaceOff:
        return [Finding("ok", "Slack", "is not set up")]
    url, token = settings.slack_api_url, settings.slack_bot_token.get_secret_value()
    async with aiohttp.ClientSession(json_serialize=as_json, middlewares=(slacks_answers_only(url),)) as http:
        client = AsyncWebClient(base_url=url, session=http, logger=sdk_logs.WEB_API, retry_handlers=[])
        # For several workspaces there is no token to be checked; the answer to this has the clock.
        answer = await _call(client, "auth.test" if token else "api.test", token, wait)
        found = _of_token(answer) if token else _of_api(answer)
        if app_token := settings.slack_app_token.get_secret_value():
            found += _of_app_token(await _call(client, "apps.connections.open", app_token, wait))
    return [*found, *clock_by(answer.headers, "Slack's")]


async def _call(client: AsyncWebClient, method: str, token: str, wait: float) -> _Answer:
    given = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with asyncio.timeout(wait):
            response = await client.api_call(method, headers=given)
    except SlackApiError as error:
        return _Answer(headers=dict(error.response.headers), code=error_of(error) or "no_code")
    except NotSlacksAnswer as error:
        return _Answer(failed=f"what answers there with status {error.status} is not Slack")
    except TimeoutError:
        return _Answer(failed="Slack does not answer in time")
    except aiohttp.ClientError:
        return _Answer(failed="there is no connection to Slack")
    data = response.data
    return _Answer(data if isinstance(data, dict) else {}, dict(response.headers))


def _of_api(answer: _Answer) -> list[Finding]:
    if answer.failed:
        return [Finding("wrong", "Slack", answer.failed, UNREACHABLE)]
    return [Finding("ok", "Slack", "answers; each workspace has its own token, which is not looked at")]


def _of_token(answer: _Answer) -> list[Finding]:
    if answer.failed:
        return [Finding("wrong", "Slack token", answer.failed, UNREACHABLE)]
    if answer.code:
        remedy = REFUSALS[answer.code].remedy if answer.code in REFUSALS else "try again in a minute"
        return [Finding("wrong", "Slack token", f"Slack refuses SLACK_BOT_TOKEN: {answer.code}", remedy)]
    works = Finding("ok", "Slack token", f"works in workspace {answer.data.get('team_id', '')}")
    return [works, _of_scopes(answer.headers)]


def _of_scopes(headers: Mapping[str, str]) -> Finding:
    listed = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if listed is None:
        return Finding("look", "Slack scopes", "Slack does not say which the token has", "compare with the manifest")
    given, wanted = {one.strip() for one in listed.split(",") if one.strip()}, set(bot_scopes())
    if missing := wanted - given:
        remedy = "add them under OAuth & Permissions, and install the app again"
        return Finding("wrong", "Slack scopes", f"the token lacks {', '.join(sorted(missing))}", remedy)
    if more := given - wanted:
        said = f"the token may do more than is needed: {', '.join(sorted(more))}"
        return Finding("look", "Slack scopes", said, "take them away under OAuth & Permissions")
    return Finding("ok", "Slack scopes", "are those of the manifest")


def _of_app_token(answer: _Answer) -> list[Finding]:
    about = "Slack Socket Mode"
    if answer.failed:
        return [Finding("wrong", about, answer.failed, UNREACHABLE)]
    if answer.code:
        remedy = "make an app-level token with the scope connections:write, and switch Socket Mode on"
        return [Finding("wrong", about, f"Slack refuses SLACK_APP_TOKEN: {answer.code}", remedy)]
    return [Finding("ok", about, "opens connections")]
