"""The message action "Advise on this message": the advice in a dialog that only the person who asked sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from adapters.teams.app import CARD, App
from adapters.teams.cards import draw
from adapters.teams.forms import fields_in
from adapters.teams.translate import command_in, message_from, tenant_of
from bot.messages import Message, Place, Reply

COMMAND = "advise"
TITLE = "Advice"
BLOCKS = ("p", "div", "br", "li", "blockquote", "h1", "h2", "h3", "tr", "pre")


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


def text_of(html: str) -> str:
    """The text of a message that Teams hands over as HTML."""
    reader = _TextOfHtml()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


class _TextOfHtml(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.parts.append("\n")


def register(app: App) -> None:
    app.on_invoke("composeExtension/fetchTask", on_fetch, told)
    app.on_invoke("composeExtension/submitAction", on_submit, told)
