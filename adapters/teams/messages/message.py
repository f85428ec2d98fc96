"""A message: something typed, or a button pressed."""

from __future__ import annotations

from typing import Any

from adapters.teams import experts
from adapters.teams.app import App
from adapters.teams.translate import is_from_a_bot, message_from


async def on_message(app: App, context: Any) -> None:
    if is_from_a_bot(context.activity):
        return  # two bots that answer each other never stop
    message = message_from(context.activity)
    choice = experts.read(message)
    if choice is None:
        await app.answer(context, message)
    else:
        await app.send(context, await experts.choose(app, message, choice), message)


def register(app: App) -> None:
    app.on("message", "", on_message)
