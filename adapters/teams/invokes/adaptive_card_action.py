"""A button of a dialogue (Action.Execute): the next step replaces the card whose button was pressed, for everybody who
sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from adapters.teams.app import App, activity_of
from adapters.teams.cards import draw
from adapters.teams.connector import SendFailed
from adapters.teams.forms import fields_in
from adapters.teams.targeted import CARD, marked
from adapters.teams.translate import KEEP, OWNER, asked_alone, command_in
from bot.domain.messages import Paragraph, Reply

log = structlog.get_logger(__name__)

LINE = "application/vnd.microsoft.activity.message"  # of text below the card
ERROR = "application/vnd.microsoft.error"


async def on_execute(app: App, context: Any) -> dict[str, Any]:
    """The body of the response: a card in the place of the one that was pressed, or a line of text below it."""
    activity = context.activity
    data = _data(activity.value)
    command = command_in(data)
    if command is None:
        error = {"code": "BadRequest", "message": app.phrases("teams-button-empty")}
        return _body(ERROR, error, status=400)
    message = app.message_from(activity, text="", command=command, fields=fields_in(data))
    reply = await app.respond(message)
    own = not message.public or data.get(OWNER) == message.person
    # What others have on their card stays theirs: who presses a button of it is answered below.
    stays = bool(data.get(KEEP)) or (OWNER in data and not own)
    if stays and reply.kind == "notice" and not reply.choices and not reply.form:
        return _body(LINE, _one_line(reply))
    if stays or not reply.replaces:
        await app.deliver(context, reply, message)
        return _body(LINE, app.phrases("teams-see-below"))
    began = asked_alone(activity)
    if began is not None:
        card = marked(draw(app.phrases, reply), began)
        await app.targeted.update(message.place, activity.reply_to_id, card, reply)
        return _body(CARD, card)
    card = draw(app.phrases, reply, owner=message.person if message.public else "")
    if own and not await _update_message(context, card, reply) and message.public:
        await app.deliver(context, reply, message)
    return _body(CARD, card)


def notice_body(notice: Reply | None) -> dict[str, Any]:
    """A line of text below the card, which keeps all that was entered in it."""
    return _body(LINE, _one_line(notice) if notice else "")


async def _update_message(context: Any, card: dict[str, Any], reply: Reply) -> bool:
    """Put the card into the message as well: the response to an invoke is seen by who pressed the button alone, and is
    gone when the chat is opened again. False where that can't be done."""
    if not context.activity.reply_to_id:
        return False
    update = activity_of(card, reply)
    update.id = context.activity.reply_to_id
    try:
        await context.update_activity(update)
    except SendFailed as error:  # the person sees the next step all the same
        log.warning("teams.update_failed", status=error.status)
        return False
    return True


def _one_line(reply: Reply) -> str:
    """The title and the first paragraph of a notice."""
    first = next((block.text for block in reply.body if isinstance(block, Paragraph)), "")
    return ". ".join(part.rstrip(".") for part in (reply.title, first) if part) + "."


def _data(value: Any) -> Mapping[str, Any]:
    action = value.get("action") if isinstance(value, Mapping) else None
    data = action.get("data") if isinstance(action, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _body(type: str, value: object, *, status: int = 200) -> dict[str, Any]:
    return {"statusCode": status, "type": type, "value": value}


def register(app: App) -> None:
    app.on_invoke("adaptiveCard/action", on_execute, notice_body)
