"""The message extension's search: answers as cards without buttons, to insert into any conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.teams.app import App
from adapters.teams.cards import draw
from adapters.teams.targeted import CARD
from adapters.teams.translate import message_from, tenant_of
from bot.domain.messages import Bullets, Heading, Message, Paragraph, Place, Reply, Table
from bot.domain.phrases import Phrases

COMMAND = "ask"
PARAMETER = "question"
MAX_RESULTS = 5
MAX_SEARCHES = 120  # of one person in a minute: Teams searches at every pause in typing
RESULTS = ("answer", "unstated", "recommendation")  # kinds of reply that are worth showing to others


async def on_query(app: App, context: Any) -> dict[str, Any]:
    """The body of the response: results, or a line of text where there are none."""
    activity = context.activity
    question = _question(activity.value)
    # Each search is a conversation of its own. Its text is half typed: quoted, so that no command in it is carried out.
    place = Place("teams", tenant_of(activity), "message-extension")
    asked = replace(message_from(activity, quoting=question), place=place, public=False, delivery="", can_post=False)
    if not question:
        asked = replace(asked, command="help")
    reply = await app.respond(asked)
    found = [reply] if reply.kind in RESULTS else await _chosen(app, asked, reply)
    return _results([_result(app.phrases, each) for each in found]) if found else _line(_summary(reply))


def notice_body(notice: Reply | None) -> dict[str, Any]:
    """A line of text in the place of the results."""
    return _line(notice.title) if notice else _results([])


def _line(text: str) -> dict[str, Any]:
    return {"composeExtension": {"type": "message", "text": text}}


def _results(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": found}}


async def _chosen(app: App, asked: Message, reply: Reply) -> list[Reply]:
    """The replies to the choices of `reply`, as far as they are worth showing to others."""
    commands = [choice.command for choice in reply.choices[:MAX_RESULTS]] if reply.kind in ("clarify", "help") else []
    replies = await asyncio.gather(*(app.respond(replace(asked, text="", command=command)) for command in commands))
    return [each for each in replies if each.kind in RESULTS]


def _question(value: Any) -> str:
    parameters = value.get("parameters") if isinstance(value, Mapping) else None
    for parameter in parameters if isinstance(parameters, list) else ():
        if isinstance(parameter, Mapping) and parameter.get("name") == PARAMETER:
            return str(parameter.get("value") or "").strip()
    return ""


def _result(say: Phrases, reply: Reply) -> dict[str, Any]:
    preview = {"title": _headline(say, reply), "text": _summary(reply)}
    return {
        "contentType": CARD,
        "content": draw(say, reply, where="elsewhere"),
        "preview": {"contentType": "application/vnd.microsoft.card.thumbnail", "content": preview},
    }


def _headline(say: Phrases, reply: Reply) -> str:
    return ". ".join(part for part in (reply.verdict_label, reply.title) if part)


def _summary(reply: Reply) -> str:
    for block in reply.body:
        match block:
            case Paragraph(text) | Heading(text):
                return text
            case Bullets(items):
                return "; ".join(items)
            case Table(header):
                return ", ".join(header)
    return reply.title


def register(app: App) -> None:
    app.on_invoke("composeExtension/query", on_query, notice_body, most=MAX_SEARCHES)
