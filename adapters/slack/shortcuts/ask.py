"""The global shortcut "Ask the advisor": a modal with one field."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.modals import question_modal
from adapters.slack.translate import direct_place, from_shortcut

CALLBACK = "ask"


def register(app: App) -> None:
    async def on_shortcut(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        opening = client.views_open(trigger_id=body["trigger_id"], view=question_modal(app.phrases, direct_place(body)))
        await app.show(from_shortcut(body), opening, client)

    app.bolt.shortcut(CALLBACK)(on_shortcut)
    app.bolt.action(CALLBACK)(on_shortcut)  # the button on the Home tab
