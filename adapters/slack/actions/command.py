"""A press of a button that carries a command."""

from __future__ import annotations

import re
from typing import Any

from adapters.slack.app import App
from adapters.slack.blocks import COMMAND, FEEDBACK, OPENS
from adapters.slack.forms import ENTERED
from adapters.slack.translate import from_button

ANY_BUTTON = re.compile(rf"^(?:{COMMAND}-\d+|{FEEDBACK}|{OPENS})$")


def register(app: App) -> None:
    async def on_button(ack: Any, body: dict[str, Any], action: dict[str, Any], client: Any, respond: Any) -> None:
        await ack()
        await app.answer_button(from_button(body, action), body, client, respond)

    async def on_entry(ack: Any) -> None:
        """Something was picked in a form, which is read when it is submitted."""
        await ack()

    app.bolt.action(ANY_BUTTON)(on_button)
    app.bolt.action(ENTERED)(on_entry)
