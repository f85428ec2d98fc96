"""Activities as Teams sends them."""

from __future__ import annotations

import itertools
import json
from typing import Any

from tests.overheard import note_body

TENANT = "99999999-0000-0000-0000-000000000001"
BOT = {"id": "28:11111111-2222-3333-4444-555555555555", "name": "Security Advisor"}
DANA = {"id": "29:dana", "name": "Dana", "aadObjectId": "aad-dana", "role": "user"}
CHANNEL = "19:general@thread.tacv2"
_numbers = itertools.count(1)


def activity(service_url: str, type: str = "message", **changed: Any) -> dict[str, Any]:
    """Something that Dana does in her chat with the bot."""
    base = {
        "type": type,
        "id": f"activity-{next(_numbers)}",
        "timestamp": "2026-01-05T10:00:00.000Z",
        "serviceUrl": service_url,
        "channelId": "msteams",
        "from": DANA,
        "recipient": BOT,
        "conversation": {"id": "a:dana-and-bot", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-US",
    }
    note_body(changed)
    return {**base, **changed}


def message(service_url: str, text: str, **changed: Any) -> dict[str, Any]:
    return activity(service_url, "message", text=text, textFormat="plain", **changed)


def pressed(service_url: str, data: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A button with Action.Submit."""
    return activity(service_url, "message", value=data, replyToId="card-1", **changed)


def executed(service_url: str, data: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A button with Action.Execute."""
    value = {"action": {"type": "Action.Execute", "verb": "command", "data": data}, "trigger": "manual"}
    return activity(service_url, "invoke", name="adaptiveCard/action", value=value, replyToId="card-1", **changed)


def rated(service_url: str, reaction: str, message: str, why: str = "", **changed: Any) -> dict[str, Any]:
    """Teams' own "like" or "dislike" below `message`, once the form was sent off that it opens, with `why` in it."""
    given = {"reaction": reaction, "feedback": json.dumps({"feedbackText": why})}
    named = {"replyToId": message} if message else {}
    value = {"value": {"actionName": "feedback", "actionValue": given}}
    return activity(service_url, "invoke", name="message/submitAction", **{**value, **named, **changed})


def mention(of: dict[str, Any], written: str | None = None) -> dict[str, Any]:
    return {
        "type": "mention",
        "mentioned": {"id": of["id"], "name": of["name"]},
        "text": written or f"<at>{of['name']}</at>",
    }


def in_channel(thread: str = "1700000000001", channel: str = CHANNEL) -> dict[str, Any]:
    """In a thread of a channel of the team whose first channel is CHANNEL."""
    conversation = {
        "id": f"{channel};messageid={thread}" if thread else channel,
        "conversationType": "channel",
        "isGroup": True,
        "tenantId": TENANT,
    }
    data = {"tenant": {"id": TENANT}, "team": {"id": CHANNEL}, "channel": {"id": channel}}
    return {"conversation": conversation, "channelData": data}


def in_group_chat() -> dict[str, Any]:
    return {
        "conversation": {
            "id": "19:chat@thread.v2",
            "conversationType": "groupChat",
            "isGroup": True,
            "tenantId": TENANT,
        }
    }
