"""The global shortcut "Start a triage": all questions in one modal."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.translate import from_shortcut

CALLBACK = "triage"


def register(app: App) -> None:
    async def on_shortcut(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        asked = from_shortcut(body, command="form")
        if (reply := await app.respond(asked)) is not None:
            await app.open(asked, reply, body["trigger_id"], client)

    app.bolt.shortcut(CALLBACK)(on_shortcut)
