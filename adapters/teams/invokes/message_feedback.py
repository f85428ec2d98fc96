"""Teams' own buttons below a message, "like" and "dislike": a vote on the reply that it shows.

What is written in the form that Teams opens is not read: votes have no free text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from adapters.teams.app import App
from adapters.teams.translate import place_of
from bot.commands.feedback import vote_on
from bot.domain.messages import Reply

log = structlog.get_logger(__name__)

HELPFUL = {"like": True, "dislike": False}


async def on_feedback(app: App, context: Any) -> None:
    """Teams takes no other response than an empty one, and says thanks by itself. Raises StoreUnavailable."""
    activity = context.activity
    helpful = HELPFUL.get(_reaction(activity.value))
    if helpful is None:
        log.warning("teams.feedback_not_read")
        return
    shown = await app.shown_in(place_of(activity), activity.reply_to_id) if activity.reply_to_id else None
    if shown is None:
        log.warning("teams.feedback_not_counted", why="message-unknown" if activity.reply_to_id else "message-unnamed")
        return
    command = vote_on(shown.reference, shown.entry, helpful=helpful)
    message = app.message_from(activity, text="", command=command, fields=())
    await app.respond(replace(message, can_post=False))


def notice_body(notice: Reply | None) -> None:
    """An empty response: see above."""


def _reaction(value: Any) -> str:
    """What was pressed; empty for another action, or where it can't be read."""
    value = value if isinstance(value, Mapping) else {}
    action = value.get("actionValue")
    reaction = action.get("reaction") if isinstance(action, Mapping) else None
    return reaction if value.get("actionName") == "feedback" and isinstance(reaction, str) else ""


def register(app: App) -> None:
    app.on_invoke("message/submitAction", on_feedback, notice_body)
