"""A button of a dialogue (Action.Execute): the next step takes the place of the card that was pressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from adapters.teams.app import App, card_activity
from adapters.teams.cards import draw
from adapters.teams.connector import SendFailed
from adapters.teams.forms import fields_in
from adapters.teams.translate import KEEP, command_in, message_from
from bot.domain.messages import Paragraph, Reply

log = structlog.get_logger(__name__)


async def on_execute(app: App, context: Any) -> dict[str, Any]:
    """The body of the answer: a card, or a line of text where the card stays as it is."""
    activity = context.activity
    data = _data(activity.value)
    command = command_in(data)
    if command is None:
        error = {"code": "BadRequest", "message": "This button carries nothing."}
        return _answer("application/vnd.microsoft.error", error, status=400)
    message = message_from(activity, text="", command=command, fields=fields_in(data))
    reply = await app.respond(message)
    stays = bool(data.get(KEEP))
    if stays and reply.kind == "notice" and not reply.choices and not reply.form:
        return _answer("application/vnd.microsoft.activity.message", _in_short(reply))
    if stays or not reply.replaces:
        await app.send(context, reply, message)
        return _answer("application/vnd.microsoft.activity.message", "See the message below.")
    card = draw(reply)
    if not message.public:
        await _keep(context, card, reply)
    return _answer("application/vnd.microsoft.card.adaptive", card)


def told(notice: Reply | None) -> dict[str, Any]:
    """A line of text below the card, which stays as it is, with all that was entered there."""
    return _answer("application/vnd.microsoft.activity.message", _in_short(notice) if notice else "")


async def _keep(context: Any, card: dict[str, Any], reply: Reply) -> None:
    """Put the card into the message as well. What an invoke returns is shown once, and gone when the chat is opened
    again. In a chat with others the message stays as it is, because the next step is not theirs."""
    if not context.activity.reply_to_id:
        return
    update = card_activity(card, reply)
    update.id = context.activity.reply_to_id
    try:
        await context.update_activity(update)
    except SendFailed as error:  # the person sees the next step all the same
        log.warning("teams.update_failed", status=error.status)


def _in_short(reply: Reply) -> str:
    """A notice as one line, where a card of its own would be too much."""
    first = next((block.text for block in reply.body if isinstance(block, Paragraph)), "")
    return ". ".join(part.rstrip(".") for part in (reply.title, first) if part) + "."


def _data(value: Any) -> Mapping[str, Any]:
    action = value.get("action") if isinstance(value, Mapping) else None
    data = action.get("data") if isinstance(action, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _answer(type: str, value: object, *, status: int = 200) -> dict[str, Any]:
    return {"statusCode": status, "type": type, "value": value}


def register(app: App) -> None:
    app.on_invoke("adaptiveCard/action", on_execute, told)
