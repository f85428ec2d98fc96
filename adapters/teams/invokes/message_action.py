"""The message action "Advise on this message": shows the reply in a dialog that only the person who asked sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.teams.app import App
from adapters.teams.cards import draw
from adapters.teams.forms import fields_in
from adapters.teams.message_text import text_of
from adapters.teams.targeted import CARD
from adapters.teams.translate import command_in, message_from, tenant_of
from bot.domain.messages import Message, Place, Reply
from bot.domain.phrases import Phrases

COMMAND = "advise"


async def on_fetch(app: App, context: Any) -> dict[str, Any]:
    """The action was chosen on a message."""
    content = _part(_part(context.activity.value, "messagePayload"), "body").get("content")
    text = text_of(content) if isinstance(content, str) else ""
    return _dialog(app.phrases, await app.respond(_message(context.activity, quoting=text)))


async def on_submit(app: App, context: Any) -> dict[str, Any]:
    """A button in the dialog."""
    data = _part(context.activity.value, "data")
    message = _message(context.activity, command=command_in(data) or "help")
    return _dialog(app.phrases, await app.respond(replace(message, fields=fields_in(data))))


def _message(activity: Any, *, quoting: str | None = None, command: str | None = None) -> Message:
    place = Place("teams", tenant_of(activity), "message-action")  # a conversation of its own
    asked = message_from(activity, quoting=quoting, command=command, fields=())
    return replace(asked, place=place, public=False, can_post=False)  # there is no place for a later notice


def _dialog(say: Phrases, reply: Reply) -> dict[str, Any]:
    card = {"contentType": CARD, "content": draw(say, reply, where="dialog")}
    value = {"title": say("teams-advice-title"), "width": "medium", "height": "medium", "card": card}
    return {"task": {"type": "continue", "value": value}}


def notice_body(notice: Reply | None) -> dict[str, Any] | None:
    """A text in the place of the dialog; a response without a body changes nothing."""
    return {"task": {"type": "message", "value": notice.text}} if notice else None


def _part(value: Any, name: str) -> Mapping[str, Any]:
    part = value.get(name) if isinstance(value, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def register(app: App) -> None:
    app.on_invoke("composeExtension/fetchTask", on_fetch, notice_body)
    app.on_invoke("composeExtension/submitAction", on_submit, notice_body)
