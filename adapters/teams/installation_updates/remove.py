"""The app was removed from a team, a chat or a person's apps: everything about it is deleted. There is no reply."""

from __future__ import annotations

from typing import Any

import structlog

from adapters.teams.app import App
from adapters.teams.translate import person_of, references_in

log = structlog.get_logger(__name__)


async def on_removed(app: App, context: Any) -> None:
    first, *_ = references_in(context.activity)
    person = person_of(context.activity) if first.kind == "personal" else ""
    rows = await app.directory.left(first.tenant, first.conversation, person)
    log.info("teams.removed", kind=first.kind, rows=rows)


def register(app: App) -> None:
    app.on("installationUpdate", "remove", on_removed)
