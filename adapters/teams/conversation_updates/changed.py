"""A team or its channels changed: what is offered to post in follows. Members who come and go are not written to."""

from __future__ import annotations

from typing import Any

from adapters.teams.app import App
from adapters.teams.translate import team_of, tenant_of

EVENTS = ("channelCreated", "channelRenamed", "channelRestored", "teamRenamed", "teamRestored")


async def on_changed(app: App, context: Any) -> None:
    await app.directory.heard(context.activity)
    app.channels.changed(tenant_of(context.activity), str(team_of(context.activity).get("id") or ""))


def register(app: App) -> None:
    for event in EVENTS:
        app.on("conversationUpdate", event, on_changed)
