"""`/advisor QUESTION`: answered in the HTTP response, for the person alone."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.blocks import message
from adapters.slack.translate import from_command

COMMAND = "/advisor"


def register(app: App) -> None:
    async def on_command(ack: Any, body: dict[str, Any]) -> None:
        reply = await app.respond(from_command(body))
        await ack(response_type="ephemeral", **message(reply))

    app.bolt.command(COMMAND)(on_command)
