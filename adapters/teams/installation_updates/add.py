"""The app was installed, for a person or in a team or chat: one welcome.

Teams reports an installation in two ways, as this and as a change of members. Only this one is listened to; an upgrade
of the app has another action and is passed over. Members of a team are not written to one by one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog

from adapters.teams.app import App
from adapters.teams.connector import SendFailed
from adapters.teams.translate import message_from, references_in
from bot.domain.messages import Paragraph

log = structlog.get_logger(__name__)


async def on_added(app: App, context: Any) -> None:
    first, *_ = references_in(context.activity)
    if not await app.directory.welcome(first.tenant, first.conversation):
        return
    message = message_from(context.activity, text="", command="help")
    reply = await app.respond(message)
    if message.public and (name := await _who_added(context)):
        reply = replace(reply, body=(Paragraph(f"{name} added me here."), *reply.body))
    await app.send(context, reply, message)


async def _who_added(context: Any) -> str:
    """The name of the person, which an installation does not bring along; empty where Teams does not say."""
    activity = context.activity
    if activity.from_property.name:
        return str(activity.from_property.name)
    client = context.turn_state[context.adapter.BOT_CONNECTOR_CLIENT_KEY]
    channel = activity.conversation.id.partition(";")[0]
    try:
        member = await client.conversations.get_conversation_member(channel, activity.from_property.id)
    except SendFailed as error:  # a welcome without a name is better than none
        log.warning("teams.member_unknown", status=error.status)
        return ""
    return str(member.name or "")


def register(app: App) -> None:
    app.on("installationUpdate", "add", on_added)
