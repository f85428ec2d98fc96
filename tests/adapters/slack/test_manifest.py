"""The manifest says what the code does: no listener without its event, no scope without a feature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from adapters.slack.commands.advisor import COMMAND
from adapters.slack.events import function_executed
from adapters.slack.install_pages import REDIRECT
from adapters.slack.manifest import FILE, Kind, bot_scopes, manifest, socket_manifest
from adapters.slack.shortcuts import advise, ask, triage
from adapters.slack.surface import LISTENERS, PATH
from bot.domain.phrases import Phrases
from bot.knowledge import load
from bot.knowledge.shipped_phrases import overridden, shipped
from tests.slack_workspace.methods import METHODS

MANIFEST = yaml.safe_load(FILE.read_text(encoding="utf-8"))
FOLDER = FILE.parent
# The scopes by which Slack delivers something, or draws it; the others let a method of the Web API be called.
DELIVERED = {"commands": "slash_commands", "im:history": "message.im", "app_mentions:read": "app_mention"}
SAME_FOR_PRIVATE = {"groups:read": "channels:read"}


def modules(folder: str) -> set[str]:
    names = {listener.__name__ for listener in LISTENERS}
    return {name.rsplit(".", 1)[-1] for name in names if f".{folder}." in name}


def test_s14_every_event_has_a_listener_and_every_listener_its_event() -> None:
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in events} == modules("events")


def test_every_listener_that_there_is_a_file_for_is_registered() -> None:
    for folder in ("actions", "commands", "events", "shortcuts", "views"):
        files = {path.stem for path in (FOLDER / folder).glob("*.py")} - {"__init__"}
        assert files == modules(folder), folder


def test_s2_the_command_has_a_description_and_a_hint_and_the_addresses_are_those_that_are_served() -> None:
    [command] = MANIFEST["features"]["slash_commands"]
    assert command["command"] == COMMAND
    assert command["description"] and command["usage_hint"]
    settings = MANIFEST["settings"]
    urls = {command["url"], settings["event_subscriptions"]["request_url"], settings["interactivity"]["request_url"]}
    assert urls == {f"{{url}}{PATH}"}
    assert MANIFEST["oauth_config"]["redirect_urls"] == [f"{{url}}{REDIRECT}"]


def test_s13_every_shortcut_has_its_listener_and_a_name_that_starts_with_a_verb() -> None:
    shortcuts = {one["callback_id"]: one for one in MANIFEST["features"]["shortcuts"]}
    assert set(shortcuts) == {ask.CALLBACK, triage.CALLBACK, advise.CALLBACK} == modules("shortcuts")
    assert {name["name"].split()[0] for name in shortcuts.values()} == {"Ask", "Start", "Advise"}
    assert all(len(one["name"]) <= 24 and one["description"] for one in shortcuts.values())


def calls() -> Iterator[str]:
    """Every method of the Web API that the code calls, as the SDK names it."""
    for path in FOLDER.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        yield from re.findall(r"client\.((?:chat|views|conversations|users|assistant|auth|functions)_\w+)", text)
        yield from re.findall(r'"((?:chat_|conversations_[hr])\w+)"', text)


def test_s14_every_scope_serves_a_feature_and_no_more_are_asked_for() -> None:
    called = {name.replace("_threads_", ".threads.").replace("_", ".", 1) for name in calls()}
    needed = {METHODS[method][0] for method in called} - {""} | set(DELIVERED)
    assert called <= set(METHODS)
    assert set(bot_scopes()) == needed | set(SAME_FOR_PRIVATE)
    assert not [scope for scope in bot_scopes() if scope.endswith(":history") and scope != "im:history"]


@pytest.mark.parametrize("part", ["bot:", "bot_events:"])
def test_s14_every_scope_and_every_event_says_what_it_is_for(part: str) -> None:
    lines = FILE.read_text(encoding="utf-8").partition(part)[2].splitlines()[1:]
    listed: list[str] = []
    for line in lines:
        if not line.strip().startswith("- "):
            break
        listed.append(line)
    assert listed and all(" # " in line for line in listed)


@pytest.mark.parametrize(("kind", "other"), [("agent", "assistant"), ("assistant", "agent")])
def test_s28_the_app_is_an_agent_or_an_assistant_as_it_is_asked_for(kind: Kind, other: Kind) -> None:
    for text in (manifest("https://advisor.example.com", shipped(), kind), socket_manifest(shipped(), kind)):
        filled = yaml.safe_load(text)
        features: dict[str, Any] = filled["features"]
        assert features["app_home"] == {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        }
        assert features[f"{kind}_view"][f"{kind}_description"] and f"{other}_view" not in features
        events = set(filled["settings"]["event_subscriptions"]["bot_events"])
        of_assistants = {"assistant_thread_started", "assistant_thread_context_changed"}
        assert events & {"app_context_changed", *of_assistants} == (
            {"app_context_changed"} if kind == "agent" else of_assistants
        )
        assert "app_home_opened" in events


def test_the_step_for_workflows_is_there_only_where_it_is_asked_for() -> None:
    without = yaml.safe_load(manifest("https://advisor.example.com", shipped()))
    for text in (
        manifest("https://advisor.example.com", shipped(), step=True),
        socket_manifest(shipped(), "assistant", step=True),
    ):
        filled = yaml.safe_load(text)
        [(callback_id, function)] = filled["functions"].items()
        assert callback_id == function_executed.STEP
        assert set(function["input_parameters"]) == {"channel", "topic"} and "{" not in str(function["title"])
        settings = filled["settings"]
        assert settings["function_runtime"] == "remote" and settings["org_deploy_enabled"] is True
        assert "function_executed" in settings["event_subscriptions"]["bot_events"]
    assert "functions" not in without and "function_runtime" not in without["settings"]
    assert "function_executed" not in without["settings"]["event_subscriptions"]["bot_events"]


def test_s28_a_new_app_is_an_agent() -> None:
    assert manifest("https://advisor.example.com", shipped()) == manifest(
        "https://advisor.example.com", shipped(), "agent"
    )


def test_filled_in_it_names_the_address_and_nothing_is_left_to_fill_in() -> None:
    filled = yaml.safe_load(manifest("https://advisor.example.com", shipped()))
    assert filled["settings"]["interactivity"]["request_url"] == f"https://advisor.example.com{PATH}"
    assert "{" not in manifest("https://advisor.example.com", shipped())


def test_for_socket_mode_it_is_the_same_without_addresses() -> None:
    filled = yaml.safe_load(manifest("https://advisor.example.com", shipped()))
    socket = yaml.safe_load(socket_manifest(shipped()))
    assert socket["settings"].pop("socket_mode_enabled") is True
    del filled["settings"]["socket_mode_enabled"], filled["oauth_config"]["redirect_urls"]
    del filled["features"]["slash_commands"][0]["url"]
    del filled["settings"]["event_subscriptions"]["request_url"], filled["settings"]["interactivity"]["request_url"]
    assert socket == filled


def said(say: Phrases) -> list[str]:
    """Every name and description in the manifest."""
    filled = yaml.safe_load(manifest("https://advisor.example.com", say))
    features = filled["features"]
    shown = [filled["display_information"], *features["slash_commands"], *features["shortcuts"]]
    texts = [one[key] for one in shown for key in ("name", "description", "usage_hint") if key in one]
    return [*texts, features["agent_view"]["agent_description"]]


def test_the_app_speaks_of_the_subject_of_the_folder() -> None:
    words = {
        "name": "Gardener",
        "slack-app-description": 'All on "roses": # and tulips',
        "slack-app-ask": "Ask on roses",
    }
    texts = said(overridden(words, {"help-examples": ("do roses need water?",)}))
    assert texts[:2] == ["Gardener", 'All on "roses": # and tulips']
    assert "do roses need water? | triage | compare | share | help" in texts
    assert not [text for text in (*texts, *said(shipped())) if "ecurity" in text]


def test_slack_takes_what_ours_is_called() -> None:
    for say in (shipped(), load(FILE.parents[2] / "knowledge").phrases):
        filled = yaml.safe_load(manifest("https://advisor.example.com", say))
        assert len(filled["display_information"]["name"]) <= 35
        assert len(filled["display_information"]["description"]) <= 140
