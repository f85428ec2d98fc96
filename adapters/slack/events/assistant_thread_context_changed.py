"""A person opened another channel beside the assistant's container: its suggested prompts are set anew."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.assistant import HELLO
from adapters.slack.translate import from_assistant
from bot.service.effect_handlers import person_of


def register(app: App) -> None:
    async def on_changed(body: dict[str, Any], client: Any) -> None:
        asked = from_assistant(body, HELLO)
        app.in_view.note(person_of(asked), body["event"])
        await app.background.in_time(app.suggest(asked, app.opening(asked), client))

    app.bolt.event("assistant_thread_context_changed")(on_changed)
