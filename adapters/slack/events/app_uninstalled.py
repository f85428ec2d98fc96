"""The app was taken out of the workspace: all of the workspace's data goes."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App


def register(app: App) -> None:
    async def on_uninstalled(body: dict[str, Any]) -> None:
        await app.leave(body)

    app.bolt.event("app_uninstalled")(on_uninstalled)
