"""A direct message, answered in its thread."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.translate import from_event, is_new_from_person
from bot.service.effect_handlers import person_of


def register(app: App) -> None:
    async def on_message(body: dict[str, Any], context: Any, client: Any) -> None:
        event = body["event"]
        bot = context.bot_user_id or ""
        if event.get("channel_type") == "im" and is_new_from_person(event, bot):
            asked = from_event(body, bot=bot)
            app.in_view.note(person_of(asked), event)
            await app.answer(asked, client)

    app.bolt.event("message")(on_message)
