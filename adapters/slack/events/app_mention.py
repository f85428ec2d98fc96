"""A mention in a channel, answered in its thread."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.translate import from_event, is_new_from_person


def register(app: App) -> None:
    async def on_mention(body: dict[str, Any], context: Any, client: Any) -> None:
        bot = context.bot_user_id or ""
        if is_new_from_person(body["event"], bot):
            await app.answer(from_event(body, bot=bot), client)

    app.bolt.event("app_mention")(on_mention)
