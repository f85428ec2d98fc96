"""A direct message, also in a thread of the assistant's own container."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.translate import from_event, is_new_from_person


def register(app: App) -> None:
    async def on_message(body: dict[str, Any], context: Any, client: Any) -> None:
        event = body["event"]
        bot = context.bot_user_id or ""
        if event.get("channel_type") == "im" and is_new_from_person(event, bot):
            await app.answer(from_event(body, bot=bot), client)

    app.bolt.event("message")(on_message)
