"""A press of a button with a URL: Slack opens the page itself, and expects an acknowledgement."""

from __future__ import annotations

import re
from typing import Any

from adapters.slack.app import App
from adapters.slack.home import LINK

ANY_LINK = re.compile(rf"^{LINK}-\d+$")


def register(app: App) -> None:
    async def on_link(ack: Any) -> None:
        await ack()

    app.bolt.action(ANY_LINK)(on_link)
