"""A person opened another channel beside the assistant's container: its suggested prompts are set anew."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.assistant import HELLO
from adapters.slack.translate import from_assistant


def register(app: App) -> None:
    async def on_changed(body: dict[str, Any], client: Any) -> None:
        reply = app.opening(from_assistant(body, HELLO))
        suggesting = app.assistant.suggest(app.phrases, reply, body["event"]["assistant_thread"], client)
        await app.background.in_time(suggesting)

    app.bolt.event("assistant_thread_context_changed")(on_changed)
