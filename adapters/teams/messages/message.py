"""A message: an utterance, or a button that was pressed."""

from __future__ import annotations

from typing import Any

from adapters.teams import experts
from adapters.teams.app import App
from adapters.teams.translate import is_from_a_bot


async def on_message(app: App, context: Any) -> None:
    if is_from_a_bot(context.activity):
        return  # two bots that answer each other would never stop
    message = app.message_from(context.activity)
    where = experts.read(message)
    if where is None:
        await app.answer(context, message)
    else:
        await app.deliver(context, await experts.choose(app, message, where), message)


def register(app: App) -> None:
    app.on("message", "", on_message)
