"""Conversations with an agent: the greeting, what is suggested, and an answer in the thread of each message."""

from __future__ import annotations

import pytest

from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import fields
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.service import Fault

pytestmark = SHARED
PROMPTS = "assistant.threads.setSuggestedPrompts"


def in_view(channel: str) -> dict[str, object]:
    return {"entities": [{"type": "slack#/types/channel_id", "value": channel, "team_id": "T1"}]}


async def open_messages(slack: Slack, **changed: object) -> None:
    opened = {"type": "app_home_opened", "user": slack.person, "channel": slack.dm, "tab": "messages"}
    await slack.event({**opened, "context": {}, **changed})


async def look_at(slack: Slack, context: dict[str, object], **changed: object) -> None:
    await slack.event({
        "type": "app_context_changed", "user": slack.person, "channel": slack.dm, "context": context, **changed,
    })  # fmt: skip


async def test_s18_s28_a_conversation_begins_with_a_short_greeting_and_what_to_ask(either_way: Slack) -> None:
    await open_messages(either_way)
    [greeting] = either_way.said()
    assert 5 < len(greeting["text"].split()) <= 25 and "thread_ts" not in greeting
    assert len(either_way.workspace.prompts[either_way.dm]) == 4


async def test_s28_who_comes_back_is_not_greeted_again_and_sees_what_to_ask(slack: Slack) -> None:
    for _ in range(3):
        slack.workspace.prompts.clear()
        await open_messages(slack)
        assert len(slack.workspace.prompts[slack.dm]) == 4
    assert len(slack.said()) == 1


async def test_s28_who_wrote_already_is_not_greeted(slack: Slack) -> None:
    await slack.direct("what is RASP?")
    await open_messages(slack)
    assert len(slack.said()) == 1


async def test_s28_the_home_tab_is_left_as_it_is_when_messages_are_opened_even_where_that_fails(slack: Slack) -> None:
    slack.service.refusing[PROMPTS] = Fault(error="missing_scope")
    await open_messages(slack)
    slack.service.refusing.clear()
    assert slack.workspace.called("views.publish") == []


async def test_s28_a_direct_message_is_answered_in_its_thread_with_status_and_title(either_way: Slack) -> None:
    await either_way.direct("what is RASP?", ts="1700000000.31")
    await either_way.direct("help", thread_ts="1700000000.31")
    assert [said["thread_ts"] for said in either_way.said()] == ["1700000000.31"] * 2
    workspace = either_way.workspace
    calls = [call.method for call in workspace.calls]
    assert calls.index("assistant.threads.setStatus") < calls.index("chat.postMessage")
    [title] = workspace.called("assistant.threads.setTitle")
    assert (title.arguments["thread_ts"], title.arguments["title"]) == ("1700000000.31", "what is RASP?")


async def test_s28_each_message_is_a_conversation_of_its_own(slack: Slack) -> None:
    first, second = Screen(slack), Screen(slack)
    await first.say("what is SAST?")
    await second.say("triage")
    assert first.thread != second.thread
    await first.say("and RASP?")
    assert "RASP" in first.text and "Question" not in first.text


async def test_s28_what_a_button_brings_stands_in_the_thread_of_its_message(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("what is SAST?")
    await screen.press(screen.labels[0])
    assert {said.get("thread_ts") for said in slack.said()} == {screen.thread}


async def test_s28_beside_a_channel_its_subscription_is_suggested(slack: Slack) -> None:
    await look_at(slack, in_view(slack.channel))
    assert "Recommendations for this channel" in slack.workspace.prompts[slack.dm]
    await look_at(slack, {})
    assert "Recommendations for this channel" not in slack.workspace.prompts[slack.dm]
    assert slack.said() == []


@pytest.mark.parametrize(
    "context",
    [
        {"entities": [{"type": "slack#/types/canvas_id", "value": "F1"}]},
        {"entities": [{"type": "slack#/types/channel_id", "value": "D0001"}]},
        {"entities": "C1"},
        {"entities": [None, 7, {"type": "slack#/types/channel_id"}]},
    ],
    ids=["a canvas", "direct messages", "no list", "nothing that is known"],
)
async def test_s28_beside_what_is_no_channel_no_subscription_is_suggested(
    slack: Slack, context: dict[str, object]
) -> None:
    await look_at(slack, context)
    assert "Recommendations for this channel" not in slack.workspace.prompts[slack.dm]


async def test_s28_a_view_of_which_slack_does_not_say_whose_it_is_changes_nothing(slack: Slack) -> None:
    await look_at(slack, in_view(slack.channel), user="", channel="")
    assert slack.workspace.calls == []


async def test_s7_sharing_and_subscribing_begin_with_the_channel_beside_the_conversation(slack: Slack) -> None:
    await look_at(slack, {"entities": [
        {"type": "slack#/types/message_context", "value": {"channel_id": slack.channel, "message_ts": "1700000000.1"}},
    ]})  # fmt: skip
    screen = Screen(slack)
    await screen.say("what is SAST?")
    await screen.press("Share")
    assert picked(screen) == slack.channel
    await screen.say("subscribe")
    await screen.press(screen.labels[0])
    assert picked(screen) == slack.channel


async def test_s7_a_message_says_what_is_in_view_too(slack: Slack) -> None:
    await slack.direct("what is SAST?", context=in_view(slack.channel))
    screen = Screen(slack, thread=slack.talk)
    await screen.say("what is RASP?")
    await screen.press("Share")
    assert picked(screen) == slack.channel


async def test_s7_where_the_person_has_no_channel_in_view_none_is_picked(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("what is SAST?", context={})
    await screen.press("Share")
    assert picked(screen) == ""


def picked(screen: Screen) -> str:
    """The channel that is picked beforehand in the form that is open."""
    return str(fields(screen.blocks)["field-place"]["element"].get("initial_conversation", ""))
