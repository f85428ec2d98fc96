"""The app was installed for a person, or in a team or chat: it is welcomed there once.

Teams reports an installation twice: as this, and as a change of members, which has no listener. An upgrade of the app
has another action, and no listener either. Members of a team are not written to one by one.
"""

from __future__ import annotations

from typing import Any

import structlog

from adapters.teams.adapter import Context
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
    name = await _name_of_sender(context) if message.public else ""
    above = (Paragraph(app.phrases("teams-added-by", person=name)),) if name else ()
    await app.answer(context, message, above)


async def _name_of_sender(context: Context) -> str:
    """The name of who installed the app, which the activity may lack; empty: unknown."""
    activity = context.activity
    if activity.from_property.name:
        return activity.from_property.name
    try:
        return await context.name_of(activity.from_property)
    except SendFailed as error:  # a welcome without a name is better than none
        log.warning("teams.member_unknown", status=error.status)
        return ""


def register(app: App) -> None:
    app.on("installationUpdate", "add", on_added)
