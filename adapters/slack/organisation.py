"""Enterprise Grid: who belongs to the organisation of the app's workspace.

People are named with their own workspace, or with the organisation, wherever in the organisation they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import aiohttp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from adapters.slack.deadline import seconds_left
from adapters.slack.modals import metadata_of
from adapters.slack.responses import error_of
from adapters.slack.translate import Payload, organisation_of

RESERVE = 0.5  # seconds of the request that are left for the turn


class CountAsMembers(AsyncMiddleware):
    """Bolt's middleware after the authorization: a person of the organisation is given the id of the app's installation
    in place of their workspace's, so that to everything after this they are a member of it."""

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        body, context = req.body, req.context
        person, name = _named(body)
        home, tenant = person.get(name), context["tenant"]
        if home and home != tenant and await _belongs(body, home, _organisation(body, context), context.client):
            person[name] = tenant
        return await next()


def _organisation(body: Payload, context: Any) -> str:
    """The organisation of the app's workspace; "" where it is in none. A workspace may have joined it after the app was
    installed there, and then only the request names it."""
    stored = context.authorize_result.enterprise_id if context.authorize_result else ""
    match body:
        case {"authorizations": [{"enterprise_id": str(named)}, *_]}:
            return stored or named
        case {"team": {"id": team}} if team == context["tenant"]:
            return stored or organisation_of(body)
    return stored or ""


def _named(body: dict[str, Any]) -> tuple[MutableMapping[str, Any], str]:
    """What names the person's workspace, and under which name."""
    match body:
        case {"event": dict(event)}:
            return event, "user_team"
        case {"user": dict(user)}:
            return user, "team_id"
    return {}, ""


async def _belongs(body: Payload, home: str, organisation: str, client: Any) -> bool:
    if not organisation:
        return False
    if home == organisation or body.get("is_ext_shared_channel") is False:
        return True
    team = body.get("team")
    if isinstance(team, dict) and team.get("id") == home:  # the body names the organisation of the person
        return organisation_of(body) == organisation
    channel = _channel(body)
    # Elsewhere, in direct messages and on the Home tab, the app meets nobody from outside.
    return not channel.startswith(("C", "G")) or not await _has_others(channel, client)


def _channel(body: Payload) -> str:
    match body:
        case {"event": {"channel": str(channel)}} | {"channel": {"id": str(channel)}}:
            return channel
        case {"view": dict(view)}:
            return str(metadata_of(view).get("channel", ""))
    return ""


async def _has_others(channel: str, client: Any) -> bool:
    """True if a channel may have people of other organisations in it."""
    try:
        async with asyncio.timeout(seconds_left() - RESERVE):
            found = (await client.conversations_info(channel=channel))["channel"]
    except SlackApiError as error:
        # Slack does not show the bot a private channel that it is not in. There only its own people can turn to it.
        return error_of(error) != "channel_not_found"
    except (aiohttp.ClientError, TimeoutError):
        return True
    return bool(found.get("is_ext_shared"))
