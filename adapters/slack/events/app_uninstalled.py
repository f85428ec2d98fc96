"""The app was uninstalled: the workspace's data is deleted."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App


def register(app: App) -> None:
    async def on_uninstalled(body: dict[str, Any]) -> None:
        await app.delete_workspace(body)

    app.bolt.event("app_uninstalled")(on_uninstalled)
