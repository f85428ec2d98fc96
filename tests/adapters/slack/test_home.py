"""The Home tab, and the assistant's container."""

from __future__ import annotations

import re
from typing import Any

from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack
from tests.slack_workspace.reading import buttons, texts
from tests.slack_workspace.screen import Screen
from tests.slack_workspace.workspace import new_ts

pytestmark = SHARED


async def open_home(slack: Slack, tab: str = "home") -> None:
    await slack.event({"type": "app_home_opened", "user": slack.person, "channel": slack.dm, "tab": tab})


def home(slack: Slack) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = slack.workspace.homes[slack.person]["blocks"]
    return blocks


async def test_s11_the_home_tab_says_what_the_advisor_can_do_where_to_begin_and_whom_to_turn_to(
    either_way: Slack,
) -> None:
    await open_home(either_way)
    shown = "\n".join(texts(home(either_way)))
    assert "Does AppSec cover supply chain risk?" in shown
    assert {"Ask a question", "Start a triage", "All topics", "What application security is"} <= set(
        buttons(home(either_way))
    )
    assert "security@example.com" in shown
    links = [e["url"] for b in home(either_way) if b["type"] == "actions" for e in b["elements"] if "url" in e]
    assert links == ["https://example.com/help", "https://example.com/privacy"]


async def test_s17_the_home_tab_says_what_is_kept_how_long_and_how_to_have_it_deleted(slack: Slack) -> None:
    await open_home(slack)
    shown = "\n".join(texts(home(slack)))
    assert "kept for 1 day " in shown and "for 180 days" in shown and "forget me" in shown


async def test_the_messages_tab_draws_no_home(slack: Slack) -> None:
    await open_home(slack, tab="messages")
    assert slack.person not in slack.workspace.homes


async def test_a_topic_at_home_opens_its_answer_and_a_related_one_takes_its_place(slack: Slack) -> None:
    await open_home(slack)
    await slack.press_at_home("What application security is")
    [opened] = slack.workspace.called("views.open")
    shown = slack.workspace.views[opened.made].view
    related = next(label for label, command in buttons(shown["blocks"]).items() if command.startswith("answer:"))
    await slack.press_in_view(opened.made, related)
    assert related in "\n".join(texts(slack.workspace.views[opened.made].view["blocks"]))


async def test_a_question_is_asked_from_home_and_answered_in_the_modal(slack: Slack) -> None:
    await open_home(slack)
    await slack.press_at_home("Ask a question")
    [opened] = slack.workspace.called("views.open")
    _, answer = await slack.submit(opened.made, {"question": ["does AppSec cover supply chain?"]})
    assert answer["response_action"] == "update"
    assert "[AppSec > Cons > Limited scope]" in texts(answer["view"]["blocks"])
    assert "submit" not in answer["view"]


async def test_an_open_triage_is_found_at_home_and_goes_on_where_it_stood(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.say("triage")
    await screen.press(screen.labels[0])
    question = texts(list(screen.blocks))[1]
    await open_home(slack)
    await slack.press_at_home("Go on with it")
    opened = slack.workspace.called("views.open")[-1]
    assert question in opened.shown
    await slack.press_in_view(opened.made, "Stop")
    await open_home(slack)
    assert "Go on with it" not in buttons(home(slack))


async def test_a_recommendation_is_found_again_at_home(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.shortcut("triage")
    await screen.fill(first_options(screen))
    title = texts(list(screen.blocks))[0]
    await open_home(slack)
    [label] = [label for label, command in buttons(home(slack)).items() if command.startswith("recommendation:")]
    assert "Go on with it" not in buttons(home(slack))  # it is finished
    assert re.fullmatch(r"\d+ \w+ \d{4}", label)
    await slack.press_at_home(label)
    assert title in slack.workspace.called("views.open")[-1].shown


async def test_somebody_elses_recommendation_is_not_shown(slack: Slack) -> None:
    screen = Screen(slack)
    await screen.shortcut("triage")
    await screen.fill(first_options(screen))
    await open_home(slack)
    [command] = [command for command in buttons(home(slack)).values() if command.startswith("recommendation:")]
    other = Slack.join(slack.wire, slack.service, slack.workspace)
    await other.press(command, channel=other.dm)
    assert "somebody else's" in slack.workspace.calls[-1].shown


def first_options(screen: Screen) -> dict[str, list[str]]:
    """The first option of every question of the form that is shown."""
    return {
        block["block_id"].removeprefix("field-"): [block["element"]["options"][0]["value"]]
        for block in screen.blocks
        if block["type"] == "input"
    }


# --- the assistant's container


async def start_thread(slack: Slack, kind: str = "assistant_thread_started", **context: str) -> str:
    """Returns the thread's ts."""
    ts = new_ts()
    slack.workspace.assistant_threads.add((slack.dm, ts))
    thread = {"user_id": slack.person, "channel_id": slack.dm, "thread_ts": ts, "context": context}
    await slack.event({"type": kind, "assistant_thread": thread})
    return ts


async def test_s18_a_thread_begins_with_a_short_greeting_and_what_to_ask(either_way: Slack) -> None:
    ts = await start_thread(either_way)
    [greeting] = either_way.workspace.called("chat.postMessage")
    assert greeting.arguments["thread_ts"] == ts
    assert 5 < len(greeting.arguments["text"].split()) <= 25
    [suggested] = either_way.workspace.called("assistant.threads.setSuggestedPrompts")
    assert len(suggested.arguments["prompts"]) == 4


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
