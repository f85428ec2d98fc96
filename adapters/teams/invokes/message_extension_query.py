"""The message extension's search: answers to put into any conversation, as cards that need no bot there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.teams.app import CARD, App
from adapters.teams.cards import draw
from adapters.teams.translate import message_from, tenant_of
from bot.domain.messages import Bullets, Heading, Message, Paragraph, Place, Reply, Table

COMMAND = "ask"
PARAMETER = "question"
RESULTS = 5
MOST = 120  # searches of one person in a minute: Teams searches at every pause in typing
INSERTED = ("answer", "unstated", "recommendation")  # what is worth showing to others


async def on_query(app: App, context: Any) -> dict[str, Any]:
    activity = context.activity
    question = _question(activity.value)
    # Each search stands for itself: it is nobody's conversation, what is half typed is not delivered again, and it is
    # looked for and not carried out.
    place = Place("teams", tenant_of(activity), "message-extension")
    asked = replace(message_from(activity, quoting=question), place=place, public=False, delivery="", can_post=False)
    if not question:
        asked = replace(asked, command="help")
    reply = await app.respond(asked)
    found = [reply] if reply.kind in INSERTED else await _chosen(app, asked, reply)
    return _results([_result(each) for each in found]) if found else _line(_summary(reply))


def told(notice: Reply | None) -> dict[str, Any]:
    return _line(notice.title) if notice else _results([])


def _line(text: str) -> dict[str, Any]:
    return {"composeExtension": {"type": "message", "text": text}}


def _results(found: list[dict[str, Any]]) -> dict[str, Any]:
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": found}}


async def _chosen(app: App, asked: Message, reply: Reply) -> list[Reply]:
    """What the choices of `reply` lead to, as far as that can be shown to others."""
    commands = [choice.command for choice in reply.choices[:RESULTS]] if reply.kind in ("clarify", "help") else []
    replies = await asyncio.gather(*(app.respond(replace(asked, text="", command=command)) for command in commands))
    return [each for each in replies if each.kind in INSERTED]


def _question(value: Any) -> str:
    parameters = value.get("parameters") if isinstance(value, Mapping) else None
    for parameter in parameters if isinstance(parameters, list) else ():
        if isinstance(parameter, Mapping) and parameter.get("name") == PARAMETER:
            return str(parameter.get("value") or "").strip()
    return ""


def _result(reply: Reply) -> dict[str, Any]:
    preview = {"title": _headline(reply), "text": _summary(reply)}
    return {
        "contentType": CARD,
        "content": draw(reply, where="elsewhere"),
        "preview": {"contentType": "application/vnd.microsoft.card.thumbnail", "content": preview},
    }


def _headline(reply: Reply) -> str:
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
    app.on_invoke("composeExtension/query", on_query, told, most=MOST)
