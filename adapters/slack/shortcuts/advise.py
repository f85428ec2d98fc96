"""The message shortcut "Advise on this message": an answer about what it says, for the person alone."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.message_text import shown
from adapters.slack.translate import from_shortcut

CALLBACK = "advise"


def register(app: App) -> None:
    async def on_shortcut(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        asked = from_shortcut(body, quoting=shown(body["message"]))
        if (reply := await app.respond(asked)) is not None:
            await app.open(asked, reply, body["trigger_id"], client)

    app.bolt.shortcut(CALLBACK)(on_shortcut)
