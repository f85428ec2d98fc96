"""The bot's token was taken back: the app is out of the workspace, and so is the workspace's data."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App


def register(app: App) -> None:
    async def on_revoked(body: dict[str, Any]) -> None:
        if body["event"].get("tokens", {}).get("bot"):  # a person's token says nothing about the app
            await app.leave(body)

    app.bolt.event("tokens_revoked")(on_revoked)
