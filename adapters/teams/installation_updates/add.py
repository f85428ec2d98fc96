"""The app was installed, for a person or in a team or chat: one welcome.

Teams reports an installation in two ways, as this and as a change of members. Only this one is listened to, so that
the welcome is said once; an upgrade of the app has another action and is passed over.
"""

from __future__ import annotations

from typing import Any

from adapters.teams.app import App
from adapters.teams.translate import message_from


async def on_added(app: App, context: Any) -> None:
    await app.answer(context, message_from(context.activity, text="", command="help"))


def register(app: App) -> None:
    app.on("installationUpdate", "add", on_added)
