"""A person opened the app: its Home tab is published for them, or its Messages tab greets them and suggests prompts."""

from __future__ import annotations

from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.slack.app import App
from adapters.slack.assistant import HELLO, greeting
from adapters.slack.home import home
from adapters.slack.translate import from_home, from_messages_tab
from bot.service.effect_handlers import person_of


def register(app: App) -> None:
    async def on_opened(body: dict[str, Any], client: Any) -> None:
        match body["event"]:
            case {"tab": "home"}:
                asked = from_home(body, "help")
                overview = await app.overview(person_of(asked))
                view = home(app.phrases, app.opening(asked), overview, app.home_details)
                await app.background.in_time(client.views_publish(user_id=asked.person, view=view))
            case {"tab": "messages", "channel": _}:
                await app.background.in_time(_open_conversation(app, body, client))

    app.bolt.event("app_home_opened")(on_opened)


async def _open_conversation(app: App, body: dict[str, Any], client: Any) -> None:
    """An agent's conversation. An assistant's begins with its own event, in a thread, so that this one finds what
    stands there already."""
    asked = from_messages_tab(body, HELLO)
    app.in_view.note(person_of(asked), body["event"])
    reply = app.opening(asked)
    if await _is_empty(asked.place.channel, client):
        await app.deliver(asked, greeting(reply), client)
    await app.suggest(asked, reply, client)


async def _is_empty(channel: str, client: Any) -> bool:
    """True where nothing was said yet. False too where Slack does not let it look."""
    try:
        return not (await client.conversations_history(channel=channel, limit=1))["messages"]
    except SlackApiError:
        return False
