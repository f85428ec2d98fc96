"""Conversations with an assistant: the greeting, what is suggested, the status and the title."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.rate_limit import MOST
from bot.knowledge.shipped_phrases import shipped
from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import texts
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.workspace import Workspace, new_ts

pytestmark = [SHARED, pytest.mark.usefixtures("assistant")]


@pytest.fixture
def assistant(workspace: Workspace) -> Iterator[None]:
    """Slack takes the app for an assistant."""
    workspace.agent = False
    yield
    workspace.agent = True


async def start_thread(slack: Slack, kind: str = "assistant_thread_started", **context: str) -> str:
    """Returns the thread's ts."""
    ts = new_ts()
    slack.workspace.threads.add((slack.dm, ts))
    slack.workspace.heard[ts] = {"channel": slack.dm, "subtype": "assistant_app_thread"}  # what Slack begins it with
    await tell(slack, kind, ts, **context)
    return ts


async def tell(slack: Slack, kind: str, ts: str, **context: str) -> None:
    thread = {"user_id": slack.person, "channel_id": slack.dm, "thread_ts": ts, "context": context}
    await slack.event({"type": kind, "assistant_thread": thread})


async def test_s18_s28_a_thread_begins_with_a_short_greeting_and_what_to_ask(either_way: Slack) -> None:
    ts = await start_thread(either_way)
    [greeting] = either_way.workspace.called("chat.postMessage")
    assert greeting.arguments["thread_ts"] == ts
    assert 5 < len(greeting.arguments["text"].split()) <= 25
    [suggested] = either_way.workspace.called("assistant.threads.setSuggestedPrompts")
    assert len(suggested.arguments["prompts"]) == 4
    assert suggested.arguments["thread_ts"] == ts


async def test_s28_an_assistant_greets_in_its_thread_alone(slack: Slack) -> None:
    ts = await start_thread(slack)
    await slack.event({"type": "app_home_opened", "user": slack.person, "channel": slack.dm, "tab": "messages"})
    [greeting] = slack.said()
    assert greeting["thread_ts"] == ts


async def test_s18_what_is_suggested_changes_with_the_channel_beside_the_thread_and_can_be_asked(slack: Slack) -> None:
    await start_thread(slack, "assistant_thread_context_changed", channel_id=slack.channel)
    [suggested] = slack.workspace.called("assistant.threads.setSuggestedPrompts")
    prompts = {prompt["title"]: prompt["message"] for prompt in suggested.arguments["prompts"]}
    assert "Recommendations for this channel" in prompts
    assert slack.workspace.called("chat.postMessage") == []
    for message in prompts.values():
        screen = Screen(slack)
        await screen.say(message)
        assert "Did you mean" not in screen.text and "no command" not in screen.text


async def test_s18_it_shows_that_it_works_and_names_the_thread_by_the_first_question(slack: Slack) -> None:
    ts = await start_thread(slack)
    await slack.direct("what is RASP?", thread_ts=ts)
    await slack.direct("help", thread_ts=ts)
    calls = [call.method for call in slack.workspace.calls]
    assert calls.index("assistant.threads.setStatus") < len(calls) - 1 - calls[::-1].index("chat.postMessage")
    [title] = slack.workspace.called("assistant.threads.setTitle")
    assert title.arguments["title"] == "what is RASP?"
    assert len(slack.workspace.called("assistant.threads.setStatus")) == 2
    assert "Commands" in slack.workspace.called("chat.postMessage")[-1].shown


async def test_s12_a_thread_that_is_not_the_assistants_is_answered_all_the_same(slack: Slack) -> None:
    ts = new_ts()
    status, _ = await slack.direct("what is RASP?", thread_ts=ts)
    assert status == 200
    [answer] = slack.said()
    assert answer["thread_ts"] == ts


async def test_another_channel_beside_the_thread_changes_nothing_of_what_is_talked_about_there(slack: Slack) -> None:
    screen = Screen(slack, thread=await start_thread(slack))
    await screen.say("triage")
    first, picked = texts(list(screen.blocks))[1], screen.labels[0]
    await tell(slack, "assistant_thread_context_changed", screen.thread, channel_id=slack.channel)
    suggested = slack.workspace.called("assistant.threads.setSuggestedPrompts")
    assert suggested[-1].arguments["prompts"][:3] == suggested[0].arguments["prompts"][:3]
    await screen.say("1")
    assert f"{first} {picked}" in screen.text and "Question 2" in screen.text


async def test_a_number_that_is_typed_stands_for_what_the_answer_offered_whatever_is_beside_it(slack: Slack) -> None:
    screen = Screen(slack, thread=await start_thread(slack))
    await screen.say("what is SAST?")
    first = screen.labels[0]
    await tell(slack, "assistant_thread_context_changed", screen.thread, channel_id=slack.channel)
    await screen.say("1")
    assert texts(list(screen.blocks))[0] == first


async def test_what_the_container_does_by_itself_is_no_part_of_a_flood(slack: Slack) -> None:
    ts = await start_thread(slack)
    for _ in range(MOST):
        await tell(slack, "assistant_thread_context_changed", ts, channel_id=slack.channel)
    await slack.direct("what is RASP?", thread_ts=ts)
    assert "runtime" in "\n".join(texts(slack.said()[-1]["blocks"])).lower()


async def test_s18_nothing_shows_that_it_works_at_a_message_that_was_answered_before(slack: Slack) -> None:
    ts = await start_thread(slack)
    for retry in range(2):
        await slack.direct("what is RASP?", thread_ts=ts, event_id=f"Ev-{ts}", retry=retry)
    assert len(slack.workspace.called("assistant.threads.setStatus")) == 1


async def test_s18_nothing_shows_that_it_works_at_a_message_that_gets_no_answer(slack: Slack) -> None:
    ts = await start_thread(slack)
    for number in range(MOST + 2):
        await slack.direct(f"message {number}", thread_ts=ts)
    shown = slack.workspace.called("assistant.threads.setStatus")
    assert len(shown) == MOST and {call.arguments["status"] for call in shown} == {shipped()("slack-assistant-status")}


async def test_s18_the_title_is_the_question_in_plain_words(slack: Slack) -> None:
    ts = await start_thread(slack)
    await slack.direct("*what* is R&amp;D <https://a.example|SAST>\nfor? :wave:", thread_ts=ts)
    [title] = slack.workspace.called("assistant.threads.setTitle")
    assert title.arguments["title"] == "what is R&amp;D SAST for?"
