"""Checks that something may be posted in a channel that a person picked: both the bot and the person are members."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.deadline import seconds_left
from adapters.slack.remedies import log_refused
from adapters.slack.responses import error_of
from bot.domain.phrases import Phrases

PAGE = 999  # channels; Slack gives no more at once
RESERVE = 0.5  # seconds of the request that are left for the turn


async def posting_problem(say: Phrases, client: Any, person: str, channel: str) -> str:
    """Why nothing can be posted in `channel` for `person` (empty: for a workflow), as a sentence for them; empty where
    it can. Waits no longer than the request may take. Names no channel, as the person may not know of it."""
    try:
        async with asyncio.timeout(seconds_left() - RESERVE):
            return await _posting_problem(say, client, person, channel)
    except (aiohttp.ClientError, TimeoutError):
        return say("slack-channel-unknown")


async def _posting_problem(say: Phrases, client: Any, person: str, channel: str) -> str:
    try:
        found = (await client.conversations_info(channel=channel))["channel"]
        if person and not await _is_member(client, person, channel, _workspace_of(found)):
            return say("slack-person-not-in-channel")
    except SlackApiError as error:
        # Slack does not show the bot a private channel that it is not a member of.
        hidden = error_of(error) in ("channel_not_found", "not_in_channel")
        if not hidden:
            log_refused(error, "conversations")
        return say("slack-not-in-channel" if hidden else "slack-channel-unknown")
    if found.get("is_archived"):
        return say("slack-channel-archived")
    return "" if found.get("is_member") else say("slack-not-in-channel")


def _workspace_of(channel: Mapping[str, Any]) -> str:
    """A workspace that the channel is in; "" where Slack names none."""
    named = [channel.get("context_team_id"), *channel.get("internal_team_ids", ()), *channel.get("shared_team_ids", ())]
    return next((team for team in named if isinstance(team, str) and team.startswith("T")), "")


async def _is_member(client: Any, person: str, channel: str, workspace: str) -> bool:
    # An org-wide token needs to be told the workspace; with any other, Slack ignores it.
    team = {"team_id": workspace} if workspace else {}
    cursor = ""
    while True:
        page = await client.users_conversations(
            user=person,
            types="public_channel,private_channel",
            exclude_archived=False,
            limit=PAGE,
            **team,
            **({"cursor": cursor} if cursor else {}),
        )
        if any(one["id"] == channel for one in page["channels"]):
            return True
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return False
