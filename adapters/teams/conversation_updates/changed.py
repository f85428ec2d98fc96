"""A team or a channel was created or renamed: the cached channels of the team are dropped."""

from __future__ import annotations

from typing import Any

from adapters.teams.app import App
from adapters.teams.translate import team_of, tenant_of

EVENTS = ("channelCreated", "channelRenamed", "channelRestored", "teamRenamed", "teamRestored")


async def on_changed(app: App, context: Any) -> None:
    await app.directory.remember_place(context.activity)
    app.channels.changed(tenant_of(context.activity), str(team_of(context.activity).get("id") or ""))


def register(app: App) -> None:
    for event in EVENTS:
        app.on("conversationUpdate", event, on_changed)
