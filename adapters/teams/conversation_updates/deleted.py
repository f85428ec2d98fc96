"""A team or a channel was deleted: everything about it is deleted here too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from adapters.teams.app import App
from adapters.teams.translate import team_of, tenant_of

log = structlog.get_logger(__name__)


async def on_team_deleted(app: App, context: Any) -> None:
    await _left(app, context.activity, team_of(context.activity))


async def on_channel_deleted(app: App, context: Any) -> None:
    data = context.activity.channel_data
    channel = data.get("channel") if isinstance(data, Mapping) else None
    await _left(app, context.activity, channel if isinstance(channel, Mapping) else {})


async def _left(app: App, activity: Any, deleted: Mapping[str, Any]) -> None:
    if id := str(deleted.get("id") or ""):
        rows = await app.directory.left(tenant_of(activity), id)
        app.channels.changed(tenant_of(activity), str(team_of(activity).get("id") or ""))
        log.info("teams.deleted", rows=rows)


def register(app: App) -> None:
    app.on("conversationUpdate", "teamDeleted", on_team_deleted)
    app.on("conversationUpdate", "teamHardDeleted", on_team_deleted)
    app.on("conversationUpdate", "channelDeleted", on_channel_deleted)
