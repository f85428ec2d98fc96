"""Whether something may be posted in a channel that a person picked: the advisor is in it, and so is the person."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.deadline import left
from adapters.slack.responses import error_of

INVITE = "I am not in that channel. Invite me there with /invite @advisor, then try again."
ARCHIVED = "That channel is archived. Pick another one."
NOT_YOURS = "You are not in that channel. Pick one that you are in."
UNKNOWN = "Slack does not let me look at that channel right now. Try again, or pick another one."
PAGE = 999  # the most that Slack gives at once
ROOM = 0.5  # seconds of the request that are left for the turn


async def timely_objection(client: Any, person: str, channel: str) -> str:
    """As `objection`; `UNKNOWN` where Slack does not say so before the request has to be answered."""
    try:
        async with asyncio.timeout(left() - ROOM):
            return await objection(client, person, channel)
    except (aiohttp.ClientError, TimeoutError):
        return UNKNOWN


async def objection(client: Any, person: str, channel: str) -> str:
    """Why nothing can be posted in `channel` for `person`, in words for them; empty where it can. No name of a channel
    is told: one that the person is not in stays unknown to them."""
    try:
        found = (await client.conversations_info(channel=channel))["channel"]
        if not await _is_in(client, person, channel):
            return NOT_YOURS
    except SlackApiError as error:
        # A private channel that the advisor is not in is not there for it.
        return INVITE if error_of(error) in ("channel_not_found", "not_in_channel") else UNKNOWN
    if found.get("is_archived"):
        return ARCHIVED
    return "" if found.get("is_member") else INVITE


async def _is_in(client: Any, person: str, channel: str) -> bool:
    cursor = ""
    while True:
        page = await client.users_conversations(
            user=person,
            types="public_channel,private_channel",
            exclude_archived=False,
            limit=PAGE,
            **({"cursor": cursor} if cursor else {}),
        )
        if any(one["id"] == channel for one in page["channels"]):
            return True
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return False
