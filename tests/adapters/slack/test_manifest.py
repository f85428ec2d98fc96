"""The manifest says what the code does: no listener without its event, no scope without a feature."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.app import App
from adapters.slack.commands.advisor import COMMAND
from adapters.slack.door import LISTENERS, PATH
from bot.messages import Message, Reply

FILE = Path(__file__).parents[3] / "adapters" / "slack" / "manifest.yaml"
MANIFEST = yaml.safe_load(FILE.read_text(encoding="utf-8"))
# What each scope is for: the method that is called, or the event that is delivered.
NEEDED = {
    "commands": "slash_commands",
    "chat:write": "chat.postMessage",
    "im:history": "message.im",
    "app_mentions:read": "app_mention",
}


class Silent:
    async def respond(self, message: Message) -> Reply:
        return Reply("notice")


@pytest.fixture(scope="module")
def listening() -> list[str]:
    """The names of the modules under which listeners were registered, for events."""
    bolt = AsyncApp(client=AsyncWebClient(token="xoxb-1"), signing_secret="secret")
    for listener in LISTENERS:
        listener.register(App(bolt, Silent()))
    return [listener.__name__.rsplit(".", 1)[-1] for listener in LISTENERS if ".events." in listener.__name__]


def test_every_event_has_a_listener_and_every_listener_its_event(listening: list[str]) -> None:
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in events} == set(listening)


def test_the_command_and_the_addresses_are_those_that_are_served() -> None:
    [command] = MANIFEST["features"]["slash_commands"]
    assert command["command"] == COMMAND
    assert command["description"] and command["usage_hint"]
    settings = MANIFEST["settings"]
    urls = {command["url"], settings["event_subscriptions"]["request_url"], settings["interactivity"]["request_url"]}
    assert urls == {f"{{url}}{PATH}"}


def test_every_scope_serves_a_feature_and_no_more_are_asked_for() -> None:
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == set(NEEDED)
    scopes = FILE.read_text(encoding="utf-8").partition("bot:")[2].partition("settings:")[0]
    assert all("#" in line for line in scopes.splitlines() if line.strip().startswith("- "))
