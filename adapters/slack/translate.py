"""What Slack sends, as a `Message`."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from adapters.slack.forms import entered
from bot.messages import Message, Place

Payload = Mapping[str, Any]


def from_command(body: Payload) -> Message:
    """`/advisor …`. It is for the person alone, but others are there to whom it could be shared."""
    return Message(
        text=body.get("text", ""),
        place=Place("slack", team_of(body), body["channel_id"]),
        person=body["user_id"],
        public=body.get("channel_name") != "directmessage",
        delivery=body.get("trigger_id", ""),
        at=time.time(),
    )


def from_event(body: Payload, *, bot: str) -> Message:
    """A direct message, or a mention. `bot`: the bot's own user id, whose mention is taken out."""
    event = body["event"]
    direct = event.get("channel_type") == "im"
    # A mention opens a thread below itself; a direct message is answered where it stands.
    thread = event.get("thread_ts") or ("" if direct else event["ts"])
    return Message(
        text=without_mention(event.get("text", ""), bot),
        place=Place("slack", team_of(body), event["channel"], thread),
        person=event["user"],
        public=not direct,
        delivery=body.get("event_id", ""),
        at=time.time(),
    )


def from_button(body: Payload, command: str) -> Message:
    """A button in a message, with what was entered in the form above it."""
    container = body.get("container", {})
    channel = body.get("channel", {})
    return Message(
        command=command,
        place=Place("slack", team_of(body), container.get("channel_id", ""), container.get("thread_ts", "")),
        person=body["user"]["id"],
        public=channel.get("name") != "directmessage",
        delivery=f"{body.get('trigger_id', '')}",
        at=time.time(),
        fields=entered(body.get("state", {}).get("values", {})),
    )


def team_of(body: Payload) -> str:
    """The workspace that what was sent belongs to."""
    team = body.get("team")
    return str(body.get("team_id") or (team.get("id") if isinstance(team, Mapping) else "") or "")


def without_mention(text: str, bot: str) -> str:
    """The text without the mentions of `bot`: `<@U1>` or `<@U1|name>`. Mentions of anybody else stay."""
    return re.sub(rf"<@{re.escape(bot)}(\|[^>]*)?>", " ", text).strip() if bot else text


def is_for_us(event: Payload, bot: str) -> bool:
    """Whether a person wrote this anew. Edits, joins, files, bots and the bot itself are ignored on purpose."""
    return bool(
        event.get("user")
        and event.get("user") != bot
        and not event.get("bot_id")
        and not event.get("subtype")
        and not event.get("edited")
    )
