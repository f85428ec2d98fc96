"""A person has something else in view beside their conversation with the agent: the suggested prompts are set anew."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.assistant import HELLO
from adapters.slack.translate import from_messages_tab
from bot.service.effect_handlers import person_of


def register(app: App) -> None:
    async def on_changed(body: dict[str, Any], client: Any) -> None:
        event = body["event"]
        if not event.get("user") or not event.get("channel"):
            return  # Slack does not always say whose view it is
        asked = from_messages_tab(body, HELLO)
        app.in_view.note(person_of(asked), event)
        await app.background.in_time(app.suggest(asked, app.opening(asked), client))

    app.bolt.event("app_context_changed")(on_changed)
