"""The message action "Advise on this message": the advice in a dialog that only the person who asked sees."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.teams.app import CARD, App
from adapters.teams.cards import draw
from adapters.teams.forms import fields_in
from adapters.teams.translate import command_in, message_from, tenant_of
from bot.domain.messages import Message, Place, Reply

COMMAND = "advise"
TITLE = "Advice"
LONGEST_HTML = 64_000  # characters; Teams takes no message of more than 28 KB
BLOCKS = ("p", "div", "br", "li", "blockquote", "h1", "h2", "h3", "tr", "pre")

# Not the library's parser, which takes the square of the length for what is begun and never ended.
_TAG = re.compile(r"<(?:/?([a-zA-Z][a-zA-Z0-9]*+)|!)[^<>]*>")


async def on_fetch(app: App, context: Any) -> dict[str, Any]:
    """The action was chosen on a message."""
    content = _part(_part(context.activity.value, "messagePayload"), "body").get("content")
    text = text_of(content) if isinstance(content, str) else ""
    return _dialog(await app.respond(_message(context.activity, quoting=text)))


async def on_submit(app: App, context: Any) -> dict[str, Any]:
    """A button in the dialog."""
    data = _part(context.activity.value, "data")
    message = _message(context.activity, command=command_in(data) or "help")
    return _dialog(await app.respond(replace(message, fields=fields_in(data))))


def _message(activity: Any, *, quoting: str | None = None, command: str | None = None) -> Message:
    place = Place("teams", tenant_of(activity), "message-action")  # not the conversation in which the message stands
    asked = message_from(activity, quoting=quoting, command=command, fields=())
    return replace(asked, place=place, public=False, can_post=False)  # nobody could be told later what became of it


def _dialog(reply: Reply) -> dict[str, Any]:
    card = {"contentType": CARD, "content": draw(reply, where="dialog")}
    value = {"title": TITLE, "width": "medium", "height": "medium", "card": card}
    return {"task": {"type": "continue", "value": value}}


def told(notice: Reply | None) -> dict[str, Any] | None:
    """One line in the place of the dialog; an answer without a body changes nothing."""
    return {"task": {"type": "message", "value": notice.text}} if notice else None


def _part(value: Any, name: str) -> Mapping[str, Any]:
    part = value.get(name) if isinstance(value, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def text_of(content: str) -> str:
    """The text of a message that Teams hands over as HTML."""
    text = html.unescape(_TAG.sub(_in_place_of, content[:LONGEST_HTML]))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _in_place_of(tag: re.Match[str]) -> str:
    return "\n" if (tag[1] or "").lower() in BLOCKS else ""


def register(app: App) -> None:
    app.on_invoke("composeExtension/fetchTask", on_fetch, told)
    app.on_invoke("composeExtension/submitAction", on_submit, told)
