"""A person opened the assistant's container: it greets them and suggests prompts."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.assistant import HELLO, greeting
from adapters.slack.translate import from_assistant
from bot.service.effect_handlers import person_of


def register(app: App) -> None:
    async def on_started(body: dict[str, Any], client: Any) -> None:
        asked = from_assistant(body, HELLO)
        app.in_view.note(person_of(asked), body["event"])
        reply = await app.take_turn(asked)
        await app.deliver(asked, greeting(reply), client)
        await app.background.in_time(app.suggest(asked, reply, client))

    app.bolt.event("assistant_thread_started")(on_started)
