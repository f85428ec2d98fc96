"""Somebody looks at another channel beside the assistant's container: other things are worth suggesting."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.assistant import HELLO
from adapters.slack.translate import from_assistant


def register(app: App) -> None:
    async def on_changed(body: dict[str, Any], client: Any) -> None:
        first = app.opening(from_assistant(body, HELLO))
        await app.afterwards.in_time(app.assistant.suggest(first, body["event"]["assistant_thread"], client))

    app.bolt.event("assistant_thread_context_changed")(on_changed)
