"""A person opened the app: its Home tab is published for them."""

from __future__ import annotations

from typing import Any

from adapters.slack.app import App
from adapters.slack.home import home
from adapters.slack.translate import from_home
from bot.service.effect_handlers import person_of


def register(app: App) -> None:
    async def on_opened(body: dict[str, Any], client: Any) -> None:
        if body["event"].get("tab") != "home":
            return
        asked = from_home(body, "help")
        overview = await app.overview(person_of(asked))
        view = home(app.phrases, app.opening(asked), overview, app.home_details)
        await app.background.in_time(client.views_publish(user_id=asked.person, view=view))

    app.bolt.event("app_home_opened")(on_opened)
