"""The bot's token was revoked: the workspace's data is deleted."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App


def register(app: App) -> None:
    async def on_revoked(body: dict[str, Any]) -> None:
        if body["event"].get("tokens", {}).get("bot"):  # a person's own token does not concern the app
            await app.delete_workspace(body)

    app.bolt.event("tokens_revoked")(on_revoked)
