"""The step "Post a recommendation" of a workflow: it posts in the channel and completes, or fails with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.knowledge.shipped_phrases import shipped
from tests.adapters.slack.conftest import SHARED
from tests.slack_workspace.person import Slack
from tests.slack_workspace.service import Fault

pytestmark = SHARED


def in_channel(slack: Slack) -> list[dict[str, Any]]:
    return [said for said in slack.said() if said["channel"] == slack.channel]


async def ended(slack: Slack, id: str) -> Any:
    """The step's outputs, or why it failed."""
    await slack.workspace.until(lambda: bool(slack.workspace.steps[id]))
    return slack.workspace.steps[id]


async def test_the_answer_to_the_topic_is_posted_and_the_step_completes(either_way: Slack) -> None:
    await either_way.step(either_way.channel, "what is SAST?", "Fx-topic" + either_way.person)
    outputs = await ended(either_way, "Fx-topic" + either_way.person)
    await either_way.workspace.until(lambda: bool(in_channel(either_way)))
    [post] = in_channel(either_way)
    assert "SAST" in outputs["title"] and outputs["title"] in json.dumps(post)
    assert shipped()("workflow-note") in json.dumps(post)


async def test_without_a_topic_the_next_one_comes_that_the_channel_has_not_seen(slack: Slack) -> None:
    titles = []
    for number in range(3):
        id = f"Fx-next{number}{slack.person}"
        await slack.step(slack.channel, "" if number else None, id)
        titles.append((await ended(slack, id))["title"])
        await slack.workspace.until(lambda sent=number + 1: len(in_channel(slack)) == sent)
    assert len(set(titles)) == 3


async def test_a_step_that_is_delivered_again_posts_once(slack: Slack) -> None:
    for _ in range(2):
        status, _ = await slack.step(slack.channel, "what is RASP?", "Fx-again" + slack.person)
        assert status == 200
    await slack.workspace.until(lambda: bool(in_channel(slack)))
    assert len(in_channel(slack)) == 1 and "title" in await ended(slack, "Fx-again" + slack.person)


@pytest.mark.parametrize("topic", ["what about the weather?", "share", "forget me"])
async def test_a_topic_without_an_answer_fails_with_the_reason(slack: Slack, topic: str) -> None:
    id = "Fx-vain" + slack.person
    await slack.step(slack.channel, topic, id)
    assert await ended(slack, id) == shipped()("workflow-nothing")
    assert in_channel(slack) == []


async def test_s6_a_channel_without_the_advisor_fails_with_the_remedy(slack: Slack) -> None:
    slack.workspace.channels[slack.channel].members.discard(slack.workspace.bot)
    id = "Fx-not-in" + slack.person
    await slack.step(slack.channel, "what is SAST?", id)
    assert "/invite @advisor" in await ended(slack, id)
    assert in_channel(slack) == []


async def test_a_step_that_can_not_be_ended_at_once_fails_with_a_reason(slack: Slack) -> None:
    id = "Fx-broken" + slack.person
    slack.service.faults = [Fault(error="fatal_error", of="functions.completeS")]
    await slack.step(slack.channel, "what is SAST?", id)
    assert shipped()("notice-not-shown") in await ended(slack, id)
    await slack.workspace.until(lambda: bool(in_channel(slack)))


async def test_a_step_of_another_name_is_left_alone(slack: Slack) -> None:
    await slack.event({
        "type": "function_executed", "function": {"callback_id": "another"}, "inputs": {"channel": "C1"},
        "function_execution_id": "Fx-another",
    })  # fmt: skip
    assert not [call for call in slack.workspace.calls if call.method.startswith("functions.")]
